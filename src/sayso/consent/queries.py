"""What was answered: standings, history, receipts."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sayso.consent import blocks, ledger, models, receipts
from sayso.consent.ledger import Recorded
from sayso.consent.log import proving, reading
from sayso.core.consent import Standing, statuses
from sayso.core.layout import locale_for
from sayso.core.log_proof import LogProof, read_proof
from sayso.core.masking import masked
from sayso.core.opt_out import Scope, covered
from sayso.core.values import read_utc
from sayso.core.vocabulary import ConsentStatus
from sayso.deployment.django_database import DjangoDatabase
from sayso.identity import queries as identity
from sayso.notices import queries as notices

__all__ = ["Answered", "Block", "Recorded"]


@dataclass(frozen=True, slots=True)
class Answered:
    """Where a subject stands under the current notice; `rev` is what a form sends back as `base`.

    `masked` choices are held back by Global Privacy Control, `blocked` ones by a Block on an identifier.
    """

    rev: int
    version: str
    statuses: dict[str, ConsentStatus]
    erasing: bool
    gpc: bool = False
    masked: frozenset[str] = frozenset()
    blocked: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Block:
    """What is stopped for an identifier of an account: its kind, what, since when, and where it was said."""

    kind: str
    scope: Scope
    since: datetime
    source: str


def standing_of(subject: str, brand: str) -> Standing | None:
    """Give a subject's standing with a brand, or None when nothing was ever answered."""
    return ledger.standing_of(DjangoDatabase(), subject, brand)


def answered(subject: str | None, brand: str, now: datetime, *, signal: bool = False) -> Answered:
    """Give where a subject stands, all unanswered for somebody we do not know.

    `signal` says that Global Privacy Control came with this very request, recorded or not.
    """
    published = notices.current(brand)
    standing = (standing_of(subject, brand) if subject else None) or Standing()
    stopped = blocks.scopes_of(DjangoDatabase(), identity.lookups_of(subject) if subject else [])
    return Answered(
        standing.rev,
        published.notice.version,
        statuses(standing, published, now),
        standing.erasing,
        signal or standing.gpc > 0,
        frozenset(masked(standing, published, signal=signal)),
        frozenset(covered(published.notice, stopped)),
    )


def blocks_of(account: str) -> list[Block]:
    """List what is stopped for the identifiers of an account, oldest first."""
    found = [
        Block(row.kind, Scope(row.scope), read_utc(row.since), row.source)
        for kind, lookup in identity.lookups_of(account)
        for row in models.Block.objects.filter(kind=kind, lookup=lookup)
    ]
    return sorted(found, key=lambda block: (block.since, block.scope))


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


def locale_of(subject: str, brand: str) -> str:
    """Give the language a person answered in last; the notice's first where she never did."""
    notice = notices.current(brand).notice
    spoken = next((event.evidence["locale"] for event in history_of([subject], brand)), "")
    return locale_for(notice, spoken or notice.locales[0])
