"""The gate over HTTP: questions read, answered from the replica at once, or else from the database."""

import hashlib
import json
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sayso.core.choice import Choice, read_choice
from sayso.core.decision import Decision, Reason
from sayso.core.errors import Forbidden, Invalid, Unproved
from sayso.core.reason_words import sentences
from sayso.core.table import (
    CODE,
    PERMITTING_CODES,
    REASON,
    TOLD,
    Table,
    end_of,
    moment_of,
    sooner,
    stricter,
    ticks,
)
from sayso.core.values import utc_text
from sayso.decisions import explaining, gate
from sayso.decisions.explaining import Explanation
from sayso.decisions.replica import Replica
from sayso.deployment.database import Database
from sayso.edge import used
from sayso.identity import keys
from sayso.identity import store as identity
from sayso.identity.naming import name_of
from sayso.signals import gpc
from sayso.uses.store import Said

MOST_QUESTIONS = 1000  # in one request, over all people asked about
KEPT = 5.0  # seconds for which a key is not looked up again
ALIKE = 1024  # answers kept for others who stand alike and are asked the same
LONGEST_KEPT = 100  # questions in one that is kept: some 30 kB
MOST_KEYS = 1024
DECIDING = ("decide", "decide_only")
_NOT_LISTED = CODE[Reason.NOT_LISTED]
Told = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Key:
    """Whose key came with a request, what it may do, and the hash it is known by."""

    brand: str
    scopes: frozenset[str]
    hash: str = ""

    def need(self, *scopes: str) -> None:
        """Raise `Forbidden` with code `scope_missing` where the key has none of these scopes."""
        if self.scopes.isdisjoint(scopes):
            raise Forbidden("scope_missing", f"That key may not `{scopes[0]}`.", "Use a key with that scope.")


def look_up(db: Database, authorization: str) -> Key:
    """Find the key of an `Authorization` header. Raises `Unproved` (key_missing, key_unknown)."""
    kind, _, secret = authorization.partition(" ")
    remedy = "Send `Authorization: Bearer sk_…` with a key made by `sayso key`."
    if kind.lower() != "bearer" or not secret:
        raise Unproved("key_missing", "No server key came with the request.", remedy)
    found = identity.scopes_of_key(db, secret)
    if found is None:
        raise Unproved("key_unknown", "That server key is not one of ours.", remedy)
    return Key(*found, hash=keys.secret_hash(secret))


class KnownKeys:
    """The keys seen within the last seconds, by a hash: no decision waits for a look into the database."""

    def __init__(self) -> None:
        self._known: dict[bytes, tuple[float, Key]] = {}

    def get(self, authorization: str) -> Key | None:
        """Give a key that was found lately, or None."""
        kept = self._known.get(_hashed(authorization))
        return kept[1] if kept and time.monotonic() - kept[0] < KEPT else None

    def keep(self, authorization: str, key: Key) -> None:
        """Remember a key that was found."""
        if len(self._known) >= MOST_KEYS:
            self._known.clear()
        self._known[_hashed(authorization)] = (time.monotonic(), key)


def _hashed(authorization: str) -> bytes:
    return hashlib.sha256(authorization.encode()).digest()


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked about one person: the identifiers of choices. `names` are those a replica knows her by."""

    reference: object
    names: tuple[str, ...]
    choices: tuple[str, ...]
    signal: bool

    def questions(self) -> list[Choice]:
        """Give the choices themselves."""
        return [_choice(choice) for choice in self.choices]


@dataclass(frozen=True, slots=True)
class Request:
    """Everything one request asks; `batch` says that it was about a list of people."""

    people: list[Asked]
    batch: bool
    explain: bool


@lru_cache(maxsize=8192)
def _choice(text: str) -> Choice:
    return read_choice(text)


def read_question(source: object) -> Choice:
    """Read one question: a choice's identifier, or an object of its parts. Raises `Invalid`."""
    if isinstance(source, str):
        return _choice(source)
    if not isinstance(source, dict):
        remedy = "Send purpose, category, operation; or the identifier of a choice."
        raise Invalid("invalid_question", "A question is neither an object nor a text.", remedy)
    asked = source.get
    return _choice(
        f"{asked('purpose')}.{asked('category')}.{asked('operation', 'use')}.{asked('recipient', 'self')}"
    )


@lru_cache(maxsize=ALIKE)
def _known(questions: tuple[object, ...]) -> tuple[str, ...]:
    return tuple([read_question(question).id for question in questions])


def _choices(questions: list[object]) -> tuple[str, ...]:
    """Read the questions about one person; a server mostly asks the same of everybody."""
    if len(questions) <= LONGEST_KEPT:
        with suppress(TypeError):  # an object of its parts is no key
            return _known(tuple(questions))
    return tuple([read_question(question).id for question in questions])


def _asked(source: object) -> Asked:
    questions = source.get("questions") if isinstance(source, dict) else None
    if not isinstance(source, dict) or not isinstance(questions, list) or len(questions) > MOST_QUESTIONS:
        remedy = f"Send `subject` and at most {MOST_QUESTIONS} `questions`."
        raise Invalid("invalid_question", "`questions` is no list we can answer.", remedy)
    choices, reference = _choices(questions), source.get("subject")
    names = tuple(map(name_of, identity.read_reference(reference).values()))
    return Asked(reference, names, choices, gpc.in_script(source.get("gpc")))


def read(body: object) -> Request:
    """Read what a request asks: one person's `questions`, or a `batch` of several people's.

    Raises `Invalid` and `Unproved` for questions and references that cannot be read.
    """
    if not isinstance(body, dict) or "batch" not in body:
        return Request([_asked(body)], False, isinstance(body, dict) and body.get("explain") is True)
    batch = body["batch"]
    if not isinstance(batch, list) or len(batch) > MOST_QUESTIONS:
        remedy = f"Send a list of at most {MOST_QUESTIONS} people, each with `subject` and `questions`."
        raise Invalid("invalid_question", "`batch` is no list we can answer.", remedy)
    people = [_asked(entry) for entry in batch]
    if sum(len(asked.choices) for asked in people) > MOST_QUESTIONS:
        remedy = f"Send at most {MOST_QUESTIONS} questions at once, over all people."
        raise Invalid("invalid_question", "These are too many questions at once.", remedy)
    return Request(people, True, body.get("explain") is True)


@dataclass(frozen=True, slots=True)
class Answered:
    """What is answered about one person, in JSON: whole for the brand, yes or no for a partner.

    `used` is what of it counts as used or held back.
    """

    whole: bytes
    short: bytes
    used: Said


def _answered(said: Sequence[Told]) -> Answered:
    short = [{"choice": told["choice"], "permitted": told["permitted"]} for told in said]
    return Answered(_json(said), _json(short), used.counted(said))


def _json(said: object) -> bytes:
    return json.dumps({"decisions": said}, ensure_ascii=False).encode()


def _told(choice: str, permitted: bool, reason: str, until: datetime | None) -> Told:
    return {
        "choice": choice,
        "permitted": permitted,
        "reason": reason,
        "valid_until": utc_text(until) if until else None,
    }


Shares = tuple[tuple[str, tuple[int, ...]], ...]  # codes and ends of each entry that speaks for a person


@lru_cache(maxsize=ALIKE)
def _kept(table: Table, choices: tuple[str, ...], shares: Shares) -> Answered:
    return _of_shares(table, choices, shares)


def _of_shares(table: Table, choices: tuple[str, ...], shares: Shares) -> Answered:
    """Answer for a person: yes only where each entry that speaks for her says yes."""
    index_of, said = table.index.get, []
    for name in choices:
        index = index_of(name)
        if index is None:
            said.append(_told(name, False, Reason.NOT_LISTED, None))
            continue
        code, end = "", 0
        for codes, ends in shares:
            code = stricter(code, codes[index]) if code else codes[index]
            end = sooner(end, end_of(ends, index))
        permitted = code in PERMITTING_CODES
        until = moment_of(end) if end and permitted and code != TOLD else None
        said.append(_told(name, permitted, REASON[code], until))
    return _answered(said)


def from_replica(replica: Replica, request: Request, now: datetime) -> list[Answered] | None:
    """Answer a request from the replica; None where the database must be asked about somebody."""
    moment, answered, table = ticks(now), [], replica.table
    for asked in request.people:
        found = replica.find(asked.names, moment)
        if found is None:
            return None
        signal = asked.signal
        shares = tuple([(each.signal_codes if signal else each.codes, each.ends) for each in found])
        answer = _kept if len(asked.choices) <= LONGEST_KEPT else _of_shares
        answered.append(answer(table, asked.choices, shares))
    return answered


def from_database(db: Database, brand: str, request: Request, now: datetime) -> list[Answered]:
    """Answer a request from the rows of now, with reasons at length where they were asked for."""
    if request.explain:
        return [_answered(_explained(db, brand, asked, now)) for asked in request.people]
    answered = []
    for asked in request.people:
        who = identity.resolve(db, asked.reference, now)
        made = gate.decide(db, brand, who.subjects, asked.questions(), now, who.lookups, signal=asked.signal)
        answered.append(_answered([_decided(decision) for decision in made]))
    return answered


def _decided(decision: Decision) -> Told:
    return _told(decision.choice, decision.permitted, decision.reason, decision.valid_until)


def _explained(db: Database, brand: str, asked: Asked, now: datetime) -> list[Told]:
    who = identity.resolve(db, asked.reference, now)
    made = explaining.explain(db, brand, who, asked.questions(), now, signal=asked.signal)
    return [{**_decided(each.decision), **_at_length(each)} for each in made]


def _at_length(each: Explanation) -> Told:
    return {
        "sentences": sentences(each.decision.reason),
        "status": each.status,
        "version": each.version,
        "generation_matches": each.generation_matches,
        "subjects": [
            {"kind": one.kind, "permitted": one.permitted, "reason": one.reason} for one in each.shares
        ],
    }


def reply(key: Key, request: Request, answered: Sequence[Answered]) -> bytes:
    """Write the body of the answer to a request, as far as the key may read it: a partner's yes or no alone."""
    whole = "decide" in key.scopes or request.explain
    bodies = [each.whole if whole else each.short for each in answered]
    return b'{"batch": [%b]}' % b", ".join(bodies) if request.batch else bodies[0]


class OwnWrites:
    """What this process has just written and its replicas may not have heard of yet.

    A question about it goes to the database until they have.
    """

    def __init__(self) -> None:
        self._names: dict[str, int] = {}
        self._everybody = 0

    def wrote(self, name: str | None, seq: int) -> None:
        """Note an answer of whoever goes by a name, with its number; None when it may concern more names."""
        if name is None or len(self._names) >= MOST_QUESTIONS:
            self._everybody = max(self._everybody, seq, *self._names.values())
            self._names.clear()
        else:
            self._names[name] = seq

    def outrun(self, request: Request, applied: int) -> bool:
        """Tell whether something asked about was written after the number a replica has applied."""
        if self._everybody > applied:
            return True
        if not self._names:
            return False
        self._names = {name: seq for name, seq in self._names.items() if seq > applied}
        return any(name in self._names for asked in request.people for name in asked.names)
