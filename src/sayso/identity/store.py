"""Find or add the subject behind a device secret, in plain SQL: edge and web share this."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sayso.core.errors import Invalid, Unproved
from sayso.core.values import DEVICE_SECRET
from sayso.deployment.database import Database
from sayso.identity import keys

NAMED_BY = ("customer", "email")
CURRENT, AWAITED, REPLACED = "current", "awaited", "replaced"  # where a device secret stands


@dataclass(frozen=True, slots=True)
class Resolved:
    """Whom a reference means. `subjects` is everyone whose answer counts; empty when nobody is known.

    `linked` is the account signed in on the device, for whoever shows the device's own latest secret.
    `lookups` are the identifiers the reference named, as kind and keyed hash, known to us or not.
    """

    subjects: tuple[str, ...]
    device: str | None = None
    account: str | None = None
    linked: str | None = None
    lookups: tuple[tuple[str, str], ...] = ()


def read_device_secret(secret: str | None) -> str:
    """Check the form of a device secret and give the hash it is found by.

    Raises `Unproved` with code `device_missing` or `device_malformed`.
    """
    remedy = "Send 32 random bytes as base64url, 43 characters, made in the browser."
    if not secret:
        raise Unproved("device_missing", "No device secret came with the answer.", remedy)
    if not DEVICE_SECRET.match(secret):
        raise Unproved("device_malformed", "The device secret is malformed.", remedy)
    return keys.secret_hash(secret)


def _shown(db: Database, secret_hash: str) -> tuple[str | None, bool]:
    """Give the subject behind a secret, and whether the secret is its latest."""
    rows = db.run("SELECT subject_id, state FROM identity_device WHERE secret_hash = %s", [secret_hash])
    if not rows:
        return None, False
    subject, state = str(rows[0][0]), rows[0][1]
    if state == AWAITED:
        _take_over(db, secret_hash, subject)
    return subject, state != REPLACED


def _take_over(db: Database, secret_hash: str, subject: str) -> None:
    """The browser has its new secret: from now on the replaced ones are nobody's.

    Two statements, each whole by itself: broken off between them, the next showing does both again.
    """
    db.run("DELETE FROM identity_device WHERE subject_id = %s AND state = %s", [subject, REPLACED])
    settled = "UPDATE identity_device SET state = %s WHERE secret_hash = %s AND state = %s"
    db.run(settled, [CURRENT, secret_hash, AWAITED])


def subject_of_device(db: Database, secret_hash: str) -> str | None:
    """Give the subject of a device, or None when this browser never answered."""
    return _shown(db, secret_hash)[0]


def renew_device(db: Database, subject: str, secret_hash: str) -> None:
    """Await a new secret of a device. Those before it name the device until it is shown, and see no link."""
    db.run("UPDATE identity_device SET state = %s WHERE subject_id = %s", [REPLACED, subject])
    db.run(
        "INSERT INTO identity_device (secret_hash, subject_id, state) VALUES (%s, %s, %s)",
        [secret_hash, subject, AWAITED],
    )


def _stamp(db: Database, moment: datetime) -> datetime | str:
    return moment.strftime("%Y-%m-%d %H:%M:%S.%f") if db.dialect == "sqlite" else moment


def band_of(db: Database, subject: str) -> str:
    """Give the age band of a subject; empty where nobody said."""
    rows = db.run("SELECT band FROM identity_age WHERE subject_id = %s", [subject])
    return str(rows[0][0]) if rows else ""


def add_device(db: Database, secret_hash: str, subject: str, now: datetime) -> bool:
    """Add a device and its subject; False when another writer added that device first."""
    db.run(
        "INSERT INTO identity_subject (id, kind, created_at, declared_region, delivery_region)"
        " VALUES (%s, 'device', %s, '', '')",
        [subject, _stamp(db, now)],
    )
    added = db.run(
        "INSERT INTO identity_device (secret_hash, subject_id, state) VALUES (%s, %s, %s)"
        " ON CONFLICT (secret_hash) DO NOTHING RETURNING secret_hash",
        [secret_hash, subject, CURRENT],
    )
    return bool(added)


def linked_account(db: Database, device: str, now: datetime) -> str | None:
    """Give the account a device is signed in to now, or None."""
    rows = db.run(
        "SELECT account_id FROM identity_devicelink WHERE device_id = %s AND ended_at IS NULL AND until > %s",
        [device, _stamp(db, now)],
    )
    return str(rows[0][0]) if rows else None


def account_behind(db: Database, secret_hash: str, now: datetime) -> str | None:
    """Give the account signed in on the device of this secret, or None; always None for a replaced secret."""
    device, latest = _shown(db, secret_hash)
    return linked_account(db, device, now) if device and latest else None


def account_by(db: Database, kind: str, value: str) -> str | None:
    """Give the account known by an identifier, or None."""
    rows = db.run(
        "SELECT subject_id FROM identity_identifier WHERE kind = %s AND lookup = %s",
        [kind, keys.lookup(kind, value)],
    )
    return str(rows[0][0]) if rows else None


def lookups_of(db: Database, subjects: Sequence[str]) -> list[tuple[str, str]]:
    """List the identifiers of these subjects, each as its kind and keyed hash."""
    if not subjects:
        return []
    places = ", ".join(["%s"] * len(subjects))
    rows = db.run(
        f"SELECT kind, lookup FROM identity_identifier WHERE subject_id IN ({places})",  # noqa: S608
        list(subjects),
    )
    return [(str(kind), str(lookup)) for kind, lookup in rows]


def scopes_of_key(db: Database, secret: str) -> tuple[str, frozenset[str]] | None:
    """Give the brand and scopes of a server key, or None when there is no such key."""
    rows = db.run(
        "SELECT brand, scopes FROM identity_apikey WHERE secret_hash = %s", [keys.secret_hash(secret)]
    )
    if not rows:
        return None
    return str(rows[0][0]), frozenset(str(rows[0][1]).split())


def _named(db: Database, reference: Mapping[str, str]) -> list[str]:
    found = (account_by(db, kind, reference[kind]) for kind in NAMED_BY if reference.get(kind))
    return [account for account in found if account]


def resolve(db: Database, reference: object, now: datetime) -> Resolved:
    """Say whom a reference (`device`, `customer`, `email`) means.

    A device that is linked brings its account along: the gate then takes the intersection of both. A secret
    that was replaced brings nothing along: a copy of it shows nothing of the account.
    Raises `Invalid` when the reference names nothing we look up by.
    """
    remedy = "Name a subject by device, customer or email, each a text."
    if not isinstance(reference, dict) or not reference or set(reference) - {"device", *NAMED_BY}:
        raise Invalid("invalid_subject", "The subject reference is not one we look up by.", remedy)
    if not all(isinstance(value, str) and value for value in reference.values()):
        raise Invalid("invalid_subject", "A subject reference holds an empty value.", remedy)
    device, linked = None, None
    if "device" in reference:
        secret_hash = read_device_secret(reference["device"])
        device = subject_of_device(db, secret_hash)
        linked = account_behind(db, secret_hash, now)
    named = _named(db, reference)
    subjects = dict.fromkeys(subject for subject in (device, linked, *named) if subject)
    lookups = tuple((kind, keys.lookup(kind, reference[kind])) for kind in NAMED_BY if kind in reference)
    return Resolved(tuple(subjects), device, linked or next(iter(named), None), linked, lookups)
