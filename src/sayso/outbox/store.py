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


def post(db: Database, seq: int, topic: str, payload: dict[str, Any], now: datetime) -> None:
    """Write one item of news under a number taken in the same transaction."""
    db.run(
        "INSERT INTO outbox_news (seq, topic, payload, at) VALUES (%s, %s, %s, %s)",
        [seq, topic, json.dumps(payload), utc_text(now)],
    )


def newest(db: Database) -> int:
    """Give the number of the newest news, 0 before the first."""
    return int(db.run("SELECT COALESCE(MAX(seq), 0) FROM outbox_news")[0][0])


def after(db: Database, seq: int, most: int) -> list[tuple[int, str, dict[str, Any]]]:
    """List the news after a number, in order: number, topic and payload."""
    rows = db.run(
        "SELECT seq, topic, payload FROM outbox_news WHERE seq > %s ORDER BY seq LIMIT %s", [seq, most]
    )
    return [(int(number), str(topic), _payload(payload)) for number, topic, payload in rows]


def _payload(held: Any) -> dict[str, Any]:
    # PostgreSQL gives JSON as it is, SQLite as text; Django's connection gives text on both.
    read: dict[str, Any] = json.loads(held) if isinstance(held, str) else held
    return read
