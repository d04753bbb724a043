"""How old somebody is, as far as a rule needs to know: a band, and the month the next one begins.

The question asks for a month and a year; both are forgotten once the band is found. The day of birth is never
asked, so a birthday counts as past from the first of the month after it: never too early.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sayso.core.clock import jurisdictions
from sayso.core.errors import Invalid, Misconfigured

OLDEST = 120  # years
ANYWHERE = "*"
CONSENT, MAJORITY = "consent", "majority"
_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])\Z", re.ASCII)


class Band(StrEnum):
    """What is kept of somebody's age. A child needs a guardian's yes; a teen answers alone, within limits."""

    UNKNOWN = ""
    CHILD = "child"
    TEEN = "teen"
    ADULT = "adult"


MINORS = frozenset({Band.CHILD, Band.TEEN})
_YOUNGEST_FIRST = (Band.CHILD, Band.TEEN, Band.ADULT, Band.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Threshold:
    """One row of the table: from which age a person answers alone (`consent`), or is of age (`majority`)."""

    jurisdiction: str
    topic: str
    age: int
    law: str
    source: str
    verified: bool


@dataclass(frozen=True, slots=True)
class Ages:
    """The ages that hold somewhere, and which rows nobody has read in their source."""

    consent: int
    majority: int
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Age:
    """A band and the month (`2029-06`) from whose first day the next one begins; empty for adults."""

    band: Band
    month: str = ""


def read_thresholds(rows: Iterable[Mapping[str, str]]) -> tuple[Threshold, ...]:
    """Read the table of ages: one row per jurisdiction and topic."""
    return tuple(
        Threshold(
            row["jurisdiction"],
            row["topic"],
            int(row["age"]),
            row["law"],
            row["source"],
            row["status"] == "read",
        )
        for row in rows
    )


def _age_of(topic: str, region: str, table: Iterable[Threshold]) -> tuple[int, tuple[str, ...]]:
    """Give the age of the nearest row that was read; one that was not may only make it stricter."""
    rows = {row.jurisdiction: row for row in table if row.topic == topic}
    strictest, warnings = 0, list[str]()
    for place in (*jurisdictions(region), ANYWHERE):
        row = rows.get(place)
        if row is None:
            continue
        strictest = max(strictest, row.age)
        if row.verified:
            return strictest, tuple(warnings)
        warnings.append(f"{row.jurisdiction}: {row.law} was not read in its source")
    raise Misconfigured("no_threshold", f"No verified age of {topic}.", "Restore the table of ages.")


def ages_in(region: str, table: Iterable[Threshold]) -> Ages:
    """Give the ages that hold in a region (`IE`, `US-CA`; empty when unknown: the strictest).

    Raises `Misconfigured` with code `no_threshold` when the table has lost its last row.
    """
    table = tuple(table)
    consent, unread = _age_of(CONSENT, region, table)
    majority, unread_too = _age_of(MAJORITY, region, table)
    return Ages(consent, majority, unread + unread_too)


def _month_of(now: datetime) -> int:
    return now.year * 12 + now.month - 1


def _read_month(text: str) -> int:
    year, month = text.split("-")
    return int(year) * 12 + int(month) - 1


def _month_text(month: int) -> str:
    return f"{month // 12:04}-{month % 12 + 1:02}"


def read_born(text: object, now: datetime) -> int:
    """Read a month of birth (`2013-05`) as a count of months.

    Raises `Invalid` with code `invalid_age` for anything else, the future, and over 120 years ago.
    """
    found = _MONTH.match(text) if isinstance(text, str) else None
    born = _read_month(found.group()) if found else 0
    if not _month_of(now) - OLDEST * 12 <= born <= _month_of(now):
        raise Invalid("invalid_age", "That is no month somebody living was born in.", "Send YYYY-MM.")
    return born


def age_of_born(born: int, ages: Ages, now: datetime) -> Age:
    """Give the band of somebody born in a month, and when the next one begins."""
    for band, years in ((Band.CHILD, ages.consent), (Band.TEEN, ages.majority)):
        begins = born + 12 * years + 1
        if _month_of(now) < begins:
            return Age(band, _month_text(begins))
    return Age(Band.ADULT)


def grown(held: Age, ages: Ages, now: datetime) -> Age:
    """Give what a band has become by now: the month that was kept may have come."""
    if not held.month or _month_of(now) < _read_month(held.month):
        return held
    if held.band is Band.TEEN:
        return Age(Band.ADULT)
    begins = _read_month(held.month) + 12 * (ages.majority - ages.consent)
    return grown(Age(Band.TEEN, _month_text(begins)), ages, now)


def _youth(age: Age) -> tuple[int, int]:
    return _YOUNGEST_FIRST.index(age.band), -_read_month(age.month) if age.month else 0


def younger(first: Age, second: Age) -> Age:
    """Give the younger of two ages; within one band the one that lasts longer."""
    return min(first, second, key=_youth)


def settled(held: Age | None, said: Age, ages: Ages, now: datetime) -> Age:
    """Give what stands after somebody said an age, perhaps once more.

    INVARIANT: the younger stands. Saying an older age afterwards widens nothing before its month has come.
    """
    return said if held is None else younger(grown(held, ages, now), said)


def youngest(bands: Iterable[Band]) -> Band:
    """Give the youngest known band of one person's devices and account."""
    return min(bands, key=_YOUNGEST_FIRST.index, default=Band.UNKNOWN)
