"""Who answers for whom, and who is asked to."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from sayso.identity import keys, queries
from sayso.identity.proofing.email_plus.models import Guardianship


@dataclass(frozen=True, slots=True)
class Link:
    """A guardian's link, or the asking it begins with. `started_at` is None until it holds."""

    id: str
    child: str
    guardian: str
    method: str
    asked_at: datetime
    accepted_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    ended_by: str

    @property
    def holds(self) -> bool:
        """Tell whether the guardian answers for the child now."""
        return self.started_at is not None and self.ended_at is None


def _link(row: Guardianship) -> Link:
    guardian = str(row.guardian_id or "")
    at = row.asked_at, row.accepted_at, row.started_at, row.ended_at
    return Link(row.id, str(row.child_id), guardian, row.method, *at, row.ended_by)


def of_child(child: str, now: datetime) -> Link | None:
    """Give the child's guardian of now, else the asking that is still open, else None."""
    rows = Guardianship.objects.filter(child_id=child, ended_at=None)
    open_still = rows.filter(Q(started_at__isnull=False) | Q(until__gt=now))
    row = open_still.order_by("-started_at", "-asked_at").first()
    return _link(row) if row else None


def of_guardian(account: str) -> list[Link]:
    """List the children this account answers for, and those it did, newest first."""
    rows = Guardianship.objects.filter(guardian_id=account).exclude(started_at=None)
    return [_link(row) for row in rows.order_by("-started_at")]


def asked_of(account: str, now: datetime) -> list[Link]:
    """List the askings sent to an address this account has proved, oldest first."""
    known = queries.identifiers_of(account)
    proved = [keys.lookup("email", one.value) for one in known if one.kind == "email" and one.proved]
    rows = Guardianship.objects.filter(lookup__in=proved, started_at=None, until__gt=now)
    return [_link(row) for row in rows.order_by("asked_at")]


def held_by(account: str, link: str) -> Link | None:
    """Give a link by which this account answers for a child now, or None."""
    row = Guardianship.objects.filter(id=link, guardian_id=account, ended_at=None).first()
    return _link(row) if row and row.started_at else None


def find(link: str) -> Link | None:
    """Give a link or an asking, ended or not; None where there is none."""
    row = Guardianship.objects.filter(id=link).first()
    return _link(row) if row else None


def all_of(subjects: list[str]) -> list[Link]:
    """List every link and asking these subjects take part in, for their export and their erasure."""
    mine = Q(child_id__in=subjects) | Q(guardian_id__in=subjects)
    return [_link(row) for row in Guardianship.objects.filter(mine).order_by("asked_at")]
