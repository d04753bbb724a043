"""The log keeper: gives every answer its place in the log, grows the tree and signs it, every second.

One at a time works on a database: PostgreSQL's advisory lock elects it for the length of a transaction, and
SQLite has one writer anyway. A transaction writes leaves, nodes and checkpoint together, and everything is
read from the tables again: a keeper that is killed anywhere leaves nothing half, and the next one goes on.
"""

import logging
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sayso.consent import journal
from sayso.consent.log import history, reading, signing
from sayso.core import merkle
from sayso.core.checkpoint import Checkpoint
from sayso.core.errors import Conflict, SaysoError
from sayso.core.values import read_utc, utc_text
from sayso.deployment import env, secrets
from sayso.deployment import journal as outside
from sayso.deployment.database import Database, open_database

log = logging.getLogger("sayso.log")
FRESH = timedelta(milliseconds=600)  # after which a checkpoint is signed again though nothing is new
LOOK = 0.2  # seconds between two looks
BATCH = 2000  # entries of one transaction
_ROWS = 200  # of one statement
_ELECTION = 0x5A7504C  # the number of PostgreSQL's advisory lock

_UNPLACED = (
    "SELECT seq, leaf_hash FROM consent_event WHERE seq > %s AND commitment <> ''"
    " UNION ALL SELECT seq, leaf_hash FROM consent_evidence WHERE seq > %s AND commitment <> ''"
    " UNION ALL SELECT seq, leaf_hash FROM consent_tombstone WHERE seq > %s"
    " UNION ALL SELECT seq, leaf_hash FROM consent_keynews WHERE seq > %s ORDER BY 1 LIMIT %s"
)


def _elected(db: Database) -> bool:
    if db.dialect == "sqlite":
        return True
    return bool(db.run("SELECT pg_try_advisory_xact_lock(%s)", [_ELECTION])[0][0])


def end(db: Database) -> tuple[int, int]:
    """Give how many entries the log has, and the number of the last."""
    rows = db.run("SELECT position, seq FROM consent_leaf ORDER BY position DESC LIMIT 1")
    return (int(rows[0][0]) + 1, int(rows[0][1])) if rows else (0, 0)


def _unplaced(db: Database, last: int, most: int) -> list[tuple[Any, ...]]:
    # Numbers are commit order (outbox.store.take), so nothing can still appear below the last.
    return db.run(_UNPLACED, [last, last, last, last, most])


def _insert(db: Database, into: str, rows: Sequence[tuple[Any, ...]]) -> None:
    for start in range(0, len(rows), _ROWS):
        some = rows[start : start + _ROWS]
        marks = ", ".join(["(%s, %s, %s)"] * len(some))
        db.run(f"INSERT INTO {into} VALUES {marks}", [value for row in some for value in row])  # noqa: S608 our own table


def place(db: Database, size: int, rows: Sequence[tuple[Any, ...]]) -> dict[merkle.Node, bytes]:
    """Write leaves from place `size` on and the subtrees they complete; give all of these."""
    fresh: dict[merkle.Node, bytes] = {}
    nodes = reading.nodes_of(db, fresh)
    for position, (_, leaf) in enumerate(rows, size):
        fresh.update(merkle.completed(position, bytes.fromhex(leaf), nodes))
    leaves = [(position, seq, leaf) for position, (seq, leaf) in enumerate(rows, size)]
    above = [(level, position, own.hex()) for (level, position), own in fresh.items() if level]
    _insert(db, "consent_leaf (position, seq, leaf_hash)", leaves)
    _insert(db, "consent_node (level, position, hash)", above)
    return fresh


def _need_unbroken(size: int, before: reading.Signed | None, nodes: merkle.Nodes) -> None:
    """INVARIANT: nothing is signed that does not continue what was signed last."""
    if before and (before.size > size or merkle.root(before.size, nodes) != before.root):
        remedy = "Run `sayso audit --database`, and restore what was changed."
        raise Conflict("log_broken", "The log does not continue its last checkpoint.", remedy)


def _sign(
    db: Database, size: int, nodes: merkle.Nodes, before: reading.Signed | None, now: datetime
) -> reading.Signed:
    origin = before.origin if before else signing.origin()
    point = Checkpoint(origin, size, merkle.root(size, nodes))
    at = max(now, read_utc(before.signed_at)) if before else now  # a clock set back takes nothing back
    note = signing.sign(point, secrets.load().checkpoint_key(), int(at.timestamp()))
    wrote = db.run(
        "INSERT INTO consent_checkpoint (size, root, origin, note, first, signed_at)"
        " VALUES (%s, %s, %s, %s, %s, %s)"
        " ON CONFLICT (size) DO UPDATE SET note = excluded.note, signed_at = excluded.signed_at"
        " WHERE consent_checkpoint.root = excluded.root RETURNING size",
        [size, point.root.hex(), origin, note.text, note.text, utc_text(at)],
    )
    if not wrote:
        raise Conflict(
            "log_broken", "Another root was signed for this size.", "Run `sayso audit --database`."
        )
    return reading.Signed(size, point.root, origin, note.text, utc_text(at), note.text)


def _due(db: Database, now: datetime) -> bool:
    before = reading.latest(db)
    if before is None or now - read_utc(before.signed_at) >= FRESH:
        return True
    return bool(_unplaced(db, end(db)[1], 1))


def tick(db: Database, now: datetime) -> int:
    """Place what is new, in the ledger's order, and sign; give how many entries were placed.

    Does nothing while another keeper works, or when nothing is new and the checkpoint is fresh.
    Raises `Conflict` with code `log_broken` when the log was changed behind its back: then nothing is signed.
    """
    if not _due(db, now):
        return 0
    with db.transaction():
        if not _elected(db):
            return 0
        size, last = end(db)
        rows, before = _unplaced(db, last, BATCH), reading.latest(db)
        _need_unbroken(size, before, reading.nodes_of(db))
        nodes = reading.nodes_of(db, place(db, size, rows))
        signed = _sign(db, size + len(rows), nodes, before, now)
        if rows:
            # Before anybody can see the checkpoint: a restored database must be able to continue it.
            outside.append([journal.logged(size, [(seq, leaf) for seq, leaf in rows], signed)])
    return len(rows)


def note_keys(db: Database, now: datetime) -> bool:
    """Enter the keys that sign into the log where they are new; give False while another keeper works."""
    with db.transaction():
        elected = _elected(db)
        if elected:
            history.note_current(db, now)
    return elected


def keep(stopping: Callable[[], bool]) -> None:
    """Keep the log on a connection of its own until told to stop, whatever fails meanwhile."""
    while not stopping():
        try:
            db = open_database(env.database_url())
            try:
                noted = False
                while not stopping():
                    noted = noted or note_keys(db, datetime.now(UTC))
                    if tick(db, datetime.now(UTC)) < BATCH:
                        time.sleep(LOOK)
            finally:
                db.close()
        except SaysoError as broken:
            log.error("the log is not kept: %s", broken.code)
            time.sleep(1)
        except Exception as broken:
            log.error("the log keeper failed: %s", type(broken).__name__)
            time.sleep(1)
