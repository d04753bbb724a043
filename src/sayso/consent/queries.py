"""What was answered: standings, history, receipts."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sayso.consent import ledger, receipts
from sayso.consent.ledger import Recorded
from sayso.consent.log import proving, reading
from sayso.core.consent import Standing, statuses
from sayso.core.log_proof import LogProof, read_proof
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


@dataclass(frozen=True, slots=True)
class Kept:
    """What a person keeps of an answer: its signed receipt, and the proof from the log once it is in it."""

    receipt: str
    in_log_by: str
    proof: str | None

    @property
    def place(self) -> LogProof | None:
        """Give where in the log the answer stands, or None before."""
        return read_proof(self.proof) if self.proof else None


def kept(event: Recorded) -> Kept:
    """Give the receipt of a recorded answer, with its proof when it is in the log."""
    facts = receipts.facts_of(event)
    signed = receipts.sign(event, notices.version(event.brand, event.version))
    return Kept(signed, facts.in_log_by, reading.proof_of(DjangoDatabase(), event.seq))


def receipt_of(subjects: list[str], event: str) -> str | None:
    """Give the signed receipt of an answer that one of these subjects gave, or None."""
    for subject in subjects:
        if found := ledger.event_of(DjangoDatabase(), subject, event):
            return receipts.sign(found, notices.version(found.brand, found.version))
    return None


def public_keys() -> dict[str, Any]:
    """Give the keys to pin: those of receipts and those of the log."""
    return proving.public_keys(DjangoDatabase())


def has_evidence(subjects: list[str], brand: str) -> bool:
    """Tell whether the ledger still holds an answer of one of these subjects."""
    return any(ledger.events_of(DjangoDatabase(), subject, brand) for subject in subjects)
