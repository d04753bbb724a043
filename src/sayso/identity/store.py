"""Find or add the subject behind a device secret, in plain SQL: edge and web share this."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sayso.core.errors import Invalid, Unproved
from sayso.core.values import DEVICE_SECRET
from sayso.core.vocabulary import Voucher
from sayso.deployment import bulk
from sayso.deployment.bulk import Table
from sayso.deployment.database import Database
from sayso.identity import keys
from sayso.outbox import store as outbox

SUBJECTS = Table(
    "identity_subject",
    {
        "id": "varchar",
        "kind": "varchar",
        "created_at": "timestamptz",
        "declared_region": "varchar",
        "delivery_region": "varchar",
    },
)
DEVICES = Table("identity_device", {"secret_hash": "varchar", "subject_id": "varchar", "state": "varchar"})
IDENTIFIERS = Table(
    "identity_identifier",
    {
        "subject_id": "varchar",
        "kind": "varchar",
        "lookup": "varchar",
        "sealed": "bytea",
        "vouched_by": "varchar",
        "added_at": "timestamptz",
    },
)
Lookup = tuple[str, str]  # the kind of an identifier and its keyed hash
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
    lookups: tuple[Lookup, ...] = ()


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


def tell(db: Database, subjects: Sequence[str]) -> None:
    """Tell, in the caller's transaction, that who these subjects are or are known by has changed."""
    now = datetime.now(UTC)  # news of reading and renewing too, which nobody hands a moment to
    outbox.post(db, outbox.take(db, 1), "identity.changed", {"subjects": list(subjects)}, now)


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
    """The browser has its new secret: from now on the replaced ones are nobody's."""
    with db.transaction():
        db.run("DELETE FROM identity_device WHERE subject_id = %s AND state = %s", [subject, REPLACED])
        settled = "UPDATE identity_device SET state = %s WHERE secret_hash = %s AND state = %s"
        db.run(settled, [CURRENT, secret_hash, AWAITED])
        tell(db, [subject])


def subjects_of_devices(db: Database, secret_hashes: Collection[str]) -> dict[str, str]:
    """Give the subjects of those of these devices that answered before, by the hash of the secret."""
    if not secret_hashes:
        return {}
    found, values = bulk.among(db, "secret_hash", secret_hashes)
    rows = db.run(f"SELECT secret_hash, subject_id, state FROM identity_device WHERE {found}", [values])  # noqa: S608
    for secret_hash, subject, state in rows:
        if state == AWAITED:
            _take_over(db, secret_hash, str(subject))
    return {str(secret_hash): str(subject) for secret_hash, subject, _ in rows}


def known_of(db: Database, subjects: Collection[str]) -> set[str]:
    """Give those of these subjects that there are: whoever was forgotten is not among them."""
    if not subjects:
        return set()
    found, values = bulk.among(db, "id", subjects)
    rows = db.run(f"SELECT id FROM identity_subject WHERE {found}", [values])  # noqa: S608 our own column
    return {str(row[0]) for row in rows}


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
    tell(db, [subject])


def stamp(db: Database, moment: datetime) -> datetime | str:
    """Write a moment as the columns of this room hold it in each dialect."""
    return moment.strftime("%Y-%m-%d %H:%M:%S.%f") if db.dialect == "sqlite" else moment


def bands_of(db: Database, subjects: Sequence[str]) -> dict[str, str]:
    """Give the age band of those of these subjects who said it, or of whom it was said."""
    if not subjects:
        return {}
    found, values = bulk.among(db, "subject_id", subjects)
    rows = db.run(f"SELECT subject_id, band FROM identity_age WHERE {found}", [values])  # noqa: S608 our own column
    return {str(subject): str(band) for subject, band in rows}


def add_device(db: Database, secret_hash: str, subject: str, now: datetime) -> bool:
    """Add a device and its subject; False when another writer added that device first."""
    return add_devices(db, {secret_hash: subject}, now)


def add_devices(db: Database, fresh: Mapping[str, str], now: datetime) -> bool:
    """Add devices, hash of the secret → subject; False when another writer added one of them first."""
    at = stamp(db, now)
    bulk.insert(db, SUBJECTS, [(subject, "device", at, "", "") for subject in fresh.values()])
    rows = [(secret_hash, subject, CURRENT) for secret_hash, subject in fresh.items()]
    return bulk.insert(db, DEVICES, rows, skipping=True) == len(rows)


def add_accounts(db: Database, subjects: Sequence[str], now: datetime) -> None:
    """Add accounts that nobody knew."""
    at = stamp(db, now)
    bulk.insert(db, SUBJECTS, [(subject, "account", at, "", "") for subject in subjects])


def add_identifiers(
    db: Database, named: Sequence[tuple[str, str, str, bytes]], vouched_by: Voucher, now: datetime
) -> None:
    """Let accounts be known by names nobody proved yet: subject, kind, keyed hash and the sealed value of each.

    Raises the database's error of integrity when somebody is known by one of them.
    """
    at = stamp(db, now)
    bulk.insert(db, IDENTIFIERS, [(*each, vouched_by, at) for each in named])


def linked_account(db: Database, device: str, now: datetime) -> str | None:
    """Give the account a device is signed in to now, or None."""
    rows = db.run(
        "SELECT account_id FROM identity_devicelink WHERE device_id = %s AND ended_at IS NULL AND until > %s",
        [device, stamp(db, now)],
    )
    return str(rows[0][0]) if rows else None


def account_behind(db: Database, secret_hash: str, now: datetime) -> str | None:
    """Give the account signed in on the device of this secret, or None; always None for a replaced secret."""
    device, latest = _shown(db, secret_hash)
    return linked_account(db, device, now) if device and latest else None


def accounts_behind(db: Database, secret_hashes: Collection[str], now: datetime) -> dict[str, str]:
    """Give the accounts signed in on the devices of these secrets, by the hash; none for a replaced secret."""
    if not secret_hashes:
        return {}
    found, values = bulk.among(db, "device.secret_hash", secret_hashes)
    rows = db.run(
        "SELECT device.secret_hash, link.account_id FROM identity_device AS device"  # noqa: S608 our own columns
        " JOIN identity_devicelink AS link ON link.device_id = device.subject_id"
        f" WHERE {found} AND device.state <> %s AND link.ended_at IS NULL AND link.until > %s",
        [values, REPLACED, stamp(db, now)],
    )
    return {str(secret_hash): str(account) for secret_hash, account in rows}


def account_by(db: Database, kind: str, value: str) -> str | None:
    """Give the account known by an identifier, or None."""
    return _account_of(db, kind, keys.lookup(kind, value))


def _account_of(db: Database, kind: str, lookup: str) -> str | None:
    rows = db.run(
        "SELECT subject_id FROM identity_identifier WHERE kind = %s AND lookup = %s", [kind, lookup]
    )
    return str(rows[0][0]) if rows else None


def lookups_of(db: Database, subjects: Sequence[str]) -> list[tuple[str, str]]:
    """List the identifiers of these subjects, each as its kind and keyed hash."""
    if not subjects:
        return []
    found, values = bulk.among(db, "subject_id", subjects)
    rows = db.run(f"SELECT kind, lookup FROM identity_identifier WHERE {found}", [values])  # noqa: S608 our own column
    return [(str(kind), str(lookup)) for kind, lookup in rows]


def scopes_of_key(db: Database, secret: str) -> tuple[str, frozenset[str]] | None:
    """Give the brand and scopes of a server key, or None when there is no such key."""
    rows = db.run(
        "SELECT brand, scopes FROM identity_apikey WHERE secret_hash = %s", [keys.secret_hash(secret)]
    )
    if not rows:
        return None
    return str(rows[0][0]), frozenset(str(rows[0][1]).split())


def read_reference(reference: object) -> dict[str, str]:
    """Read a reference to a person: any of `device`, `customer` and `email`, each to the hash it is found by.

    Raises `Invalid` when it names nothing we look up by, and `Unproved` for a malformed device secret.
    """
    remedy = "Name a subject by device, customer or email, each a text."
    if not isinstance(reference, dict) or not reference or set(reference) - {"device", *NAMED_BY}:
        raise Invalid("invalid_subject", "The subject reference is not one we look up by.", remedy)
    if not all(isinstance(value, str) and value for value in reference.values()):
        raise Invalid("invalid_subject", "A subject reference holds an empty value.", remedy)
    device = {"device": read_device_secret(reference["device"])} if "device" in reference else {}
    return device | {kind: keys.lookup(kind, reference[kind]) for kind in NAMED_BY if kind in reference}


def resolve(db: Database, reference: object, now: datetime) -> Resolved:
    """Say whom a reference (`device`, `customer`, `email`) means.

    A device that is linked brings its account along: the gate then takes the intersection of both. A secret
    that was replaced brings nothing along: a copy of it shows nothing of the account.
    Raises what `read_reference` raises.
    """
    hashes = read_reference(reference)
    device, linked = None, None
    if secret_hash := hashes.get("device"):
        device = subject_of_device(db, secret_hash)
        linked = account_behind(db, secret_hash, now)
    lookups = tuple((kind, hashes[kind]) for kind in NAMED_BY if kind in hashes)
    named = [account for lookup in lookups if (account := _account_of(db, *lookup))]
    subjects = dict.fromkeys(subject for subject in (device, linked, *named) if subject)
    return Resolved(tuple(subjects), device, linked or next(iter(named), None), linked, lookups)
