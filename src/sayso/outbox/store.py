"""Write news in plain SQL: the ledger does so from edge and web alike."""

import json
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
