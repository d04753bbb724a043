"""Read the log: checkpoints, proofs and entries, from nodes that never change."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sayso.core import merkle
from sayso.core.errors import NotFound
from sayso.core.log_proof import write_proof
from sayso.deployment.database import Database

MOST_ENTRIES = 1000  # in one reply


@dataclass(frozen=True, slots=True)
class Signed:
    """A checkpoint as the keeper stored it. `signed_at` is the text of its latest signature's moment."""

    size: int
    root: bytes
    origin: str
    note: str
    signed_at: str


def latest(db: Database) -> Signed | None:
    """Give the newest checkpoint, or None before the first."""
    rows = db.run(
        "SELECT size, root, origin, note, signed_at FROM consent_checkpoint ORDER BY size DESC LIMIT 1"
    )
    return Signed(rows[0][0], bytes.fromhex(rows[0][1]), *rows[0][2:]) if rows else None


def _newest(db: Database) -> Signed:
    if found := latest(db):
        return found
    raise NotFound(
        "no_checkpoint", "The log keeper has signed nothing yet.", "Start `sayso work`; try again."
    )


def nodes_of(db: Database, fresh: Mapping[merkle.Node, bytes] | None = None) -> Callable[[int, int], bytes]:
    """Give the function by which `core.merkle` reads complete subtrees: from `fresh`, else as stored.

    It raises `NotFound` with code `log_incomplete` where the database lacks one.
    """

    def node(level: int, position: int) -> bytes:
        if fresh and (level, position) in fresh:
            return fresh[level, position]
        if level:
            query = "SELECT hash FROM consent_node WHERE level = %s AND position = %s"
            rows = db.run(query, [level, position])
        else:
            rows = db.run("SELECT leaf_hash FROM consent_leaf WHERE position = %s", [position])
        if not rows:
            remedy = "Run `sayso audit --database`: rows of the log were removed."
            raise NotFound("log_incomplete", "A part of the log is missing.", remedy)
        return bytes.fromhex(rows[0][0])

    return node


def checkpoint(db: Database) -> str:
    """Give the newest signed checkpoint. Raises `NotFound` with code `no_checkpoint` before the first."""
    return _newest(db).note


def proof_of(db: Database, seq: int) -> str | None:
    """Prove that an entry is in the log, under its newest checkpoint; None while it is not in it."""
    rows = db.run("SELECT position FROM consent_leaf WHERE seq = %s", [seq])
    newest = latest(db)
    if not rows or newest is None or rows[0][0] >= newest.size:
        return None
    index = int(rows[0][0])
    return write_proof(index, merkle.inclusion_proof(index, newest.size, nodes_of(db)), newest.note)


def consistency(db: Database, first: int, second: int) -> list[bytes]:
    """Prove that the log of `second` entries begins with that of `first`.

    Raises `NotFound` with code `no_checkpoint` beyond the newest checkpoint, and `Invalid` for other sizes.
    """
    if second > _newest(db).size:
        remedy = "Ask for sizes up to the newest checkpoint's."
        raise NotFound("no_checkpoint", "The log has not grown that far.", remedy)
    return merkle.consistency_proof(first, second, nodes_of(db))


def entries(db: Database, first: int, end: int) -> list[bytes]:
    """List the leaf hashes from place `first` up to `end`, `MOST_ENTRIES` at most: nothing else is told."""
    stop = min(end, first + MOST_ENTRIES, _newest(db).size)
    query = "SELECT leaf_hash FROM consent_leaf WHERE position >= %s AND position < %s ORDER BY position"
    return [bytes.fromhex(row[0]) for row in db.run(query, [first, stop])]
