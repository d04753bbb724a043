"""Tombstones: entries of the log that say which others may be missing, and why."""

import json
from collections.abc import Iterable
from datetime import datetime

from sayso.core.leaf import Tombstone, tombstone_leaf
from sayso.core.values import utc_text
from sayso.deployment.database import Database
from sayso.outbox import store as outbox

Covered = tuple[int, str]  # an entry's number and leaf hash


def lay(
    db: Database, why: Tombstone, covers: Iterable[Covered], keep_until: datetime | None, now: datetime
) -> None:
    """Write one tombstone over these entries, in the transaction that moves or deletes them."""
    listed = [[seq, leaf] for seq, leaf in covers]
    at, until = utc_text(now), utc_text(keep_until) if keep_until else ""
    seq = outbox.take(db, 1)
    db.run(
        "INSERT INTO consent_tombstone (seq, why, covers, at, keep_until, leaf_hash)"
        " VALUES (%s, %s, %s, %s, %s, %s)",
        [seq, why, json.dumps(listed), at, until, tombstone_leaf(seq, why, listed, at, until)],
    )
