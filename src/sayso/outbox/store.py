"""Write news in plain SQL: the ledger does so from edge and web alike."""

import json
from collections.abc import Mapping, Sequence
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
