"""Asking on the way: whose request this is, and functions that ask before they run."""

from __future__ import annotations

import asyncio
import functools
import inspect
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar, cast

from sayso_sdk import gpc
from sayso_sdk.device import device_secret
from sayso_sdk.values import Decision, SubjectRef

Ask = Callable[..., Decision]
"""What answers a question: `Gate.decide` or `Client.permitted`."""

_Function = TypeVar("_Function", bound=Callable[..., Any])
_NOBODY = secrets.token_urlsafe(32)
"""The device of whoever has none yet. Random, so that nobody can answer for all the others."""


@dataclass(frozen=True)
class Visitor:
    """Whose request this is: the device their browser keeps a secret for, and the account they are signed in to.

    `gpc` says that the browser sends Global Privacy Control.
    """

    device: str | None = field(default=None, repr=False)
    customer: str | None = field(default=None, repr=False)
    gpc: bool = False

    @classmethod
    def read(cls, cookies: Mapping[str, str], headers: Mapping[str, str], *, https: bool) -> Visitor:
        """Read a request; `https` says whether the browser came over TLS, for cookies are named by it."""
        return cls(device_secret(cookies, https=https), None, gpc.has_signal(headers))

    def signed_in(self, customer: str) -> Visitor:
        """Return the same visitor as the customer they are signed in as."""
        return replace(self, customer=customer)

    @property
    def subject(self) -> SubjectRef:
        """Who is meant. Somebody with neither device nor account is nobody that is known."""
        told = SubjectRef()
        if self.device is not None or self.customer is None:
            told["device"] = self.device or _NOBODY
        if self.customer is not None:
            told["customer"] = self.customer
        return told


@dataclass(frozen=True)
class Asker:
    """Asks about one visitor."""

    visitor: Visitor
    ask: Ask

    def may(self, purpose: str, category: str, operation: str = "use", recipient: str = "self") -> Decision:
        """Say whether this may be done with what is known of the visitor, and why."""
        subject, signal = self.visitor.subject, self.visitor.gpc
        return self.ask(subject, purpose, category, operation, recipient, gpc=signal)


class Refused(Exception):
    """A function did not run, for this is not permitted; `reason` says why.

    It counts as false, so that one which is returned and taken for a result is taken for none.
    """

    def __init__(self, decision: Decision) -> None:
        super().__init__(f"{decision.choice}: {decision.reason}")
        self.decision = decision

    def __bool__(self) -> bool:
        return False

    @property
    def choice(self) -> str:
        """The choice that was asked about."""
        return self.decision.choice

    @property
    def reason(self) -> str:
        """Why it is not permitted."""
        return self.decision.reason


_default: list[Ask] = []


def ask_with(ask: Ask) -> None:
    """Let every function that asks first, and names nothing else, ask this: `ask_with(gate.decide)`."""
    _default[:] = [ask]


def asks_first(
    purpose: str,
    category: str,
    operation: str = "use",
    recipient: str = "self",
    *,
    ask: Ask | None = None,
    returns: bool = False,
) -> Callable[[_Function], _Function]:
    """Make a function ask before it runs.

    The person is the argument called `subject`, or else the first one: a reference, a `Person`, a `Visitor` or an
    `Asker`. Where the answer is no, the function does not run and `Refused` is raised, or with `returns` given back
    instead. Without `ask` it asks what `ask_with` was told; told nothing, it refuses as `unavailable`. An `async`
    function asks in a thread, for a few questions have to wait for the edge.
    """
    question = (purpose, category, operation, recipient)

    def made(function: _Function) -> _Function:
        whom = _person_among(function)

        def refusal(args: tuple[Any, ...], named: dict[str, Any]) -> Refused | None:
            decision = _decide(ask, whom(args, named), question)
            # INVARIANT: nothing but a plain yes lets the function run.
            return None if decision.permitted is True else Refused(decision)

        return cast(_Function, _wrapped(function, refusal, returns))

    return made


def _wrapped(function: Callable[..., Any], refusal: Callable[..., Refused | None], returns: bool) -> Any:
    def given_back(refused: Refused) -> Refused:
        if returns:
            return refused
        raise refused

    @functools.wraps(function)
    def asking(*args: Any, **named: Any) -> Any:
        refused = refusal(args, named)
        return function(*args, **named) if refused is None else given_back(refused)

    @functools.wraps(function)
    async def asking_in_a_thread(*args: Any, **named: Any) -> Any:
        refused = await asyncio.to_thread(refusal, args, named)
        return await function(*args, **named) if refused is None else given_back(refused)

    return asking_in_a_thread if inspect.iscoroutinefunction(function) else asking


def _person_among(function: Callable[..., Any]) -> Callable[[tuple[Any, ...], dict[str, Any]], Any]:
    """Return what finds the person among the arguments of a call."""
    parameters = inspect.signature(function).parameters
    names = [name for name in parameters if name not in ("self", "cls")]
    if not names:
        raise TypeError(f"{function.__qualname__} takes no argument that could name a person.")
    name = "subject" if "subject" in names else names[0]
    kind, place = parameters[name].kind, list(parameters).index(name)
    if kind in (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD):
        raise TypeError(f"{function.__qualname__} may name many people: ask about each.")
    # INVARIANT: asked about is whom the function is handed, and nobody else.
    named_too = kind is not inspect.Parameter.POSITIONAL_ONLY
    placed_too = kind is not inspect.Parameter.KEYWORD_ONLY

    def person(args: tuple[Any, ...], named: dict[str, Any]) -> Any:
        if named_too and name in named:
            return named[name]
        return args[place] if placed_too and place < len(args) else None

    return person


def _decide(ask: Ask | None, person: Any, question: tuple[str, str, str, str]) -> Decision:
    if isinstance(person, Asker):
        return person.may(*question)
    asked = ask or next(iter(_default), None)
    if asked is None or person is None:
        return Decision(".".join(question), False, "unavailable")
    if isinstance(person, Visitor):
        return Asker(person, asked).may(*question)
    return asked(person, *question)
