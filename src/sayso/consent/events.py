"""Rows of events: acts of answering as the ledger holds them. Plain SQL: edge and web share it."""

import json
import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from sayso.core.consent import Answer, Standing
from sayso.core.leaf import answer_leaf, commitment
from sayso.core.values import canonical
from sayso.core.vocabulary import ConsentStatus
from sayso.deployment import bulk
from sayso.deployment.bulk import Table
from sayso.deployment.database import Database
from sayso.identity import keys

EVENTS = Table(
    "consent_event",
    {
        "seq": "bigint",
        "subject": "varchar",
        "brand": "varchar",
        "event": "varchar",
        "version": "varchar",
        "answers": "text",
        "outcome": "text",
        "recorded_at": "varchar",
        "leaf_hash": "varchar",
        "sealed": "bytea",
        "body_hash": "varchar",
        "commitment": "varchar",
    },
)
_SELECT = f"SELECT {EVENTS.named} FROM consent_event WHERE"  # noqa: S608 our own columns


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event as the ledger holds it. `evidence` is what stands sealed in it, with `salt`.

    `commitment` is the hash that stands for all of it in the log; `after` is where the person stood right then,
    told only by the call that recorded it.
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
    after: Standing | None = field(default=None, compare=False)


def _read(row: Sequence[Any]) -> Recorded:
    seq, subject, brand, event, version, answers, outcome, recorded_at, leaf, sealed, body_hash, committed = (
        row
    )
    evidence = json.loads(keys.unseal(subject, sealed))
    return Recorded(
        seq,
        subject,
        brand,
        event,
        version,
        json.loads(answers),
        json.loads(outcome),
        recorded_at,
        leaf,
        evidence,
        body_hash,
        committed,
    )


def of_subject(db: Database, subject: str, brand: str) -> list[Recorded]:
    """List a subject's events in the order they were recorded."""
    rows = db.run(f"{_SELECT} subject = %s AND brand = %s ORDER BY seq", [subject, brand])
    return [_read(row) for row in rows]


def find(db: Database, subject: str, event: str) -> Recorded | None:
    """Give one event of a subject, or None."""
    rows = db.run(f"{_SELECT} subject = %s AND event = %s", [subject, event])
    return _read(rows[0]) if rows else None


def find_all(db: Database, wanted: Collection[tuple[str, str]]) -> dict[tuple[str, str], Recorded]:
    """Give those events that there are of these, each named and found by its subject and its id."""
    if not wanted:
        return {}
    found, values = bulk.among_rows(db, {"subject": "varchar", "event": "varchar"}, list(wanted))
    return {(row[1], row[3]): _read(row) for row in db.run(f"{_SELECT} {found}", values)}


@dataclass(frozen=True, slots=True)
class Said:
    """What was said and what it came to, with both as they are written and hashed."""

    answers: dict[str, str]
    outcome: dict[str, str]
    answers_text: bytes
    outcome_text: bytes


def said(answers: Mapping[str, ConsentStatus], outcome: Mapping[str, ConsentStatus]) -> Said:
    """Write down what was said and what it came to."""
    return _said(tuple(answers.items()), tuple(outcome.items()))


@lru_cache(maxsize=4096)  # many people say the same
def _said(answers: tuple[tuple[str, str], ...], outcome: tuple[tuple[str, str], ...]) -> Said:
    told = {choice: str(status) for choice, status in answers}
    came_to = {choice: str(status) for choice, status in outcome}
    return Said(told, came_to, canonical(told), canonical(came_to))


@dataclass(frozen=True, slots=True)
class Sealed:
    """What stands beside the answers, sealed under the subject's key, and the hash that stands for it."""

    evidence: dict[str, Any]
    box: bytes
    commitment: str


def seal_all(answers: Sequence[tuple[str, Answer, str]]) -> list[Sealed]:
    """Seal what stands beside the answers of `(subject, answer, body hash)`, each with 16 random bytes.

    Raises `NotFound` with code `key_destroyed` where a subject has no key.
    """
    evidence = [{**answer.evidence(), "salt": os.urandom(16).hex()} for _, answer, _ in answers]
    texts = [canonical(each) for each in evidence]
    boxes = keys.seal_all([(subject, text) for (subject, _, _), text in zip(answers, texts, strict=True)])
    return [
        Sealed(told, box, commitment(text, subject, answer.event, body_hash))
        for (subject, answer, body_hash), told, text, box in zip(answers, evidence, texts, boxes, strict=True)
    ]


def leaf_of(seq: int, brand: str, version: str, told: Said, at: str, committed: str) -> str:
    """Give the hash by which an event stands in the log."""
    return answer_leaf(seq, brand, version, told.answers_text, told.outcome_text, at, committed)


def write(db: Database, recorded: Sequence[tuple[Recorded, Said, Sealed]]) -> bool:
    """Write events; False when one of them is there already, and the transaction must come to nothing."""
    rows = [
        (
            each.seq,
            each.subject,
            each.brand,
            each.event,
            each.version,
            told.answers_text.decode(),
            told.outcome_text.decode(),
            each.recorded_at,
            each.leaf_hash,
            sealed.box,
            each.body_hash,
            each.commitment,
        )
        for each, told, sealed in recorded
    ]
    return bulk.insert(db, EVENTS, rows, skipping=True) == len(rows)
