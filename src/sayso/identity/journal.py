"""What of a person goes into the journal outside the database, sealed under her own key, and comes back from it.

An entry names a subject by its random number; what it says of her can be read as long as her key exists. Once
she is forgotten, her entries mean nothing to anybody. Plain SQL: edge and web share it.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sayso.core.errors import NotFound
from sayso.deployment import bulk
from sayso.deployment.database import Database
from sayso.deployment.journal import Entry
from sayso.identity import keys
from sayso.identity.store import AWAITED, CURRENT, stamp

NAMED = "named"
REVOKED, KEY, STAFF = "revoked", "key", "staff"
_encode = json.JSONEncoder(
    separators=(",", ":")
).encode  # made once: on the hot path that is half of the time
Names = Mapping[
    str, Any
]  # `devices`: hashes of secrets; `identifiers`: [kind, keyed hash, sealed, vouched_by]


@dataclass(frozen=True, slots=True)
class Said:
    """What an entry says of a subject. `seq` is the ledger's number at that time, `body` what is sealed."""

    kind: str
    seq: int
    subject: str
    body: dict[str, Any]


def sealed(said: Sequence[Said]) -> list[Entry]:
    """Make the entries of what is said, with one look into the key store for all of them.

    Raises `NotFound` with code `key_destroyed` where a subject has no key.
    """
    boxes = keys.seal_all([(one.subject, _encode(one.body).encode()) for one in said])
    return [
        {"kind": one.kind, "seq": one.seq, "subject": one.subject, "sealed": b64encode(box).decode()}
        for one, box in zip(said, boxes, strict=True)
    ]


def opened(entries: Sequence[Entry]) -> list[Said | None]:
    """Read entries that name a subject; None for each that no key opens any more."""
    values = [(one["subject"], b64decode(one["sealed"])) for one in entries]
    try:
        boxes = keys.unseal_all(values)
    except NotFound:  # a key was lost and made anew, or its epoch destroyed: one such person hinders no other
        boxes = [_opened(subject, blob) for subject, blob in values]
    return [
        None if box is None else Said(one["kind"], one["seq"], one["subject"], json.loads(box))
        for one, box in zip(entries, boxes, strict=True)
    ]


def _opened(subject: str, blob: bytes) -> bytes | None:
    try:
        return keys.unseal(subject, blob)
    except NotFound:
        return None


def names_of(db: Database, subjects: Sequence[str]) -> Mapping[str, Names]:
    """Give what each of these subjects is found by: nothing in clear."""
    found: dict[str, dict[str, Any]] = {subject: {} for subject in subjects}
    if not found:
        return found
    whose, values = bulk.among(db, "subject_id", found)
    devices = db.run(f"SELECT subject_id, secret_hash FROM identity_device WHERE {whose}", [values])  # noqa: S608 ours
    for subject, secret_hash in devices:
        found[subject].setdefault("devices", []).append(secret_hash)
    identifiers = db.run(
        f"SELECT subject_id, kind, lookup, sealed, vouched_by FROM identity_identifier WHERE {whose}",  # noqa: S608 ours
        [values],
    )
    for subject, kind, lookup, box, vouched_by in identifiers:
        row = [kind, lookup, b64encode(bytes(box)).decode(), vouched_by]
        found[subject].setdefault("identifiers", []).append(row)
    return found


def renewed(device: str, secret_hash: str, seq: int) -> list[Entry]:
    """Make the entry of a device that gets a new secret: by the old one alone nobody would find her noes."""
    keys.make_keys([device])
    return sealed([Said(NAMED, seq, device, {"devices": [secret_hash]})])


def restore_names(db: Database, subject: str, names: Names, at: datetime) -> None:
    """Let a subject be found again by what it was found by. Repeating it changes nothing.

    A name that somebody else is known by meanwhile stays theirs. What an identifier once proved is to be
    proved again.
    """
    kind = "account" if "identifiers" in names else "device"
    db.run(
        "INSERT INTO identity_subject (id, kind, created_at, declared_region, delivery_region)"
        " VALUES (%s, %s, %s, '', '') ON CONFLICT (id) DO NOTHING",
        [subject, kind, stamp(db, at)],
    )
    for secret_hash in names.get("devices", []):
        _restore_device(db, subject, secret_hash)
    for each, lookup, box, vouched_by in names.get("identifiers", []):
        db.run(
            "INSERT INTO identity_identifier (subject_id, kind, lookup, sealed, vouched_by, added_at)"
            " VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (kind, lookup) DO NOTHING",
            [subject, each, lookup, b64decode(box), vouched_by, stamp(db, at)],
        )


def _restore_device(db: Database, subject: str, secret_hash: str) -> None:
    known = db.run("SELECT 1 FROM identity_device WHERE subject_id = %s", [subject])
    db.run(
        "INSERT INTO identity_device (secret_hash, subject_id, state) VALUES (%s, %s, %s)"
        " ON CONFLICT (secret_hash) DO NOTHING",
        [secret_hash, subject, AWAITED if known else CURRENT],
    )


def exists(db: Database, subject: str) -> bool:
    """Tell whether a subject is known."""
    return bool(db.run("SELECT 1 FROM identity_subject WHERE id = %s", [subject]))


def still_guards(db: Database, link: str) -> bool:
    """Tell whether a guardian's link, or the asking for one, stands."""
    return bool(db.run("SELECT 1 FROM identity_guardianship WHERE id = %s AND ended_at IS NULL", [link]))


def suppress_again(db: Database, kind: str, lookup: str, at: datetime) -> None:
    """Remember once more that an identifier must not be imported again."""
    db.run(
        "INSERT INTO identity_suppression (kind, lookup, since) VALUES (%s, %s, %s)"
        " ON CONFLICT (kind, lookup) DO NOTHING",
        [kind, lookup, stamp(db, at)],
    )


def is_shut(db: Database, entry: Entry) -> bool:
    """Tell whether the database knows of a revocation, or has nobody whom it would shut out."""
    if db.run("SELECT 1 FROM outbox_news WHERE seq = %s AND topic = 'access.revoked'", [entry["seq"]]):
        return True
    if entry["what"] == KEY:
        return not db.run("SELECT 1 FROM identity_apikey WHERE secret_hash = %s", [entry["of"]])
    staff = (
        "SELECT 1 FROM identity_loginaddress a JOIN auth_user u ON u.id = a.person_id"
        " WHERE a.lookup = %s AND u.is_staff"
    )
    return not db.run(staff, [entry["of"]])
