"""The gate: whether something may be done with somebody's data now, answered in this process."""

from __future__ import annotations

import logging
import os
import threading
import time
import weakref
from collections.abc import Iterable
from types import TracebackType
from typing import Self

from sayso_sdk.client import Client
from sayso_sdk.replica.clock import now
from sayso_sdk.replica.copies import Copy
from sayso_sdk.replica.feeder import Feeder, Keeping
from sayso_sdk.replica.line import Line
from sayso_sdk.replica.names import Person
from sayso_sdk.replica.rows import Alone, Rows
from sayso_sdk.replica.wire import Head
from sayso_sdk.uses import Uses
from sayso_sdk.values import Decision, SubjectRef

NAMES_KEPT = 10_000
PATIENCE = 5.0
_log = logging.getLogger("sayso_sdk")
_NOTHING = Head("", "", "", (), (), (), b"", b"", {}, 1.0, "")


def _nothing() -> Copy:
    return Copy(_NOTHING, Rows(_NOTHING), 1)


class Gate:
    """A replica of Sayso's answers for one brand and some purposes, kept fresh in the background.

    `key` is a server key with the scopes `replica` and `decide`. `purposes` are those that will be asked about;
    None holds all. `store` is a folder in which the processes of a host share one copy (Linux, with the extra
    `lmdb`); without it the copy is this process's own. `names_kept` identifiers are remembered with their hash.
    What it decided is counted and told to Sayso every few seconds, so that each person sees what was used.

    A gate begins its work with the first question, with `ready`, or with `with`, which waits for it at most five
    seconds. So it may be made before a server forks,
    and each child starts anew with its own first question. Safe to share between threads.
    """

    def __init__(
        self,
        url: str,
        key: str,
        purposes: Iterable[str] | None = None,
        *,
        store: str | os.PathLike[str] | None = None,
        names_kept: int = NAMES_KEPT,
    ) -> None:
        self._url, self._key, self._names_kept = url, key, names_kept
        self._purposes = None if purposes is None else tuple(sorted(set(purposes)))
        if self._purposes == ():
            raise ValueError("Name at least one purpose, or leave purposes out to hold all.")
        self._store = None if store is None else os.fspath(store)
        self._copy = _nothing()
        self._held: tuple[Copy, float] | None = None
        self._begin_anew()
        self._keeping(None)  # a folder that cannot be used is found out here, not by the first question
        _gates.add(self)

    def _begin_anew(self) -> None:
        self._awake, self._closed = False, False
        self._waking = threading.Lock()
        self._feeder: Feeder | None = None
        self._edge: Client | None = None
        self._uses: Uses | None = None

    def __enter__(self) -> Self:
        self.ready(PATIENCE)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def ready(self, seconds: float = PATIENCE) -> bool:
        """Start, wait at most so many seconds, and say whether answers can be given. Until then all is refused."""
        self._wake()
        end = now() + seconds
        while now() >= self._copy.until and now() < end and not self._closed:
            time.sleep(0.005)
        return now() < self._copy.until

    def close(self) -> None:
        """Stop, and refuse everything from now on."""
        with self._waking:
            self._closed, self._awake = True, True
            feeder, self._feeder = self._feeder, None
            edge, self._edge = self._edge, None
            uses, self._uses = self._uses, None
        if feeder is not None:
            feeder.stop()
        if uses is not None:
            uses.close()
        if edge is not None:
            edge.close()
        self._copy = _nothing()

    def person(self, subject: SubjectRef) -> Person:
        """Return a person to ask several questions about: the identifiers are hashed once."""
        return Person(subject, self._copy.names)

    def decide(
        self,
        subject: SubjectRef | Person,
        purpose: str,
        category: str,
        operation: str = "use",
        recipient: str = "self",
        *,
        gpc: bool = False,
    ) -> Decision:
        """Say whether this is permitted now, and why.

        `gpc` says that this person's browser sends Global Privacy Control with the request you are serving
        (`sayso_sdk.gpc.has_signal`). Never raises and, but for one case, never waits: somebody meant by several
        identifiers of which one is a minor's is asked about at the edge. Without a lease, and for a reference
        that cannot be read, the answer is no with the reason `unavailable`; a purpose this gate does not hold
        is `not_listed`. `valid_until` stays empty: ask again rather than keep an answer.
        """
        copy, moment = self._copy, now()
        listed = copy.asked.get((purpose, category, operation, recipient))
        if listed is None or moment >= copy.until:
            return self._without(subject, (purpose, category, operation, recipient), gpc)
        try:
            if type(subject) is not Person:
                names = copy.names.of(subject)  # type: ignore[arg-type]  # no Person, so a reference
            elif subject.made_by is copy.names:
                names = subject.names
            else:
                names = copy.names.of(subject.subject)
            decision = copy.answer(names, listed, moment, gpc)
        except Exception as fault:  # whatever is broken, the answer is no
            _log.error("sayso: %s", type(fault).__name__)
            return listed.unavailable
        if decision is None:
            return self._ask(subject, listed.unavailable.choice, gpc)
        if self._uses is not None:
            self._uses.count(names, decision)
        return decision

    def _without(
        self, subject: SubjectRef | Person, question: tuple[str, str, str, str], gpc: bool
    ) -> Decision:
        """Answer where there is no lease, or nothing is listed."""
        if not self._awake:
            self._wake()
            return self.decide(subject, *question, gpc=gpc)
        copy, moment = self._copy, now()
        listed = copy.asked.get(question)
        if listed is None:
            reason = "not_listed" if moment < copy.until else "unavailable"
            return Decision(".".join(map(str, question)), False, reason)
        names = copy.names.of(_reference(subject))
        # What she is told rather than asked goes on by what was known of her last.
        known = copy.answer(names, listed, moment, gpc) if listed.told or moment < copy.until else None
        return known or listed.unavailable

    def _client(self) -> Client:
        if self._edge is None:
            self._edge = Client(self._url, self._key)
        return self._edge

    def _ask(self, subject: SubjectRef | Person, choice: str, gpc: bool) -> Decision:
        """Let the edge answer, which counts it too."""
        with self._waking:
            edge = self._client()
        return edge.permitted(_reference(subject), *choice.split("."), gpc=gpc)

    def _wake(self) -> None:
        with self._waking:
            if self._awake:
                return
            line = Line(self._url, self._key, self._purposes)
            held, self._held = self._held, None
            keeping = self._keeping(held[0] if held else None)
            keeping.look()
            if held is not None:
                self._copy.until = held[1]
            self._feeder = Feeder(line, keeping)
            self._feeder.start()
            self._uses = Uses(self._client())
            self._awake = True

    def _keeping(self, held: Copy | None) -> Keeping:
        if self._store is None:
            return Alone(self._show, self._names_kept, held)
        try:
            from sayso_sdk.replica.shared import Shared
        except ImportError as missing:
            raise ImportError("A shared store needs LMDB: pip install 'sayso[lmdb]'.") from missing
        return Shared(self._store, (self._url, self._key, self._purposes), self._show, self._names_kept)

    def _show(self, copy: Copy) -> None:
        if not self._closed:
            self._copy = copy

    def _forked(self) -> None:
        """Begin anew in a child: the threads stayed with the parent, and so do its connections."""
        copy, closed = self._copy, self._closed
        feeder = self._feeder
        self._begin_anew()
        if closed:
            self._awake = self._closed = True
        elif self._store is not None:
            if feeder is not None:
                feeder.leave_to_parent()
            self._copy = _nothing()
        elif self._held is None and copy.head is not _NOTHING:
            # The lease goes on, for it is about the copy; it is given back once a thread keeps that fresh.
            self._held, copy.until = (copy, copy.until), 0.0


def _reference(subject: SubjectRef | Person) -> SubjectRef:
    return subject.subject if isinstance(subject, Person) else subject


_gates: weakref.WeakSet[Gate] = weakref.WeakSet()


def _after_fork() -> None:
    for gate in _gates:
        gate._forked()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
