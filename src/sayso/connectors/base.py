"""What every connector can be asked, and what it answers with.

NotNow      trying again may help (`retry_after` seconds, when the system said so)
Impossible  it never will; somebody must look
NotOffered  this kind of system cannot do that at all
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sayso.core.errors import SaysoError, Unavailable
from sayso.core.plan import TablePlan, Texts


class Verb(StrEnum):
    """What a connector may offer."""

    FIND = "find"
    EXPORT = "export"
    RECTIFY = "rectify"
    ERASE = "erase"
    SUPPRESS = "suppress"
    VERIFY = "verify"
    TELL = "tell"
    MEASURE = "measure"
    DROP_FIELD = "drop_field"


@dataclass(frozen=True, slots=True)
class Identifier:
    """A name a system may know a person by: customer, email, member (pairwise), subject (ours)."""

    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class Person:
    """Whom a connector acts for.

    `traces` is what the same connector's `find` gave before the erasure, so that `verify` can recognise
    what came back.
    """

    identifiers: tuple[Identifier, ...]
    traces: Mapping[str, Any] = field(default_factory=dict)

    def values(self, kind: str) -> list[str]:
        """List the person's identifiers of one kind."""
        return [each.value for each in self.identifiers if each.kind == kind]


@dataclass(frozen=True, slots=True)
class Found:
    """What an erasure would do, table by table, and the traces to verify it by (JSON)."""

    tables: tuple[TablePlan, ...]
    traces: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sheet:
    """The person's rows of one table; `withheld` says which columns are left out, and why."""

    name: str
    columns: tuple[str, ...]
    titles: tuple[Texts, ...]
    rows: tuple[tuple[Any, ...], ...]
    withheld: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Exported:
    """Everything a system holds about a person and nothing of anybody else."""

    sheets: tuple[Sheet, ...]


@dataclass(frozen=True, slots=True)
class Done:
    """It was carried out. `awaiting`: the other side must still acknowledge. Evidence is counts, never data."""

    evidence: Mapping[str, Any] = field(default_factory=dict)
    awaiting: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """What reading back showed: how many places still hold the person, by table."""

    found: int
    places: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Measured:
    """How full one field is: the rows of its table, how many hold something, the newest of these if dated."""

    table: str
    column: str
    rows: int
    filled: int
    newest: str = ""  # ISO date


class NotNow(Unavailable):
    """The system does not answer, or asked us to wait."""

    def __init__(self, detail: str, retry_after: float | None = None) -> None:
        super().__init__("system_unavailable", detail, "Nothing: it is tried again.")
        self.retry_after = retry_after


class Impossible(SaysoError):
    """The system refuses, or holds what nobody described; trying again cannot help."""


class NotOffered(Impossible):
    """This kind of system cannot do that."""

    def __init__(self, verb: Verb) -> None:
        super().__init__("not_offered", f"This system does not offer {verb}.", "Ask it for what it offers.")


class Connector:
    """One system. A connector overrides what it offers; calls with the same key have their effect once."""

    offers: frozenset[Verb] = frozenset()

    def find(self, person: Person, now: datetime) -> Found:
        """Say what an erasure would do, without changing anything."""
        raise NotOffered(Verb.FIND)

    def export(self, person: Person) -> Exported:
        """Give everything that is held about the person."""
        raise NotOffered(Verb.EXPORT)

    def rectify(self, person: Person, field: str, value: str, key: str) -> Done:
        """Correct one datum wherever the system holds it."""
        raise NotOffered(Verb.RECTIFY)

    def erase(self, person: Person, key: str, at: datetime, now: datetime) -> Done:
        """Delete what is held, all of it or none; `at` is when it was asked, `now` when it is done."""
        raise NotOffered(Verb.ERASE)

    def suppress(self, person: Person, key: str) -> Done:
        """Make the system refuse to take this person in again."""
        raise NotOffered(Verb.SUPPRESS)

    def verify(self, person: Person) -> Seen:
        """Search everywhere again."""
        raise NotOffered(Verb.VERIFY)

    def tell(self, message: str, data: Mapping[str, Any], key: str, at: datetime, now: datetime) -> Done:
        """Send a message; `at` is when what it tells of happened, `now` when it is sent."""
        raise NotOffered(Verb.TELL)

    def measure(self, table: str = "") -> tuple[Measured, ...]:
        """Count how full the described fields are, of one table or of all. It changes nothing and tells nobody."""
        raise NotOffered(Verb.MEASURE)

    def drop_field(self, table: str, column: str, key: str) -> Done:
        """Empty one field for everybody. Doing it again changes nothing."""
        raise NotOffered(Verb.DROP_FIELD)

    def read_acknowledgement(self, key: str, headers: Mapping[str, str], body: bytes) -> Mapping[str, Any]:
        """Give what the other side says about one message of ours, once its signature holds."""
        raise NotOffered(Verb.TELL)
