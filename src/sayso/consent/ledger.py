"""Write answers: the one function every surface goes through.

Plain SQL without Django, so that edge and web share it. One call is one transaction: events, standings and
news together, or nothing. Nothing is acknowledged that is not durable.
"""

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sayso.consent import journal
from sayso.core.age import MINORS, Band
from sayso.core.consent import (
    Answer,
    Published,
    Standing,
    fold,
    next_change,
    read_held,
    write_held,
)
from sayso.core.errors import Conflict, Unavailable
from sayso.core.leaf import answer_leaf, commitment
from sayso.core.masking import changes, permit_mask
from sayso.core.values import canonical, new_id, utc_text
from sayso.deployment.database import Database
from sayso.identity import keys
from sayso.identity import store as identity
from sayso.notices import store as notices
from sayso.outbox import store as outbox

TRIES = 20  # rounds against other writers of the same person's standing before we say "busy"


@dataclass(frozen=True, slots=True)
class Submission:
    """An answer and who gives it: a subject we know, or the hash of a device secret.

    `body_hash` identifies what was sent: the same event with another body is refused.
    """

    brand: str
    answer: Answer
    body_hash: str
    subject: str | None = None
    device: str | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event as the ledger holds it. `evidence` is what stands sealed in it, with `salt`.

    `commitment` is the hash that stands for all of it in the log.
    """

    seq: int
    subject: str
    brand: str
    event: str
    version: str
    answers: dict[str, str]
    outcome: dict[str, str]
    recorded_at: str
    leaf_hash: str
    evidence: dict[str, Any]
    body_hash: str
    commitment: str
    replayed: bool = False


class _Stale(Exception):
    """Somebody else wrote this standing first."""


def body_hash_of(body: bytes) -> str:
    """Give the hash by which a repeated event is told from a changed one."""
    return hashlib.sha256(body).hexdigest()


_COLUMNS = """seq, subject, brand, event, version, answers, outcome, recorded_at, leaf_hash, sealed, body_hash,
 commitment"""
_SELECT = f"SELECT {_COLUMNS} FROM consent_event WHERE subject = %s"  # noqa: S608 our own columns
_MARKS = ", ".join(["%s"] * 12)
_INSERT = f"INSERT INTO consent_event ({_COLUMNS}) VALUES ({_MARKS})"  # noqa: S608 our own columns


def _read_event(row: Sequence[Any], replayed: bool = False) -> Recorded:
    evidence = json.loads(keys.unseal(row[1], row[9]))
    answers, outcome = json.loads(row[5]), json.loads(row[6])
    seq, subject, brand, event, version, _, _, recorded_at, leaf, _, body_hash, committed = row
    return Recorded(
        seq,
        subject,
        brand,
        event,
        version,
        answers,
        outcome,
        recorded_at,
        leaf,
        evidence,
        body_hash,
        committed,
        replayed,
    )


def events_of(db: Database, subject: str, brand: str) -> list[Recorded]:
    """List a subject's events in the order they were recorded."""
    return [_read_event(row) for row in db.run(_SELECT + " AND brand = %s ORDER BY seq", [subject, brand])]


def event_of(db: Database, subject: str, event: str) -> Recorded | None:
    """Give one event of a subject, or None."""
    rows = db.run(_SELECT + " AND event = %s", [subject, event])
    return _read_event(rows[0]) if rows else None


STANDING = (
    "rev",
    "shown",
    "held",
    "restricted",
    "erasing",
    "gpc",
    "band",
    "guardian_held",
    "guardian_method",
)


def read_standing(row: Sequence[Any]) -> Standing:
    """Read the columns `STANDING` of a row."""
    rev, shown, held, restricted, erasing, gpc, band, guardian_held, guardian_method = row
    return Standing(
        rev,
        shown,
        read_held(json.loads(held)),
        bool(restricted),
        bool(erasing),
        gpc,
        Band(band),
        read_held(json.loads(guardian_held)),
        guardian_method,
    )


def standing_of(db: Database, subject: str, brand: str) -> Standing | None:
    """Give a subject's standing with a brand, or None when nothing was ever answered."""
    rows = db.run(
        f"SELECT {', '.join(STANDING)} FROM consent_standing WHERE subject = %s AND brand = %s",  # noqa: S608 our own column names
        [subject, brand],
    )
    return read_standing(rows[0]) if rows else None


def _write_standing(
    db: Database, subject: str, published: Published, before: Standing | None, after: Standing, now: datetime
) -> None:
    brand = published.notice.brand
    until = next_change(after)
    values = [
        published.notice.version,
        after.rev,
        after.shown,
        json.dumps(write_held(after.held), separators=(",", ":")),
        f"{permit_mask(after, published, now):x}",
        utc_text(until) if until else "",
        int(after.restricted),
        int(after.erasing),
        after.gpc,
        after.band,
        json.dumps(write_held(after.guardian_held), separators=(",", ":")),
        after.guardian_method,
        subject,
        brand,
    ]
    if before is None:
        wrote = db.run(
            "INSERT INTO consent_standing"
            " (version, rev, shown, held, permit, valid_until, restricted, erasing, gpc, band, guardian_held,"
            " guardian_method, subject, brand)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
            " ON CONFLICT (subject, brand) DO NOTHING RETURNING rev",
            values,
        )
    else:
        wrote = db.run(
            "UPDATE consent_standing SET version = %s, rev = %s, shown = %s, held = %s, permit = %s,"
            " valid_until = %s, restricted = %s, erasing = %s, gpc = %s, band = %s, guardian_held = %s,"
            " guardian_method = %s"
            " WHERE subject = %s AND brand = %s AND rev = %s RETURNING rev",
            [*values, before.rev],
        )
    if not wrote:
        raise _Stale


def _write_event(
    db: Database, seq: int, item: Submission, subject: str, outcome: Any, now: datetime
) -> Recorded:
    answer, at = item.answer, utc_text(now)
    evidence = {**answer.evidence(), "salt": os.urandom(16).hex()}
    answers = {choice: str(said) for choice, said in answer.answers.items()}
    came_to = {choice: str(status) for choice, status in outcome.items()}
    committed = commitment(evidence, subject, answer.event, item.body_hash)
    leaf = answer_leaf(seq, item.brand, answer.version, answers, came_to, at, committed)
    db.run(
        _INSERT,
        [
            seq,
            subject,
            item.brand,
            answer.event,
            answer.version,
            json.dumps(answers),
            json.dumps(came_to),
            at,
            leaf,
            keys.seal(subject, canonical(evidence)),
            item.body_hash,
            committed,
        ],
    )
    return Recorded(
        seq,
        subject,
        item.brand,
        answer.event,
        answer.version,
        answers,
        came_to,
        at,
        leaf,
        evidence,
        item.body_hash,
        committed,
    )


def _replayed(db: Database, subject: str, item: Submission) -> Recorded | None:
    rows = db.run(_SELECT + " AND event = %s", [subject, item.answer.event])
    if not rows:
        return None
    if rows[0][10] != item.body_hash:
        raise Conflict(
            "event_reused",
            "This event was recorded with other content.",
            "Give every new answer a new event id.",
        )
    return _read_event(rows[0], replayed=True)


def _subject(db: Database, item: Submission, fresh: Mapping[str, str], now: datetime) -> str:
    if item.subject is not None:
        return item.subject
    device = item.device or ""
    known = identity.subject_of_device(db, device)
    if known:
        return known
    if device not in fresh or not identity.add_device(db, device, fresh[device], now):
        raise _Stale
    return fresh[device]


def _new_standing(db: Database, subject: str) -> Standing:
    """Give a standing without answers: how old somebody is holds for every brand of the controller."""
    return Standing(band=Band(identity.band_of(db, subject)))


def _record_one(db: Database, item: Submission, fresh: Mapping[str, str], now: datetime) -> Recorded:
    subject = _subject(db, item, fresh, now)
    if known := _replayed(db, subject, item):
        return known
    # The counter's lock is taken before the standing is read, so writers of one person queue behind it.
    first = outbox.take(db, 2)
    published = notices.version(db, item.brand, item.answer.version)
    before = standing_of(db, subject, item.brand)
    was = before or _new_standing(db, subject)
    folded = fold(was, item.answer, published, now)
    current = notices.current(db, item.brand)
    _write_standing(db, subject, current, before, folded.standing, now)
    recorded = _write_event(db, first, item, subject, folded.outcome, now)
    news = {
        "subject": subject,
        "brand": item.brand,
        "seq": first,
        "event": item.answer.event,
        "changed": changes(was, folded.standing, current),
    }
    outbox.post(db, first + 1, "consent.changed", news, now)
    return recorded


def _newcomers(db: Database, items: Sequence[Submission]) -> dict[str, str]:
    """Make a subject, with its key, for every device that never answered before."""
    devices = {item.device for item in items if item.subject is None and item.device}
    fresh = {device: new_id() for device in devices if identity.subject_of_device(db, device) is None}
    if fresh:
        keys.make_keys(list(fresh.values()))
    return fresh


def record(db: Database, items: Sequence[Submission], now: datetime) -> list[Recorded]:
    """Record answers durably in one transaction and give them back as events, in order.

    The same event with the same body gives the event recorded before, marked `replayed`.
    Raises `Conflict` (`event_reused`, `unknown_version`) and `Unavailable` (`busy`); then nothing changed.
    """
    for _ in range(TRIES):
        fresh = _newcomers(db, items)
        try:
            with db.transaction():
                recorded = [_record_one(db, item, fresh, now) for item in items]
            # A no outlives a restore, or nobody is told of it.
            journal.append(db, journal.narrowings(db, recorded, [item.device for item in items]))
            return recorded
        except _Stale:
            continue
    raise Unavailable("busy", "Too many answers of one person at once.", "Send it again in a second.")


def mark_erasing(db: Database, subject: str, brand: str, now: datetime, erasing: bool = True) -> None:
    """Refuse every use of a subject's data from this moment, whatever was answered; or no longer do."""
    _mark(db, subject, brand, {"erasing": erasing}, now)


def mark_restricted(db: Database, subject: str, brand: str, now: datetime) -> None:
    """Refuse every use of a subject's data: what she said no to is not known any more."""
    _mark(db, subject, brand, {"restricted": True}, now)


def mark_minor(db: Database, subject: str, brand: str, flags: Mapping[str, Any], now: datetime) -> None:
    """Note a person's age band (`band`) or how her guardian was proved (`guardian_method`).

    What this permits or refuses from now on is news like any answer.
    """
    _mark(db, subject, brand, flags, now)


def _mark(db: Database, subject: str, brand: str, flags: Mapping[str, Any], now: datetime) -> None:
    for _ in range(TRIES):
        try:
            with db.transaction():
                seq = _mark_once(db, subject, brand, flags, now)
            if flags.get("band") in MINORS:
                journal.append(db, journal.marked(subject, brand, seq, {"band": flags["band"]}))
            return
        except _Stale:
            continue
    raise Unavailable("busy", "Too many answers of one person at once.", "Send it again in a second.")


def _mark_once(db: Database, subject: str, brand: str, flags: Mapping[str, Any], now: datetime) -> int:
    first = outbox.take(db, 1)
    published = notices.current(db, brand)
    before = standing_of(db, subject, brand)
    was = before or _new_standing(db, subject)
    after = replace(was, rev=was.rev + 1, **flags)
    _write_standing(db, subject, published, before, after, now)
    if changed := changes(was, after, published):
        news = {"subject": subject, "brand": brand, "seq": first, "event": "", "changed": changed}
        outbox.post(db, first, "consent.changed", news, now)
    return first
