"""Verbs of changes: answer one, note that it was seen, say that it was read, forget."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from sayso.changes import queries
from sayso.changes.models import Told
from sayso.changes.telling import remind_due, tell_due
from sayso.consent import queries as consent
from sayso.consent import services as answering
from sayso.consent.queries import Recorded
from sayso.core.change_answer import ACT, LAYOUT, NARROWING, Way, answers, told_hash
from sayso.core.consent import Answer
from sayso.core.errors import Invalid, Unproved
from sayso.core.values import new_id
from sayso.core.vocabulary import Voucher
from sayso.notices import queries as notices

__all__ = [
    "Speaker",
    "answer",
    "answer_by_link",
    "forget",
    "note_read",
    "note_read_by_link",
    "note_seen",
    "remind_due",
    "tell_due",
]


@dataclass(frozen=True, slots=True)
class Speaker:
    """Somebody an answer holds for: who vouches, and the revision of the standing she saw."""

    subject: str
    voucher: Voucher
    base: int


def _way(text: str) -> Way:
    if text not in list(Way):
        raise Invalid("invalid_answer", "No answer was chosen.", "Choose one of the answers shown.")
    return Way(text)


@transaction.atomic
def answer(
    brand: str, speakers: Sequence[Speaker], change: str, said: str, locale: str, now: datetime
) -> list[Recorded]:
    """Record what she says to one change, for everyone she speaks for; one act has one number.

    Raises `NotFound` (`unknown_change`) when nothing of that name is open for her, `Invalid`
    (`invalid_answer`), and what the ledger raises; then nothing was recorded.
    """
    way = _way(said)
    subjects = [each.subject for each in speakers]
    asked = queries.one_open(brand, subjects, change, now)
    choices = answers(asked.change, way, notices.current(brand).notice, asked.hers)
    if not choices:
        raise Invalid("invalid_answer", "That is not an answer to this change.", "Choose one of those shown.")
    event, version = new_id(), notices.current(brand).notice.version
    for row in Told.objects.filter(id__in=asked.rows):
        row.said = {**row.said, change: way}
        row.seen_at = row.seen_at or now
        row.save()
    shown = told_hash([asked.change], locale)
    return [
        answering.record_for(
            each.subject,
            brand,
            Answer(event, version, choices, locale, shown, LAYOUT, "centre", ACT, each.voucher, each.base),
            now,
        )
        for each in speakers
    ]


def answer_by_link(
    number: str, secret: str, change: str, said: str, locale: str, now: datetime
) -> list[Recorded]:
    """Record what whoever holds the link of a letter says: keep or stop, at once; never allow.

    Raises `NotFound` (`unknown_link`) and `Unproved` (`proof_needed`), and what `answer` raises.
    """
    row = queries.row_by_link(number, secret)
    if _way(said) not in NARROWING:
        remedy = "Sign in with a code, then allow it in your privacy centre."
        raise Unproved("proof_needed", "A letter's link can refuse and stop, and allow nothing.", remedy)
    standing = consent.standing_of(row.subject, row.brand)
    speaker = Speaker(row.subject, Voucher.LETTER, standing.rev if standing else 0)
    return answer(row.brand, [speaker], change, said, locale, now)


@transaction.atomic
def note_seen(brand: str, subjects: Sequence[str], now: datetime) -> None:
    """Note that what is open for these subjects was shown to them, known by their own browser or account."""
    Told.objects.filter(brand=brand, subject__in=subjects, seen_at=None, replaced_at=None).update(seen_at=now)


@transaction.atomic
def note_read(brand: str, subjects: Sequence[str], now: datetime) -> None:
    """Close what was only told, because she says she has read it. What waits for an answer goes on waiting."""
    rows = Told.objects.filter(brand=brand, subject__in=subjects, answered_at=None, replaced_at=None)
    for row in rows:
        row.seen_at = row.seen_at or now
        if not any(concern.waits for concern in queries.concerns_of(row, now)):
            row.answered_at, row.remind_at = now, None
        row.save()


def note_read_by_link(number: str, secret: str, now: datetime) -> None:
    """Close what was only told to whoever holds the link. Raises `NotFound` (`unknown_link`)."""
    row = queries.row_by_link(number, secret)
    note_read(row.brand, [row.subject], now)


@transaction.atomic
def forget(subjects: Sequence[str]) -> None:
    """Delete what was told to these subjects, and what they said to it."""
    Told.objects.filter(subject__in=subjects).delete()
