"""Whom names mean, many at once and in plain SQL: for what is written beside the path, after the answer."""

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sayso.deployment.database import Database
from sayso.identity import keys
from sayso.identity.store import NAMED_BY, REPLACED

DIGITS = 32  # of the hash somebody is found by: enough to name nobody else
NAME = re.compile(rf"[0-9a-f]{{{DIGITS}}}\Z")


@dataclass(frozen=True, slots=True)
class Named:
    """Whom one name means: a subject, and the account that speaks for it now, which may be the subject itself."""

    subject: str
    account: str | None


def names_of(reference: Mapping[str, str]) -> tuple[str, ...]:
    """Give the names a reference asks by: of each hash we find somebody by, the first 32 hexadecimal digits."""
    hashes = [keys.secret_hash(reference["device"])] if "device" in reference else []
    hashes += [keys.lookup(kind, reference[kind]) for kind in NAMED_BY if kind in reference]
    return tuple(one[:DIGITS] for one in hashes)


_NAMES = {
    "sqlite": "WITH named AS (SELECT value AS name FROM json_each(%s))",
    "postgresql": "WITH named AS (SELECT json_array_elements_text(%s::json) AS name)",
}
# Digits and the letters to f are all there is in a hash: whatever begins with a name comes before that and a g.
_BY_NAME = (
    " SELECT named.name, device.subject_id, link.account_id FROM named"
    " JOIN identity_device device ON device.secret_hash >= named.name"
    " AND device.secret_hash < named.name || 'g'"
    " LEFT JOIN identity_devicelink link ON link.device_id = device.subject_id AND device.state <> %s"
    " AND link.ended_at IS NULL AND link.until > %s"
    " UNION ALL SELECT named.name, known.subject_id, known.subject_id FROM named"
    " JOIN identity_identifier known ON known.kind IN ('customer', 'email')"
    " AND known.lookup >= named.name AND known.lookup < named.name || 'g'"
)


def _moment(db: Database, now: datetime) -> datetime | str:
    return now.strftime("%Y-%m-%d %H:%M:%S.%f") if db.dialect == "sqlite" else now


def subjects_named(db: Database, names: Collection[str], now: datetime) -> dict[str, Named]:
    """Say whom each of these names means; a name of nobody we know is left out. One statement for all."""
    if not names:
        return {}
    listed = json.dumps(sorted(names))
    rows = db.run(_NAMES[db.dialect] + _BY_NAME, [listed, REPLACED, _moment(db, now)])
    return {str(name): Named(str(subject), account and str(account)) for name, subject, account in rows}


def still_there(db: Database, subjects: Collection[str]) -> set[str]:
    """Give those of these subjects that are there, and keep them until the transaction ends.

    On PostgreSQL one that another transaction is deleting counts as gone already: nobody waits for nobody.
    """
    if not subjects:
        return set()
    sql = f"SELECT id FROM identity_subject WHERE id IN ({', '.join(['%s'] * len(subjects))})"  # noqa: S608
    if db.dialect == "postgresql":
        sql += " FOR KEY SHARE SKIP LOCKED"
    return {str(subject) for (subject,) in db.run(sql, sorted(subjects))}


def labels_of_keys(db: Database, hashes: Collection[str]) -> dict[str, str]:
    """Give what server keys are called, by their hashes; one that is gone is left out."""
    if not hashes:
        return {}
    places = ", ".join(["%s"] * len(hashes))
    sql = f"SELECT secret_hash, label FROM identity_apikey WHERE secret_hash IN ({places})"  # noqa: S608
    return {str(one): str(label) for one, label in db.run(sql, sorted(hashes))}
