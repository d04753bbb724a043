"""Complaints: filed, read by the officer, counted beside reach, exported and erased with the person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Count

from sayso.core.errors import Invalid
from sayso.core.values import new_id
from sayso.identity import keys
from sayso.notices import queries as notices
from sayso.rights.models import Complaint

LONGEST = 2000  # characters
NEWEST = 100  # complaints an officer sees at once


@dataclass(frozen=True, slots=True)
class Complained:
    """One complaint in its author's words; `purpose` is empty when it is about anything else."""

    id: str
    brand: str
    purpose: str
    text: str
    at: datetime


@transaction.atomic
def complain(subject: str, brand: str, purpose: str, text: str, now: datetime) -> str:
    """File a complaint of a subject about one purpose, or about anything else; give its id.

    Raises `Invalid`: `unknown_purpose`, or `complaint_empty` when there is nothing or too much to read.
    """
    if purpose and purpose not in notices.current(brand).notice.purposes:
        raise Invalid("unknown_purpose", "There is no such purpose.", "Choose one of the list.")
    words = text.strip()
    if not words or len(words) > LONGEST:
        remedy = f"Write what is wrong, in at most {LONGEST} characters."
        raise Invalid("complaint_empty", "The complaint is empty or too long.", remedy)
    sealed = keys.seal(subject, words.encode())
    row = Complaint.objects.create(
        id=new_id(), brand=brand, subject=subject, purpose=purpose, sealed=sealed, at=now
    )
    return row.id


def _opened(row: Complaint) -> Complained:
    return Complained(row.id, row.brand, row.purpose, keys.unseal(row.subject, row.sealed).decode(), row.at)


def complaints_of(subjects: Sequence[str]) -> list[Complained]:
    """List what these subjects complained of, newest first, for their own page and export."""
    return [_opened(row) for row in Complaint.objects.filter(subject__in=subjects).order_by("-at", "id")]


def newest_complaints(brand: str) -> list[Complained]:
    """List the newest complaints for the officer, without saying whose they are."""
    return [_opened(row) for row in Complaint.objects.filter(brand=brand).order_by("-at", "id")[:NEWEST]]


def complaints_since(brand: str, at: datetime) -> dict[str, int]:
    """Count complaints since a moment by purpose."""
    rows = Complaint.objects.filter(brand=brand, at__gte=at).values("purpose").annotate(count=Count("id"))
    return {row["purpose"]: row["count"] for row in rows}


def forget_complaints(subjects: Sequence[str]) -> None:
    """Delete what these subjects complained of. Repeatable."""
    Complaint.objects.filter(subject__in=subjects).delete()
