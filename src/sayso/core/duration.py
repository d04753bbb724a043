"""Calendar durations such as P24M, as notices and laws write them (ISO 8601, years months weeks days)."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from functools import lru_cache

from sayso.core.errors import Invalid

_FORM = re.compile(r"P(?:(\d{1,4})Y)?(?:(\d{1,4})M)?(?:(\d{1,4})W)?(?:(\d{1,5})D)?\Z")


@dataclass(frozen=True, slots=True)
class Duration:
    """A length in whole months and days."""

    months: int
    days: int

    def after(self, start: datetime) -> datetime:
        """Give the moment this long after `start`; a day the month lacks becomes its last day."""
        return _after(self.months, self.days, start, start.tzinfo)

    @property
    def iso(self) -> str:
        """Write it as ISO 8601 does, such as P24M or P1M3D."""
        return "P" + (f"{self.months}M" if self.months else "") + (f"{self.days}D" if self.days else "")

    @property
    def rough_days(self) -> float:
        """Give a length in days to compare two durations by."""
        return self.months * 30.436875 + self.days


@lru_cache(
    maxsize=256
)  # whatever is answered together ends together; one moment may be two days in two zones
def _after(months: int, days: int, start: datetime, _zone: tzinfo | None) -> datetime:
    month = start.month - 1 + months
    year, month = start.year + month // 12, month % 12 + 1
    day = min(start.day, monthrange(year, month)[1])
    return start.replace(year=year, month=month, day=day) + timedelta(days=days)


def _units(source: object) -> list[int]:
    """Read years, months, weeks, days from `P24M` or from a table such as `{months: 24}`."""
    names = ("years", "months", "weeks", "days")
    if (
        isinstance(source, dict)
        and set(source) <= set(names)
        and all(type(n) is int for n in source.values())
    ):
        return [source.get(name, 0) for name in names]
    found = _FORM.match(source) if isinstance(source, str) else None
    return [int(part or 0) for part in found.groups()] if found else []


def read_duration(source: object) -> Duration:
    """Read a calendar duration, as ISO 8601 text or as a table of years, months, weeks and days.

    Raises `Invalid` with code `invalid_duration`.
    """
    units = _units(source)
    if not any(units) or min(units) < 0:
        raise Invalid(
            "invalid_duration", f"{source!r} is not a duration.", "Write it like P24M or {months: 24}."
        )
    years, months, weeks, days = units
    return Duration(years * 12 + months, weeks * 7 + days)
