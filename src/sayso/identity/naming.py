"""By which names a person may be asked about, many at once, in plain SQL: replicas are filled from this.

A name is the first half of the hash we find somebody by, as 32 hexadecimal digits: of a device's secret, of a
customer number, of an e-mail address.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from sayso.deployment.database import Database
from sayso.identity.store import AWAITED, NAMED_BY, REPLACED, Lookup, stamp

LENGTH = 32
MOST = 400  # values in one statement
_DEVICES = "SELECT secret_hash, subject_id, state FROM identity_device WHERE subject_id IN ({})"
_IDENTIFIERS = "SELECT kind, lookup, subject_id FROM identity_identifier WHERE subject_id IN ({})"
_LINKS = (
    "SELECT device_id, account_id, until FROM identity_devicelink"
    " WHERE ended_at IS NULL AND until > %s AND {} IN ({})"
)


@dataclass(frozen=True, slots=True)
class Named:
    """One name of a subject. `lookup` is the whole hash; `latest` and `awaited` are said of device secrets.

    A secret that is not the latest sees no link; one that is awaited takes over when it is first shown.
    """

    name: str
    kind: str
    lookup: str
    subject: str
    latest: bool = True
    awaited: bool = False


@dataclass(frozen=True, slots=True)
class Linked:
    """The account signed in on a device, and until when at the latest."""

    account: str
    until: datetime


def name_of(lookup: str) -> str:
    """Give the name that a hash goes by."""
    return lookup[:LENGTH]


def some(values: Collection[str]) -> Iterator[list[str]]:
    """Give values in portions that fit into a statement."""
    left = iter(values)
    while portion := list(islice(left, MOST)):
        yield portion


def marks(values: Sequence[object]) -> str:
    """Give as many marks for a statement as there are values."""
    return ", ".join(["%s"] * len(values))


def _device(row: Sequence[Any]) -> Named:
    secret_hash, subject, state = map(str, row)
    return Named(name_of(secret_hash), "device", secret_hash, subject, state != REPLACED, state == AWAITED)


def _identifier(row: Sequence[Any]) -> Named:
    kind, lookup, subject = map(str, row)
    return Named(name_of(lookup), kind, lookup, subject)


def devices_after(db: Database, secret_hash: str, most: int) -> list[Named]:
    """List the next device secrets in the order of their hashes."""
    rows = db.run(
        "SELECT secret_hash, subject_id, state FROM identity_device WHERE secret_hash > %s"
        " ORDER BY secret_hash LIMIT %s",
        [secret_hash, most],
    )
    return [_device(row) for row in rows]


def identifiers_after(db: Database, number: int, most: int) -> tuple[list[Named], int]:
    """List the next identifiers somebody may be asked by, and the number of the last."""
    rows = db.run(
        "SELECT kind, lookup, subject_id, id FROM identity_identifier WHERE id > %s ORDER BY id LIMIT %s",
        [number, most],
    )
    found = [_identifier(row[:3]) for row in rows if row[0] in NAMED_BY]
    return found, int(rows[-1][3]) if rows else 0


def names_of(db: Database, subjects: Collection[str]) -> list[Named]:
    """List every name of these subjects."""
    found: list[Named] = []
    for portion in some(subjects):
        places = marks(portion)
        found += map(_device, db.run(_DEVICES.format(places), portion))
        rows = db.run(_IDENTIFIERS.format(places), portion)
        found += [_identifier(row) for row in rows if row[0] in NAMED_BY]
    return found


def lookups_of_each(db: Database, subjects: Collection[str]) -> dict[str, list[Lookup]]:
    """List the identifiers of each of these subjects, those nobody is asked by too."""
    found: dict[str, list[Lookup]] = {}
    for portion in some(subjects):
        rows = db.run(_IDENTIFIERS.format(marks(portion)), portion)
        for kind, lookup, subject in rows:
            found.setdefault(str(subject), []).append((str(kind), str(lookup)))
    return found


def owners(db: Database, lookups: Collection[Lookup]) -> set[str]:
    """Give the subjects that these identifiers belong to."""
    found: set[str] = set()
    for portion in some({lookup for _, lookup in lookups}):
        rows = db.run(
            f"SELECT kind, lookup, subject_id FROM identity_identifier WHERE lookup IN ({marks(portion)})",  # noqa: S608
            portion,
        )
        found |= {str(subject) for kind, lookup, subject in rows if (kind, lookup) in lookups}
    return found


def _read_stamp(value: Any) -> datetime:
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    return datetime.fromisoformat(str(value)).replace(tzinfo=UTC)


def links_of_each(db: Database, devices: Collection[str], now: datetime) -> Mapping[str, Linked]:
    """Give the account that each of these devices is signed in to now."""
    found: dict[str, Linked] = {}
    for portion in some(devices):
        rows = db.run(_LINKS.format("device_id", marks(portion)), [stamp(db, now), *portion])
        found |= {str(device): Linked(str(account), _read_stamp(until)) for device, account, until in rows}
    return found


def devices_signed_in(db: Database, accounts: Collection[str], now: datetime) -> set[str]:
    """Give the devices signed in to any of these accounts now."""
    found: set[str] = set()
    for portion in some(accounts):
        rows = db.run(_LINKS.format("account_id", marks(portion)), [stamp(db, now), *portion])
        found |= {str(row[0]) for row in rows}
    return found
