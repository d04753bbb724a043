"""Read the log: checkpoints, proofs and entries, from nodes that never change."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sayso.consent.log import history, witnessing
from sayso.consent.log.history import Role
from sayso.core import merkle
from sayso.core.checkpoint import is_timed, read_note, time_in
from sayso.core.errors import NotFound
from sayso.core.log_proof import write_proof
from sayso.deployment.database import Database, Row

MOST_ENTRIES = 1000  # in one reply


@dataclass(frozen=True, slots=True)
class Signed:
    """A checkpoint as the keeper stored it. `signed_at` is the text of its latest signature's moment.

    `first` is the note as it was signed the first time, whose time is the earliest.
    """

    size: int
    root: bytes
    origin: str
    note: str
    signed_at: str
    first: str


_COLUMNS = "size, root, origin, note, signed_at, first"
_LATEST = f"SELECT {_COLUMNS} FROM consent_checkpoint ORDER BY size DESC LIMIT 1"  # noqa: S608 our own columns
_COVERS_FIRST = f"SELECT {_COLUMNS} FROM consent_checkpoint WHERE size > %s ORDER BY size LIMIT 1"  # noqa: S608 our own columns
_SEEN_FIRST = (
    f"SELECT {_COLUMNS} FROM consent_checkpoint WHERE size ="  # noqa: S608 our own columns
    " (SELECT min(size) FROM consent_cosignature WHERE size > %s)"
)
_SEEN_LAST = (
    f"SELECT {_COLUMNS} FROM consent_checkpoint WHERE size ="  # noqa: S608 our own columns
    " (SELECT max(size) FROM consent_cosignature)"
)


def _signed(rows: list[Row]) -> Signed | None:
    return Signed(rows[0][0], bytes.fromhex(rows[0][1]), *rows[0][2:]) if rows else None


def latest(db: Database) -> Signed | None:
    """Give the newest checkpoint, or None before the first."""
    return _signed(db.run(_LATEST))


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
    newest = _newest(db)
    return newest.note + witnessing.lines_for(db, newest.size)


def witnessed(db: Database) -> str:
    """Give the newest checkpoint that a witness signed too.

    Raises `NotFound` with code `not_witnessed` before the first.
    """
    found = _signed(db.run(_SEEN_LAST))
    if found is None:
        remedy = "Ask somebody to run `sayso witness`, and name the key in SAYSO_WITNESSES."
        raise NotFound("not_witnessed", "No witness has signed this log.", remedy)
    return found.note + witnessing.lines_for(db, found.size)


def _covering(db: Database, index: int) -> tuple[Signed | None, Signed | None]:
    """Give the first checkpoint that covers a place, and the first of them that a witness signed."""
    first = _signed(db.run(_COVERS_FIRST, [index]))
    return first, _signed(db.run(_SEEN_FIRST, [index]))


def _whole(db: Database, point: Signed) -> str:
    """Give a checkpoint as it was signed first, with its witnesses beneath."""
    return (point.first or point.note) + witnessing.lines_for(db, point.size)


def _earliest(note: str) -> int:
    """Give the earliest time under a checkpoint of our own, a POSIX timestamp."""
    return min(time_in(one) for one in read_note(note).signatures if is_timed(one))


def _best(db: Database, index: int) -> str | None:
    """Give the checkpoint that proves most of a place: the first that a witness saw, else the first.

    Where the key of receipts was lost between the two, the earlier one is worth more, and the log's own word
    for its time is all there is.
    """
    first, seen = (None if one is None else _whole(db, one) for one in _covering(db, index))
    if first is None or seen is None:
        return first
    lost = history.lost(db)
    if Role.CHECKPOINT in lost:
        return seen
    early, late = _earliest(first), _earliest(seen)
    return first if any(early < since <= late for since in lost.get(Role.RECEIPT, ())) else seen


def proof_of(db: Database, seq: int) -> str | None:
    """Prove that an entry is in the log; None while it is not in it.

    The checkpoint is the earliest that covers it and that a witness signed, else the earliest: whatever becomes
    of a key later, this shows what was there before.
    """
    rows = db.run("SELECT position FROM consent_leaf WHERE seq = %s", [seq])
    note = _best(db, int(rows[0][0])) if rows else None
    if note is None:
        return None
    index, size = int(rows[0][0]), read_note(note).checkpoint.size
    return write_proof(index, merkle.inclusion_proof(index, size, nodes_of(db)), note)


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
