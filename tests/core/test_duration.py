"""Lengths of time in whole months and days."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from sayso.core.duration import Duration


@pytest.mark.parametrize(
    ("months", "days", "start", "end"),
    [
        (1, 0, "2026-01-31T12:00:00+00:00", "2026-02-28T12:00:00+00:00"),
        (24, 0, "2028-02-29T00:00:00+00:00", "2030-02-28T00:00:00+00:00"),
        (0, 30, "2026-11-29T00:00:00+00:00", "2026-12-29T00:00:00+00:00"),
        (1, 1, "2026-12-31T00:00:00+00:00", "2027-02-01T00:00:00+00:00"),
    ],
)
def test_a_day_that_the_month_lacks_becomes_its_last(months: int, days: int, start: str, end: str) -> None:
    assert Duration(months, days).after(datetime.fromisoformat(start)) == datetime.fromisoformat(end)


def test_one_moment_is_another_day_elsewhere() -> None:
    here = datetime(2026, 1, 31, 23, 30, tzinfo=UTC)
    there = here.astimezone(timezone(timedelta(hours=1)))
    assert here == there
    month = Duration(1, 0)
    assert month.after(here).isoformat() == "2026-02-28T23:30:00+00:00"
    assert month.after(there).isoformat() == "2026-03-01T00:30:00+01:00"
