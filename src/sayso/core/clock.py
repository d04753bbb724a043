"""Until when a request must be answered, and by whose law.

Rows of the deadlines table that nobody read in their source never run a clock: they are named as a warning
and the strictest verified row runs instead. Public holidays are not counted, so a clock of business days, or
one that would end on a holiday, ends earlier than the law allows and never later.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from sayso.core.duration import Duration
from sayso.core.errors import Misconfigured

EU = "EU"
ANY_RIGHT = "respond_any_right"
# Where Regulation (EU) 2016/679 applies: the Member States, and the EEA by its Joint Committee's decision.
_GDPR = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK"
GDPR_COUNTRIES = frozenset(_GDPR.split())
_REGION = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?\Z")


class Unit(StrEnum):
    """What a period is counted in."""

    MONTH = "month"
    DAY = "day"
    BUSINESS_DAY = "business_day"


_UNITS = {
    "month": Unit.MONTH,
    "months": Unit.MONTH,
    "days": Unit.DAY,
    "calendar days": Unit.DAY,
    "business days": Unit.BUSINESS_DAY,
    "working days": Unit.BUSINESS_DAY,
}


@dataclass(frozen=True, slots=True)
class Deadline:
    """One row: how long a brand has to answer one kind of request in one jurisdiction."""

    jurisdiction: str
    place: str
    law: str
    topic: str
    amount: int
    unit: Unit
    source: str
    verified: bool


@dataclass(frozen=True, slots=True)
class Rules:
    """Whose rules apply (`IE`, `US-CA`; empty when unknown), and by what.

    `by` is declared, delivery, market or strictest.
    """

    region: str
    by: str


UNREAD = " was not read in its source"  # how a warning ends, after the row it names


@dataclass(frozen=True, slots=True)
class Clock:
    """When the answer is due, by which row, and which rows were passed over because nobody read them."""

    due_at: datetime
    deadline: Deadline
    warnings: tuple[str, ...] = ()


def _read_row(row: Mapping[str, str]) -> Deadline | None:
    unit = _UNITS.get(row["unit"])
    if unit is None or not row["topic"].startswith("respond_"):
        return None
    return Deadline(
        row["jurisdiction_code"],
        row["jurisdiction"],
        row["law"],
        row["topic"],
        int(row["value"]),
        unit,
        row["source"],
        row["status"] == "read",
    )


def read_deadlines(rows: Iterable[Mapping[str, str]]) -> tuple[Deadline, ...]:
    """Read the rows of the deadlines table that say how long an answer may take."""
    return tuple(found for row in rows if (found := _read_row(row)))


def rules_that_apply(declared: str, delivery: str, market: str) -> Rules:
    """Say whose rules apply: the region declared, else delivered to, else the site's market, else the strictest.

    Never an IP address. A region that is not written like `IE` or `US-CA` counts as unknown.
    """
    for region, by in ((declared, "declared"), (delivery, "delivery"), (market, "market")):
        if _REGION.match(region):
            return Rules(region, by)
    return Rules("", "strictest")


def jurisdictions(region: str) -> tuple[str, ...]:
    """List where to look up a region, nearest first: itself, its country, the European Union."""
    country = region.partition("-")[0]
    wider = (EU,) if country in GDPR_COUNTRIES else ()
    return tuple(dict.fromkeys((region, country, *wider))) if region else ()


def _add_business_days(start: date, count: int) -> date:
    day = start
    while count:
        day += timedelta(days=1)
        count -= day.weekday() < 5
    return day


def _last_day(received: date, deadline: Deadline) -> date:
    if deadline.unit is Unit.BUSINESS_DAY:
        return _add_business_days(received, deadline.amount)
    if deadline.unit is Unit.DAY:
        last = received + timedelta(days=deadline.amount)
    else:
        moment = datetime.combine(received, time(), UTC)
        last = Duration(deadline.amount, 0).after(moment).date()
    # Regulation (EEC, Euratom) 1182/71 art. 3(4): a period that ends on a weekend ends with the next working day.
    return _add_business_days(last, 1) if deadline.jurisdiction == EU and last.weekday() >= 5 else last


def due_at(received: datetime, deadline: Deadline) -> datetime:
    """Give the end of the last day (UTC) of a period; the day of receipt is not counted (1182/71 art. 3(1))."""
    last = _last_day(received.astimezone(UTC).date(), deadline)
    return datetime.combine(last + timedelta(days=1), time(), UTC)


def _rows_of(region: str, topic: str, table: Iterable[Deadline]) -> list[Deadline]:
    rows = [row for row in table if row.topic in (topic, ANY_RIGHT)]
    for place in jurisdictions(region):
        if here := [row for row in rows if row.jurisdiction == place]:
            return here
    return []


def clock_for(region: str, topic: str, received: datetime, table: Iterable[Deadline]) -> Clock:
    """Start the clock of a request of a topic (`respond_access`, …) received at a moment.

    Raises `Misconfigured` with code `no_deadline` when no verified row speaks of the topic at all.
    """
    table = tuple(table)
    here = _rows_of(region, topic, table)
    able = [row for row in here if row.verified]
    warnings = tuple(f"{row.place}: {row.law}{UNREAD}" for row in here if not row.verified)
    able = able or [row for row in table if row.verified and row.topic in (topic, ANY_RIGHT)]
    if not able:
        raise Misconfigured(
            "no_deadline", f"No verified deadline for {topic}.", "Restore the deadlines table."
        )
    strictest = min(able, key=lambda row: due_at(received, row))
    return Clock(due_at(received, strictest), strictest, warnings)
