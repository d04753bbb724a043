"""The history of the deployment's own signing keys, kept as entries of the log: from, until, and what was lost."""

import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from sayso.core.errors import Invalid, NotFound
from sayso.core.leaf import KeyAct, key_leaf
from sayso.core.values import read_utc, utc_text
from sayso.deployment import journal as outside
from sayso.deployment import secrets
from sayso.deployment.database import Database
from sayso.deployment.journal import Entry
from sayso.outbox import store as outbox

KEY_LOST = "key_lost"  # what the journal outside the database calls such an entry


class Role(StrEnum):
    """What a key signs, and nothing else."""

    RECEIPT = "receipt"
    CHECKPOINT = "checkpoint"


@dataclass(frozen=True, slots=True)
class SigningKey:
    """One key of the history. `until` and `compromised` are empty while nothing is known against it."""

    role: Role
    public: bytes
    begun: str
    until: str = ""
    compromised: str = ""

    @property
    def id(self) -> str:
        """Give the sixteen hexadecimal digits by which receipts, pins and commands name it."""
        return fingerprint(self.public)


def fingerprint(public: bytes) -> str:
    """Give the name of a key: the first sixteen hexadecimal digits of its hash."""
    return hashlib.sha256(public).hexdigest()[:16]


def _raw(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def current() -> Mapping[Role, bytes]:
    """Give the public half of the key that signs for each role now."""
    held = secrets.load()
    return {Role.RECEIPT: _raw(held.receipt_key()), Role.CHECKPOINT: _raw(held.checkpoint_key())}


def _with(found: SigningKey | None, role: Role, public: bytes, act: str, since: str) -> SigningKey:
    known = found or SigningKey(role, public, since)
    if act == KeyAct.ENDED:
        return SigningKey(role, public, known.begun, since, known.compromised)
    if act == KeyAct.COMPROMISED:
        earliest = min(since, known.compromised or since)
        return SigningKey(role, public, known.begun, known.until, earliest)
    return SigningKey(role, public, known.begun, "", known.compromised)


def listed(db: Database) -> tuple[SigningKey, ...]:
    """List every signing key there was, in the order in which they came."""
    found: dict[tuple[Role, bytes], SigningKey] = {}
    for act, name, public, since in db.run(
        "SELECT act, role, public, since FROM consent_keynews ORDER BY seq"
    ):
        role, raw = Role(name), urlsafe_b64decode(f"{public}=")
        found[role, raw] = _with(found.get((role, raw)), role, raw, act, since)
    return tuple(found.values())


def lost(db: Database) -> Mapping[Role, list[int]]:
    """Give, by role, the POSIX timestamps from which on keys were compromised."""
    told: dict[Role, list[int]] = {}
    for key in listed(db):
        if key.compromised:
            told.setdefault(key.role, []).append(_seconds(key.compromised))
    return told


def _seconds(text: str) -> int:
    return int(read_utc(text).timestamp())


def compromised(db: Database) -> dict[str, int]:
    """Give, by fingerprint, the POSIX timestamp from which on a key was compromised, as files of pins tell it."""
    return {key.id: _seconds(key.compromised) for key in listed(db) if key.compromised}


def _enter(db: Database, act: KeyAct, role: Role, public: bytes, since: str, at: str) -> int:
    seq, coded = outbox.take(db, 1), urlsafe_b64encode(public).decode().rstrip("=")
    db.run(
        "INSERT INTO consent_keynews (seq, act, role, public, since, at, leaf_hash)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s)",
        [seq, act, role, coded, since, at, key_leaf(seq, act, role, coded, since, at)],
    )
    return seq


def note_current(db: Database, now: datetime) -> None:
    """Enter the keys that sign now, and the end of those that signed before; nothing where both are known.

    To be called inside a transaction of the elected log keeper.
    """
    at, keys = utc_text(now), listed(db)
    for role, public in current().items():
        signing = [key for key in keys if key.role is role and not key.until]
        for key in signing:
            if key.public != public:
                _enter(db, KeyAct.ENDED, role, key.public, at, at)
        if public not in {key.public for key in signing}:
            _enter(db, KeyAct.BEGUN, role, public, at, at)


def declare_compromised(db: Database, key_id: str, since: datetime, now: datetime) -> SigningKey:
    """Say in the log that from a moment on a key may have been in other hands; give the key.

    From then on a receipt signed with it counts only under a checkpoint signed earlier. It cannot be unsaid; a
    later word can only move the moment back, and no restore takes it back. Raises `NotFound` (unknown_key),
    `Invalid` (not_yet), and `Unavailable` (journal_unwritable) when it may not outlive a restore: say it again.
    """
    if since > now:
        raise Invalid("not_yet", "That moment is still to come.", "Give the last moment you are sure of.")
    with db.transaction():
        found = next((key for key in listed(db) if key.id == key_id), None)
        if found is None:
            raise NotFound("unknown_key", "There is no signing key of that name.", "See `sayso log keys`.")
        seq = _enter(db, KeyAct.COMPROMISED, found.role, found.public, utc_text(since), utc_text(now))
        after = next(key for key in listed(db) if key.id == key_id)
    public = found.public.hex()
    entry = {"kind": KEY_LOST, "seq": seq, "role": found.role, "public": public, "since": utc_text(since)}
    db.after_commit(partial(outside.append, [entry]))
    return after


def declare_again(db: Database, entries: Sequence[Entry], now: datetime) -> None:
    """Say once more in the log what it said of lost keys, wherever a restore made it forget."""
    for entry in entries:
        if entry["kind"] != KEY_LOST:
            continue
        role, public, since = Role(entry["role"]), bytes.fromhex(entry["public"]), entry["since"]
        known = next((key for key in listed(db) if (key.role, key.public) == (role, public)), None)
        if known is None or not known.compromised or since < known.compromised:
            _enter(db, KeyAct.COMPROMISED, role, public, since, utc_text(now))
