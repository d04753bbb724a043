"""A system of rows in memory. Its world records every call and can lie, fail or refuse."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sayso.connectors.base import (
    Connector,
    Done,
    Exported,
    Found,
    Impossible,
    Measured,
    NotNow,
    Person,
    Seen,
    Sheet,
    Verb,
)
from sayso.core.plan import TablePlan
from sayso.inventory.queries import System


@dataclass
class World:
    """What the system holds (customer number → data) and how it behaves.

    `lies`: says it erased and did not. `fails`: how many calls fail first, asking to wait `retry_after`.
    `refuses`: every call fails for good. `calls`: verb and key of each call; `told`: effects by key.
    """

    rows: dict[str, dict[str, str]] = field(default_factory=dict)
    lies: bool = False
    fails: int = 0
    retry_after: float | None = None
    refuses: bool = False
    acknowledges: bool = False
    calls: list[tuple[str, str]] = field(default_factory=list)
    told: dict[str, tuple[str, Mapping[str, Any]]] = field(default_factory=dict)
    suppressed: set[str] = field(default_factory=set)


_worlds: dict[str, World] = {}


def world(system: str) -> World:
    """Give the world of a system, made at its first mention."""
    return _worlds.setdefault(system, World())


class MemoryConnector(Connector):
    """Acts on one world."""

    offers = frozenset(Verb)

    def __init__(self, world: World) -> None:
        self._world = world

    def _called(self, verb: Verb, key: str = "") -> None:
        self._world.calls.append((verb, key))
        if self._world.refuses:
            raise Impossible("system_refused", "The system refuses.", "Ask whoever runs it.")
        if self._world.fails:
            self._world.fails -= 1
            raise NotNow("The system does not answer.", self._world.retry_after)

    def _hers(self, person: Person) -> list[str]:
        return [number for number in person.values("customer") if number in self._world.rows]

    def find(self, person: Person, now: datetime) -> Found:
        """Count her rows."""
        self._called(Verb.FIND)
        return Found((TablePlan("rows", delete=len(self._hers(person))),))

    def export(self, person: Person) -> Exported:
        """Give her rows."""
        self._called(Verb.EXPORT)
        rows = [
            (name, value) for number in self._hers(person) for name, value in self._world.rows[number].items()
        ]
        return Exported((Sheet("rows", ("name", "value"), ({}, {}), tuple(rows)),))

    def rectify(self, person: Person, field: str, value: str, key: str) -> Done:
        """Change one datum in her rows."""
        self._called(Verb.RECTIFY, key)
        for number in self._hers(person):
            self._world.rows[number][field] = value
        return Done({"rows": len(self._hers(person))})

    def erase(self, person: Person, key: str, at: datetime, now: datetime) -> Done:
        """Delete her rows, unless this world lies."""
        self._called(Verb.ERASE, key)
        hers = self._hers(person)
        for number in [] if self._world.lies else hers:
            del self._world.rows[number]
        return Done({"deleted": len(hers)}, awaiting=self._world.acknowledges)

    def suppress(self, person: Person, key: str) -> Done:
        """Remember not to take her in again."""
        self._called(Verb.SUPPRESS, key)
        self._world.suppressed.update(person.values("customer"))
        return Done({"suppressed": len(person.values("customer"))})

    def verify(self, person: Person) -> Seen:
        """Count what is still there."""
        self._called(Verb.VERIFY)
        found = len(self._hers(person))
        return Seen(found, {"rows": found} if found else {})

    def measure(self, table: str = "") -> tuple[Measured, ...]:
        """Count how many people have each datum."""
        self._called(Verb.MEASURE)
        people = self._world.rows.values()
        names = sorted({name for row in people for name in row})
        return tuple(
            Measured("rows", name, len(people), sum(bool(row.get(name)) for row in people)) for name in names
        )

    def drop_field(self, table: str, column: str, key: str) -> Done:
        """Empty one datum of everybody, unless this world lies."""
        self._called(Verb.DROP_FIELD, key)
        filled = [row for row in self._world.rows.values() if row.get(column)]
        for row in [] if self._world.lies else filled:
            row[column] = ""
        return Done({"emptied": len(filled)})

    def tell(self, message: str, data: Mapping[str, Any], key: str, at: datetime, now: datetime) -> Done:
        """Keep the message; the same key counts once."""
        self._called(Verb.TELL, key)
        self._world.told.setdefault(key, (message, dict(data)))
        return Done({}, awaiting=self._world.acknowledges)


def connect(system: System) -> MemoryConnector:
    """Give the connector of a system held in memory."""
    return MemoryConnector(world(system.id))
