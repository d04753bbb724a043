"""What was answered: standings, history, receipts."""

import json
from dataclasses import dataclass
from datetime import datetime

from sayso.consent import ledger, models, receipts
from sayso.consent.ledger import Recorded
from sayso.core.consent import Standing, statuses
from sayso.core.layout import locale_for
from sayso.core.values import utc_text
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


def withdrawals_since(brand: str, at: datetime) -> dict[str, set[str]]:
    """Give the acts by which people took back a permission since a moment: choice → event ids.

    One act has one id, for however many of a person's subjects it was recorded.
    """
    rows = models.Event.objects.filter(
        brand=brand, recorded_at__gte=utc_text(at), outcome__contains="withdrawn"
    )
    acts: dict[str, set[str]] = {}
    for event, outcome in rows.values_list("event", "outcome"):
        for choice, status in json.loads(outcome).items():
            if status == ConsentStatus.WITHDRAWN:
                acts.setdefault(choice, set()).add(event)
    return acts


def said_yes_by(subjects: list[str], brand: str, at: datetime) -> set[str]:
    """Give the choices that any of these subjects had permitted at some time before a moment."""
    rows = models.Event.objects.filter(subject__in=subjects, brand=brand, recorded_at__lte=utc_text(at))
    outcomes = [json.loads(outcome) for outcome in rows.values_list("outcome", flat=True)]
    return {choice for said in outcomes for choice, status in said.items() if status in PERMITTING}


def receipt_of(subjects: list[str], event: str) -> str | None:
    """Give the signed receipt of an answer that one of these subjects gave, or None."""
    for subject in subjects:
        if found := ledger.event_of(DjangoDatabase(), subject, event):
            return receipts.sign(found, notices.version(found.brand, found.version))
    return None


def has_evidence(subjects: list[str], brand: str) -> bool:
    """Tell whether the ledger still holds an answer of one of these subjects."""
    return any(ledger.events_of(DjangoDatabase(), subject, brand) for subject in subjects)


def locale_of(subject: str, brand: str) -> str:
    """Give the language a person answered in last; the notice's first where she never did."""
    notice = notices.current(brand).notice
    spoken = next((event.evidence["locale"] for event in history_of([subject], brand)), "")
    return locale_for(notice, spoken or notice.locales[0])
