"""Calendar durations such as P24M, as notices and laws write them (ISO 8601, years months weeks days)."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import datetime, timedelta

from sayso.core.errors import Invalid

_FORM = re.compile(r"P(?:(\d{1,4})Y)?(?:(\d{1,4})M)?(?:(\d{1,4})W)?(?:(\d{1,5})D)?\Z")


@dataclass(frozen=True, slots=True)
class Duration:
    """A length in whole months and days."""

    months: int
    days: int

    def after(self, start: datetime) -> datetime:
        """Give the moment this long after `start`; a day the month lacks becomes its last day."""
        month = start.month - 1 + self.months
        year, month = start.year + month // 12, month % 12 + 1
        day = min(start.day, monthrange(year, month)[1])
        return start.replace(year=year, month=month, day=day) + timedelta(days=self.days)

    @property
    def rough_days(self) -> float:
        """Give a length in days to compare two durations by."""
        return self.months * 30.436875 + self.days


def read_duration(text: str) -> Duration:
    """Read an ISO 8601 calendar duration.

    Raises `Invalid` with code `invalid_duration`.
    """
    found = _FORM.match(text)
    if not found or not any(found.groups()):
        raise Invalid("invalid_duration", f"{text!r} is not a duration.", "Write it like P24M, P2Y or P30D.")
    years, months, weeks, days = (int(part or 0) for part in found.groups())
    return Duration(years * 12 + months, weeks * 7 + days)
