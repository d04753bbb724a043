"""Write and read news in plain SQL: the ledger and the replicas do so from edge and web alike."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sayso.core.values import utc_text
from sayso.deployment.database import Database


def take(db: Database, count: int) -> int:
    """Take `count` numbers and give the first. The counter's lock is held to the commit: commit order."""
    rows = db.run(
        "INSERT INTO outbox_sequence (name, next) VALUES ('ledger', %s)"
        " ON CONFLICT (name) DO UPDATE SET next = outbox_sequence.next + %s RETURNING next",
        [count + 1, count],
    )
    return int(rows[0][0]) - count


def post(db: Database, seq: int, topic: str, payload: dict[str, Any], now: datetime) -> None:
    """Write one item of news under a number taken in the same transaction."""
    db.run(
        "INSERT INTO outbox_news (seq, topic, payload, at) VALUES (%s, %s, %s, %s)",
        [seq, topic, json.dumps(payload), utc_text(now)],
    )


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
