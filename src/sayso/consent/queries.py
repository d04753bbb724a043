"""What was answered: standings, history, receipts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sayso.consent import ledger, receipts
from sayso.consent.ledger import Recorded
from sayso.core.age import MINORS, Band, youngest
from sayso.core.consent import Standing, as_one_person, statuses
from sayso.core.consent import band_of as age_band
from sayso.core.vocabulary import ConsentStatus
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


def answered_together(subjects: list[str], brand: str, now: datetime) -> list[Answered]:
    """Give where each of one person's subjects stands; one blank standing for somebody new.

    What one of them knows of age and guardian holds for all: they are one person.
    """
    people: list[str | None] = [*subjects] or [None]
    standings = [standing_of(subject, brand) if subject else None for subject in people]
    return [_answered(standing or Standing(), brand, now) for standing in as_one_person(standings)]


def band_of(subjects: Sequence[str], brand: str) -> Band:
    """Give the age band that counts for a person, by what any of her devices or her account said."""
    known = (standing_of(subject, brand) for subject in subjects)
    bands = youngest(standing.band for standing in known if standing)
    return age_band(Standing(band=bands), notices.current(brand))


def is_minor(subjects: Sequence[str], brand: str) -> bool:
    """Tell whether a person counts as a minor."""
    return band_of(subjects, brand) in MINORS


def _answered(standing: Standing, brand: str, now: datetime) -> Answered:
    published = notices.current(brand)
    where = statuses(standing, published, now)
    return Answered(standing.rev, published.notice.version, where, standing.erasing)


def answered(subject: str | None, brand: str, now: datetime) -> Answered:
    """Give where a subject stands, all unanswered for somebody we do not know."""
    return _answered((standing_of(subject, brand) if subject else None) or Standing(), brand, now)


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
