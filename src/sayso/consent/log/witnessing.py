"""Take what witnesses sign: cosignatures of our own checkpoints, by the keys the deployment names.

Whoever posts is nobody in particular; the signature alone counts. It is checked before the database is touched.
"""

import logging
from datetime import UTC, datetime, timedelta

from sayso.consent.log import signing
from sayso.core.checkpoint import (
    TIMED,
    Note,
    Signature,
    VerifierKey,
    names,
    read_note,
    read_verifier_key,
    time_in,
)
from sayso.core.errors import Conflict, Forbidden, Invalid, Malformed, Misconfigured, NotFound
from sayso.core.values import utc_text
from sayso.deployment import env
from sayso.deployment.database import Database

log = logging.getLogger("sayso.log")
LARGEST = 16 * 1024  # bytes of what a witness may post
MOST = 16  # witnesses of one deployment
AHEAD = timedelta(minutes=5)  # that a witness's clock may be before ours

Cosigned = tuple[VerifierKey, Signature]


def configured() -> tuple[VerifierKey, ...]:
    """Give the keys of the witnesses that SAYSO_WITNESSES names.

    Raises `Misconfigured` with code `setting_malformed` for what is no key of a witness.
    """
    remedy = "Set SAYSO_WITNESSES to what `sayso witness` printed, by comma."
    texts = [text.strip() for text in env.text("SAYSO_WITNESSES").split(",") if text.strip()]
    try:
        keys = tuple(read_verifier_key(text) for text in texts)
    except Malformed as broken:
        raise Misconfigured("setting_malformed", "SAYSO_WITNESSES names no key.", remedy) from broken
    if len(keys) > MOST or any(key.kind != TIMED or len(key.text) > 300 for key in keys):
        raise Misconfigured("setting_malformed", "SAYSO_WITNESSES names no keys of witnesses.", remedy)
    return keys


def _claimed(note: Note) -> list[Cosigned]:
    keys = configured()
    found = [(key, one) for key in keys for one in note.signatures if names(one, key)]
    if not found:
        remedy = "Ask the brand to put the witness's key into SAYSO_WITNESSES."
        raise Forbidden("unknown_witness", "No witness of this log signed it.", remedy)
    return found


def read_cosigned(raw: bytes, now: datetime) -> tuple[Note, list[Cosigned]]:
    """Read a checkpoint as a witness posts it, and check every signature that a witness of ours lays claim to.

    Raises `Malformed`, `Forbidden` (unknown_witness) and `Invalid` (bad_cosignature).
    """
    note = read_note(raw.decode("utf-8", "replace"))
    found = _claimed(note)
    for key, one in found:
        ahead = time_in(one) > (now + AHEAD).timestamp()
        if ahead or not signing.holds(one, key, note.body):
            remedy = "Sign the checkpoint as it is served, at the time it is."
            raise Invalid("bad_cosignature", "A witness's signature does not hold.", remedy)
    return note, found


def keep(db: Database, note: Note, found: list[Cosigned]) -> int:
    """Keep cosignatures of a checkpoint of ours, the first of each witness; give how many are new.

    Raises `NotFound` (no_checkpoint) for a size never signed here and `Conflict` (log_forked) for another root:
    then a key of ours signed a history that this database does not hold.
    """
    point = note.checkpoint
    rows = db.run("SELECT root, origin FROM consent_checkpoint WHERE size = %s", [point.size])
    if not rows:
        raise NotFound("no_checkpoint", "No checkpoint of that size was signed.", "Fetch the newest one.")
    if tuple(rows[0]) != (point.root.hex(), point.origin) or note.body != point.text:
        log.error("a witness was shown another log of size %s than this one", point.size)
        remedy = "Run `sayso audit --database`, and look for who else holds the log's key."
        raise Conflict("log_forked", "A witness signed another root of this size.", remedy)
    return sum(_insert(db, point.size, key, one) for key, one in found)


def _insert(db: Database, size: int, key: VerifierKey, one: Signature) -> int:
    at = utc_text(datetime.fromtimestamp(time_in(one), UTC))
    wrote = db.run(
        "INSERT INTO consent_cosignature (size, key, line, at) VALUES (%s, %s, %s, %s)"
        " ON CONFLICT (size, key) DO NOTHING RETURNING size",
        [size, key.text, one.line, at],
    )
    return len(wrote)


def lines_for(db: Database, size: int) -> str:
    """Give the signature lines of the witnesses under the checkpoint of one size."""
    kept = db.run("SELECT key, line FROM consent_cosignature WHERE size = %s ORDER BY at, key", [size])
    return "".join(line for _, line in kept)
