"""What was counted: for its person, for her copy, and in sums for the brand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Count, Max, Sum, Value
from django.db.models.functions import Left, StrIndex

from sayso.core.values import read_utc
from sayso.deployment import env
from sayso.uses.models import Lost, Use

LATELY = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Counted:
    """How often one system used one choice lately, or was told no (`permitted` false), and when last."""

    choice: str
    system: str
    permitted: bool
    times: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class OneDay:
    """One row as it is kept. Times are UTC, as `core.values.utc_text` writes them."""

    day: str
    brand: str
    choice: str
    system: str
    permitted: bool
    times: int
    first_at: str
    last_at: str


@dataclass(frozen=True, slots=True)
class Total:
    """One purpose of everybody lately: how often, and of how many accounts and browsers."""

    purpose: str
    permitted: bool
    times: int
    people: int


def _since(now: datetime) -> str:
    return (now - LATELY).date().isoformat()


def lately(subjects: Sequence[str], brand: str, now: datetime) -> list[Counted]:
    """List what was used of these subjects in the last 30 days, and held back, by choice and system."""
    rows = Use.objects.filter(subject__in=subjects, brand=brand, day__gte=_since(now))
    summed = rows.values("choice", "system", "permitted").annotate(sum=Sum("times"), last=Max("last_at"))
    return [
        Counted(row["choice"], row["system"], row["permitted"], row["sum"], read_utc(row["last"]))
        for row in summed.order_by("choice", "-permitted", "system")
    ]


def rows_of(subjects: Sequence[str]) -> list[OneDay]:
    """List every row kept of these subjects, oldest first."""
    rows = Use.objects.filter(subject__in=subjects).order_by("day", "brand", "choice", "system", "permitted")
    named = ("day", "brand", "choice", "system", "permitted", "times", "first_at", "last_at")
    return [OneDay(*row) for row in rows.values_list(*named)]


def held(subjects: Sequence[str]) -> int:
    """Count the rows kept of these subjects."""
    return Use.objects.filter(subject__in=subjects).count()


def counted_since(now: datetime) -> date:
    """Give the day from which there can be counts: when counting began here, or how far back they are kept."""
    began = MigrationRecorder.Migration.objects.filter(app="uses").order_by("applied").first()
    kept = now - timedelta(days=int(env.text("SAYSO_USES_DAYS")))
    return max(kept, began.applied).date() if began else kept.date()


def lost_lately(brand: str, now: datetime) -> int:
    """Give how many uses of a brand could not be counted in the last 30 days, of whomever they were."""
    found = Lost.objects.filter(brand=brand, day__gte=_since(now)).aggregate(sum=Sum("times"))
    return int(found["sum"] or 0)


def totals(brand: str, now: datetime) -> list[Total]:
    """Give the sums of the last 30 days over everybody, by purpose."""
    rows = Use.objects.filter(brand=brand, day__gte=_since(now))
    named = rows.annotate(purpose=Left("choice", StrIndex("choice", Value(".")) - 1))
    summed = named.values("purpose", "permitted").annotate(
        sum=Sum("times"), people=Count("subject", distinct=True)
    )
    return [Total(row["purpose"], row["permitted"], row["sum"], row["people"]) for row in summed.order_by()]
