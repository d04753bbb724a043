import csv
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sayso.core.clock import (
    Deadline,
    Unit,
    clock_for,
    due_at,
    jurisdictions,
    read_deadlines,
    rules_that_apply,
)
from sayso.core.errors import Misconfigured
from sayso.rights import deadlines

TABLE = Path(deadlines.FILE)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def row(
    place: str, amount: int, unit: Unit, topic: str = "respond_access", verified: bool = True
) -> Deadline:
    return Deadline(place, place, "an act", topic, amount, unit, "its source", verified)


@pytest.mark.parametrize(
    ("received", "end"),
    [
        ("2026-05-04T09:00", "2026-06-05"),  # the whole of 4 June still counts
        ("2026-05-04T00:00", "2026-06-05"),
        ("2026-01-31T12:00", "2026-03-03"),  # 28 February is a Saturday: Monday 2 March
        ("2026-01-30T12:00", "2026-03-03"),
        ("2027-01-29T12:00", "2027-03-02"),  # 28 February 2027 is a Sunday: Monday
        ("2026-04-02T12:00", "2026-05-05"),  # 2 May is a Saturday
        ("2026-12-04T12:00", "2027-01-05"),
    ],
)
def test_a_month_in_the_union_ends_with_the_last_hour_of_a_working_day(received: str, end: str) -> None:
    assert due_at(at(received), row("EU", 1, Unit.MONTH)) == at(end)


def test_elsewhere_a_period_may_end_on_a_weekend() -> None:
    assert due_at(at("2026-04-02T12:00"), row("GB", 1, Unit.MONTH)) == at("2026-05-03")
    assert due_at(at("2026-11-23T20:00"), row("US-CA", 45, Unit.DAY)) == at("2027-01-08")


@pytest.mark.parametrize(
    ("received", "days", "end"),
    [
        ("2026-11-23T20:00", 10, "2026-12-08"),
        ("2026-11-27T20:00", 1, "2026-12-01"),
        ("2026-11-28T20:00", 1, "2026-12-01"),
    ],
)
def test_business_days_leave_out_weekends(received: str, days: int, end: str) -> None:
    assert due_at(at(received), row("US-CA", days, Unit.BUSINESS_DAY)) == at(end)


@pytest.mark.parametrize(
    ("declared", "delivery", "market", "expected"),
    [
        ("IE", "US-CA", "EU", ("IE", "declared")),
        ("", "US-CA", "EU", ("US-CA", "delivery")),
        ("", "", "EU", ("EU", "market")),
        ("", "", "", ("", "strictest")),
        ("Ireland", "us-ca", "EU", ("EU", "market")),
    ],
)
def test_the_region_declared_comes_first_then_the_one_delivered_to_then_the_market(
    declared: str, delivery: str, market: str, expected: tuple[str, str]
) -> None:
    rules = rules_that_apply(declared, delivery, market)
    assert (rules.region, rules.by) == expected


def test_a_region_is_looked_up_nearest_first() -> None:
    assert jurisdictions("US-CA") == ("US-CA", "US")
    assert jurisdictions("IE") == ("IE", "EU")
    assert jurisdictions("EU") == ("EU",)
    assert jurisdictions("") == ()


@pytest.mark.parametrize(
    ("region", "topic", "place", "end"),
    [
        ("US-CA", "respond_delete", "US-CA", "2027-01-08"),
        ("IE", "respond_delete", "EU", "2026-12-24"),
        ("TW", "respond_access", "TW", "2026-12-09"),
        ("", "respond_access", "KR", "2026-12-04"),
        ("XX", "respond_access", "KR", "2026-12-04"),
    ],
)
def test_the_clock_runs_by_the_row_of_the_place_or_by_the_strictest(
    region: str, topic: str, place: str, end: str
) -> None:
    clock = clock_for(region, topic, at("2026-11-23T20:00"), deadlines.table())
    assert (clock.deadline.jurisdiction, clock.due_at, clock.warnings) == (place, at(end), ())


def test_a_row_nobody_read_never_runs_a_clock_but_warns() -> None:
    clock = clock_for("GB", "respond_access", at("2026-11-23T20:00"), deadlines.table())
    assert clock.deadline.verified
    assert clock.deadline.jurisdiction == "KR"
    assert len(clock.warnings) == 1
    assert "United Kingdom" in clock.warnings[0]


def test_of_two_rows_of_a_place_the_shorter_one_that_was_read_runs() -> None:
    table = (
        row("EU", 10, Unit.DAY, verified=False),
        row("EU", 30, Unit.DAY),
        row("EU", 1, Unit.MONTH, topic="respond_any_right"),
        row("EU", 2, Unit.DAY, topic="respond_delete"),
    )
    clock = clock_for("EU", "respond_access", at("2026-02-02T12:00"), table)
    assert (clock.deadline.topic, clock.due_at) == ("respond_any_right", at("2026-03-03"))
    assert len(clock.warnings) == 1


def test_without_any_row_that_was_read_there_is_no_clock() -> None:
    with pytest.raises(Misconfigured) as missing:
        clock_for("EU", "respond_access", at("2026-02-02T12:00"), (row("EU", 1, Unit.DAY, verified=False),))
    assert missing.value.code == "no_deadline"


def lines() -> Iterable[dict[str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def test_rows_that_are_rules_or_ages_are_no_deadlines_and_keep_their_words_in_the_file() -> None:
    told = [line for line in lines() if line["topic"].startswith("respond_")]
    read = read_deadlines(lines())
    left = [line["unit"] for line in told if line["unit"] == "rule"]
    assert len(read) == len(told) - len(left)
    assert sum(row.verified for row in read) == sum(
        line["status"] == "read" and line["unit"] != "rule" for line in told
    )
