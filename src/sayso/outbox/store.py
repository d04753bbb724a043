"""Write and read news in plain SQL: the ledger and the replicas do so from edge and web alike."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sayso.core.values import utc_text
from sayso.deployment import bulk
from sayso.deployment.bulk import Table
from sayso.deployment.database import Database

NEWS = Table("outbox_news", {"seq": "bigint", "topic": "varchar", "payload": "jsonb", "at": "varchar"})


def take(db: Database, count: int) -> int:
    """Take `count` numbers and give the first. The counter's lock is held to the commit: commit order."""
    rows = db.run(
        "INSERT INTO outbox_sequence (name, next) VALUES ('ledger', %s)"
        " ON CONFLICT (name) DO UPDATE SET next = outbox_sequence.next + %s RETURNING next",
        [count + 1, count],
    )
    return int(rows[0][0]) - count


def last(db: Database) -> int:
    """Give the highest number that was taken so far; 0 before the first."""
    rows = db.run("SELECT next FROM outbox_sequence WHERE name = 'ledger'")
    return int(rows[0][0]) - 1 if rows else 0


def jump(db: Database, beyond: int) -> None:
    """Let the next number be taken from beyond one, in the caller's transaction; never from below."""
    db.run(
        "INSERT INTO outbox_sequence (name, next) VALUES ('ledger', %s) ON CONFLICT (name) DO UPDATE"
        " SET next = excluded.next WHERE outbox_sequence.next < excluded.next",
        [beyond + 1],
    )


def post(db: Database, seq: int, topic: str, payload: dict[str, Any], now: datetime) -> None:
    """Write one item of news under a number taken in the same transaction."""
    db.run(
        "INSERT INTO outbox_news (seq, topic, payload, at) VALUES (%s, %s, %s, %s)",
        [seq, topic, json.dumps(payload), utc_text(now)],
    )


def news(seq: int, topic: str, payload: Mapping[str, Any]) -> tuple[int, str, str]:
    """Make one item of news ready for `post_all`, under a number taken in the same transaction."""
    return seq, topic, json.dumps(payload)


def post_all(db: Database, items: Sequence[tuple[int, str, str]], now: datetime) -> None:
    """Write what `news` made, in the transaction of the facts it tells of."""
    at = utc_text(now)
    bulk.insert(db, NEWS, [(*each, at) for each in items])


@dataclass(frozen=True, slots=True)
class Told:
    """One item of news as a reader of the table sees it."""

    seq: int
    topic: str
    payload: dict[str, Any]


def watermark(db: Database) -> int:
    """Give the highest number taken by anything committed: all news up to it can be read from now on."""
    rows = db.run("SELECT next FROM outbox_sequence WHERE name = 'ledger'")
    return int(rows[0][0]) - 1 if rows else 0


def after(db: Database, seq: int, most: int) -> list[Told]:
    """List the next news above a number. Numbers are commit order: nothing appears below what was read."""
    rows = db.run(
        "SELECT seq, topic, payload FROM outbox_news WHERE seq > %s ORDER BY seq LIMIT %s", [seq, most]
    )
    # PostgreSQL hands over JSON as it is read, SQLite as text.
    return [
        Told(int(number), str(topic), json.loads(payload) if isinstance(payload, str) else payload)
        for number, topic, payload in rows
    ]
