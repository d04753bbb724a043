"""What was answered: standings, history, receipts."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from sayso.consent import ledger, models, receipts
from sayso.consent.ledger import Recorded
from sayso.core.consent import Published, Standing, read_held, statuses
from sayso.core.vocabulary import PERMITTING, ConsentStatus
from sayso.deployment.django_database import DjangoDatabase
from sayso.notices import queries as notices

__all__ = ["Answered", "Recorded"]


@dataclass(frozen=True, slots=True)
class Answered:
    """Where a subject stands under the current notice; `rev` is what a form sends back as `base`."""

    rev: int
    version: str
    statuses: dict[str, ConsentStatus]
    erasing: bool


def standing_of(subject: str, brand: str) -> Standing | None:
    """Give a subject's standing with a brand, or None when nothing was ever answered."""
    return ledger.standing_of(DjangoDatabase(), subject, brand)


def answered(subject: str | None, brand: str, now: datetime) -> Answered:
    """Give where a subject stands, all unanswered for somebody we do not know."""
    published = notices.current(brand)
    standing = (standing_of(subject, brand) if subject else None) or Standing()
    where = statuses(standing, published, now)
    return Answered(standing.rev, published.notice.version, where, standing.erasing)


def history_of(subjects: list[str], brand: str) -> list[Recorded]:
    """List the answers of these subjects, newest first."""
    events = [event for subject in subjects for event in ledger.events_of(DjangoDatabase(), subject, brand)]
    return sorted(events, key=lambda event: event.seq, reverse=True)


def receipt_of(subjects: list[str], event: str) -> str | None:
    """Give the signed receipt of an answer that one of these subjects gave, or None."""
    for subject in subjects:
        if found := ledger.event_of(DjangoDatabase(), subject, event):
            return receipts.sign(found, notices.version(found.brand, found.version))
    return None


def has_evidence(subjects: list[str], brand: str) -> bool:
    """Tell whether the ledger still holds an answer of one of these subjects."""
    return any(ledger.events_of(DjangoDatabase(), subject, brand) for subject in subjects)


def statuses_under(subject: str, published: Published, now: datetime) -> dict[str, ConsentStatus]:
    """Give where a subject stands as an earlier version of the notice would judge it."""
    return statuses(standing_of(subject, published.notice.brand) or Standing(), published, now)


def yes_standings(brand: str, choices: Sequence[str], after: str, most: int) -> list[tuple[str, Standing]]:
    """List at most `most` subjects beyond `after`, in their order, that hold a yes to one of these choices.

    The yes may have run out, or been given to less than is asked now: the rules of `core` judge that.
    """
    wanted = Q()
    for choice in choices:
        for status in PERMITTING:
            wanted |= Q(held__contains=f'"{choice}":["{status}"')
    if not wanted:
        return []
    rows = models.Standing.objects.filter(wanted, brand=brand, subject__gt=after).order_by("subject")[:most]
    return [
        (
            row.subject,
            Standing(
                row.rev, row.shown, read_held(json.loads(row.held)), bool(row.restricted), bool(row.erasing)
            ),
        )
        for row in rows
    ]


def had_said_yes(subject: str, brand: str, choices: Sequence[str], before_seq: int) -> bool:
    """Tell whether one of these choices was permitted in an answer recorded before a number of the ledger."""
    earlier = models.Event.objects.filter(subject=subject, brand=brand, seq__lt=before_seq)
    outcomes = (json.loads(text) for text in earlier.values_list("outcome", flat=True))
    return any(outcome.get(choice) in PERMITTING for outcome in outcomes for choice in choices)


def locale_of(subject: str, brand: str) -> str:
    """Give the language a subject answered in last; empty when nothing was ever answered."""
    events = ledger.events_of(DjangoDatabase(), subject, brand)
    return str(events[-1].evidence["locale"]) if events else ""
