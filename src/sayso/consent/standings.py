"""Rows of standings, and the patterns they share. Plain SQL: edge and web share it.

A standing keeps where every choice stands, short (`core.editions`), and the number of its pattern: what all of
those who stand alike have in common, with what it permits under the notice in force. A pattern can be made
again from the standings at any time; what is permitted is always judged from the standing itself.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from sayso.core.age import Band
from sayso.core.consent import Held, Published, Standing, next_change
from sayso.core.editions import Editions
from sayso.core.masking import permitted
from sayso.core.values import canonical, utc_text
from sayso.deployment import bulk
from sayso.deployment.bulk import Table
from sayso.deployment.database import Database
from sayso.notices import store as notices

STANDINGS = Table(
    "consent_standing",
    {
        "subject": "varchar",
        "brand": "varchar",
        "rev": "bigint",
        "shown": "int",
        "held": "text",
        "restricted": "int",
        "erasing": "int",
        "gpc": "bigint",
        "band": "varchar",
        "guardian_held": "text",
        "guardian_method": "varchar",
        "pattern": "bigint",
        "valid_until": "varchar",
    },
)
PATTERNS = Table(
    "consent_pattern", {"id": "bigint", "brand": "varchar", "version": "varchar", "states": "text"}
)
PERMITS = Table("consent_permit", {"pattern": "bigint", "choice": "varchar"})

_SELECT = f"SELECT {STANDINGS.named} FROM consent_standing WHERE brand = %s"  # noqa: S608 our own columns


def read(row: Sequence[Any], editions: Editions) -> Standing:
    """Read a row of the columns of `STANDINGS`."""
    _, _, rev, shown, held, restricted, erasing, gpc, band, guardian_held, guardian_method, _, _ = row
    return Standing(
        rev,
        editions.version(shown),
        editions.read(held),
        bool(restricted),
        bool(erasing),
        gpc,
        Band(band),
        editions.read(guardian_held),
        guardian_method,
    )


def of(db: Database, brand: str, subjects: Sequence[str]) -> dict[str, Standing]:
    """Give the standings of those of these subjects who have one with a brand."""
    if not subjects:
        return {}
    editions, (found, values) = notices.editions(db, brand), bulk.among(db, "subject", subjects)
    rows = db.run(f"{_SELECT} AND {found}", [brand, values])
    return {row[0]: read(row, editions) for row in rows}


@dataclass(frozen=True, slots=True)
class Pattern:
    """What those who stand alike have in common under one version: how they stand, and what that permits.

    `states` is JSON: by whom (`own`, `guardian`), choice → status as it was said, however old it is.
    """

    id: int
    brand: str
    version: str
    states: str
    permits: tuple[str, ...]


_Said = tuple[tuple[str, str], ...]  # choice and status


def _said(held: Mapping[str, Held]) -> _Said:
    return tuple([(choice, one.status) for choice, one in held.items()])


def pattern_of(standing: Standing, published: Published, now: datetime) -> Pattern:
    """Give the pattern of a standing under a version. Its number is made of its content."""
    stopped = standing.restricted or standing.erasing
    permits = () if stopped else tuple(permitted(standing, published, now))
    own, guardian = _said(standing.held), _said(standing.guardian_held)
    return _pattern(published.notice.brand, published.notice.version, own, guardian, permits)


@lru_cache(maxsize=4096)  # people are many, and few ways to stand
def _pattern(brand: str, version: str, own: _Said, guardian: _Said, permits: tuple[str, ...]) -> Pattern:
    said = {"own": dict(own), "guardian": dict(guardian)}
    content = canonical([brand, version, said, permits])
    number = int.from_bytes(hashlib.sha256(content).digest()[:8], "big") >> 1 or 1
    return Pattern(number, brand, version, canonical(said).decode(), permits)


@dataclass(frozen=True, slots=True)
class Written:
    """A standing ready to be written for whoever has it: all columns but subject and brand, and its pattern."""

    columns: tuple[Any, ...]
    pattern: Pattern


def write_down(standing: Standing, published: Published, editions: Editions, now: datetime) -> Written:
    """Make a standing ready to be written, its pattern under the version in force."""
    pattern, until = pattern_of(standing, published, now), next_change(standing, now)
    columns = (
        standing.rev,
        editions.number(standing.shown),
        editions.write(standing.held),
        int(standing.restricted),
        int(standing.erasing),
        standing.gpc,
        str(standing.band),
        editions.write(standing.guardian_held),
        standing.guardian_method,
        pattern.id,
        utc_text(until) if until else "",
    )
    return Written(columns, pattern)


def keep_patterns(db: Database, patterns: Iterable[Pattern]) -> None:
    """Write the patterns that are not there yet, with what each permits."""
    wanted = {pattern.id: pattern for pattern in patterns}
    found, values = bulk.among(db, "id", wanted, "bigint")
    rows = db.run(f"SELECT id FROM consent_pattern WHERE {found}", [values])  # noqa: S608 our own column
    fresh = [wanted[number] for number in wanted.keys() - {row[0] for row in rows}]
    told = [(each.id, each.brand, each.version, each.states) for each in fresh]
    bulk.insert(db, PATTERNS, told, skipping=True)
    permits = [(each.id, choice) for each in fresh for choice in each.permits]
    bulk.insert(db, PERMITS, permits, skipping=True)


@dataclass(frozen=True, slots=True)
class Reported:
    """What reports read of a standing: its pattern as it is kept, and until when that may be believed."""

    pattern: Pattern
    valid_until: str


def reported(db: Database, brand: str, subjects: Sequence[str]) -> dict[str, Reported]:
    """Give what reports read of each of these subjects of whom they read anything."""
    if not subjects:
        return {}
    found, values = bulk.among(db, "standing.subject", subjects)
    rows = db.run(
        "SELECT standing.subject, standing.valid_until, pattern.id, pattern.brand, pattern.version,"  # noqa: S608 our own
        " pattern.states FROM consent_standing AS standing"
        " JOIN consent_pattern AS pattern ON pattern.id = standing.pattern"
        f" WHERE standing.brand = %s AND {found}",
        [brand, values],
    )
    permits = _permits_of(db, {row[2] for row in rows})
    return {
        subject: Reported(Pattern(number, of, version, states, permits.get(number, ())), until)
        for subject, until, number, of, version, states in rows
    }


def _permits_of(db: Database, patterns: Collection[int]) -> dict[int, tuple[str, ...]]:
    """Give what each pattern is kept to permit, sorted; nothing for one that permits nothing."""
    which, values = bulk.among(db, "pattern", patterns, "bigint")
    permits = dict[int, list[str]]()
    for pattern, choice in db.run(f"SELECT pattern, choice FROM consent_permit WHERE {which}", [values]):  # noqa: S608
        permits.setdefault(pattern, []).append(choice)
    return {pattern: tuple(sorted(choices)) for pattern, choices in permits.items()}


def is_true(told: Reported, standing: Standing, editions: Editions, now: datetime) -> bool:
    """Tell whether reports read of somebody what her standing comes to. What has aged they do not read at all."""
    if "" < told.valid_until <= utc_text(now):
        return True
    if (published := editions.find(told.pattern.version)) is None:
        return False
    due, until = pattern_of(standing, published, now), next_change(standing, now)
    sorted_due = replace(due, permits=tuple(sorted(due.permits)))
    return told == Reported(sorted_due, utc_text(until) if until else "")


def forget_patterns(db: Database, patterns: Iterable[Pattern]) -> None:
    """Delete patterns that are to be written anew, because what is kept of them is not what they say."""
    numbers = {pattern.id for pattern in patterns}
    for table, column in (("consent_permit", "pattern"), ("consent_pattern", "id")):
        found, values = bulk.among(db, column, numbers, "bigint")
        db.run(f"DELETE FROM {table} WHERE {found}", [values])  # noqa: S608 our own tables


def write(
    db: Database, brand: str, fresh: Mapping[str, Written], known: Mapping[str, tuple[int, Written]]
) -> bool:
    """Write standings that are new, and known ones with the revision each was computed from.

    False when somebody else wrote one of them meanwhile; the caller's transaction must then come to nothing.
    """
    keep_patterns(db, [each.pattern for each in (*fresh.values(), *(each for _, each in known.values()))])
    added = [(subject, brand, *each.columns) for subject, each in fresh.items()]
    changed = [(subject, brand, *each.columns, rev) for subject, (rev, each) in known.items()]
    wrote = bulk.insert(db, STANDINGS, added, skipping=True)
    wrote += bulk.update(db, STANDINGS, changed, by=("subject", "brand"), was="rev")
    return wrote == len(fresh) + len(known)
