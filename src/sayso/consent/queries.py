"""What was answered: standings, history, receipts."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from sayso.consent import blocks, ledger, models, receipts, standings
from sayso.consent.ledger import Recorded
from sayso.consent.log import proving, reading
from sayso.core.age import MINORS, Band, youngest
from sayso.core.consent import Published, Standing, as_one_person, statuses
from sayso.core.consent import band_of as age_band
from sayso.core.layout import locale_for
from sayso.core.log_proof import LogProof, read_proof
from sayso.core.masking import masked
from sayso.core.opt_out import Scope, covered
from sayso.core.values import read_utc, utc_text
from sayso.core.vocabulary import PERMITTING, ConsentStatus
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
    return _answered(subject, standing_of(subject, brand) if subject else None, brand, now, signal)


def answered_together(
    subjects: list[str], brand: str, now: datetime, *, signal: bool = False
) -> list[Answered]:
    """Give where each of one person's subjects stands; one blank standing for somebody new.

    What one of them knows of age and guardian holds for all: they are one person.
    """
    people: list[str | None] = [*subjects] or [None]
    standings = as_one_person([standing_of(subject, brand) if subject else None for subject in people])
    pairs = zip(people, standings, strict=True)
    return [_answered(subject, standing, brand, now, signal) for subject, standing in pairs]


def _answered(
    subject: str | None, known: Standing | None, brand: str, now: datetime, signal: bool
) -> Answered:
    published, standing = notices.current(brand), known or Standing()
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


def band_of(subjects: Sequence[str], brand: str) -> Band:
    """Give the age band that counts for a person, by what any of her devices or her account said."""
    known = (standing_of(subject, brand) for subject in subjects)
    bands = youngest(standing.band for standing in known if standing)
    return age_band(Standing(band=bands), notices.current(brand))


def is_minor(subjects: Sequence[str], brand: str) -> bool:
    """Tell whether a person counts as a minor."""
    return band_of(subjects, brand) in MINORS


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


@dataclass(frozen=True, slots=True)
class Kept:
    """What a person keeps of an answer: its signed receipt, and the proof from the log once it is in it."""

    receipt: str
    in_log_by: str
    proof: str | None
    witnesses: tuple[str, ...] = ()  # that the brand names, and that signed this checkpoint

    @property
    def place(self) -> LogProof | None:
        """Give where in the log the answer stands, or None before."""
        return read_proof(self.proof) if self.proof else None


def kept(event: Recorded) -> Kept:
    """Give the receipt of a recorded answer, with its proof when it is in the log."""
    facts = receipts.facts_of(event)
    signed = receipts.sign(event, notices.version(event.brand, event.version))
    proof = reading.proof_of(DjangoDatabase(), event.seq)
    seen_by = proving.witnesses_of(DjangoDatabase(), proof) if proof else ()
    return Kept(signed, facts.in_log_by, proof, seen_by)


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


def statuses_under(subject: str, published: Published, now: datetime) -> dict[str, ConsentStatus]:
    """Give where a subject stands as an earlier version of the notice would judge it."""
    return statuses(standing_of(subject, published.notice.brand) or Standing(), published, now)


def yes_standings(brand: str, choices: Sequence[str], after: str, most: int) -> list[tuple[str, Standing]]:
    """List at most `most` subjects beyond `after`, in their order, that hold a yes to one of these choices.

    The yes may be a guardian's; it may have run out, or been given to less than is asked now: the rules of
    `core` judge that.
    """
    wanted = Q()
    for choice in choices:
        for status in PERMITTING:
            wanted |= Q(states__contains=f'"{choice}":"{status}"')
    if not wanted:
        return []
    alike = models.Pattern.objects.filter(wanted, brand=brand).values("id")
    rows = models.Standing.objects.filter(brand=brand, subject__gt=after, pattern__in=alike).order_by(
        "subject"
    )
    listed = rows.values_list(*standings.STANDINGS.columns)[:most]
    editions = notices.editions(brand)
    return [(row[0], standings.read(row, editions)) for row in listed]


def had_said_yes(subject: str, brand: str, choices: Sequence[str], before_seq: int) -> bool:
    """Tell whether one of these choices was permitted in an answer recorded before a number of the ledger."""
    earlier = models.Event.objects.filter(subject=subject, brand=brand, seq__lt=before_seq)
    outcomes = (json.loads(text) for text in earlier.values_list("outcome", flat=True))
    return any(outcome.get(choice) in PERMITTING for outcome in outcomes for choice in choices)
