"""Evidence of people who were erased: found by a keyed hash of a name they proved, and by nothing else.

The hash has a key of its own: nobody joins it to a suppression or to a Block, which hold other hashes of the
same name. Only a look that two officers agreed upon asks here (`sayso.rights.looking_up`).
"""

import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sayso.consent import models
from sayso.core.values import read_utc, utc_text
from sayso.identity import keys


@dataclass(frozen=True, slots=True)
class Evidence:
    """One answer of somebody who was erased, as it must still be proved."""

    seq: int
    brand: str
    version: str
    answers: Mapping[str, str]
    outcome: Mapping[str, str]
    recorded_at: datetime
    leaf_hash: str
    basis: str
    keep_until: datetime


def hash_of(kind: str, lookup: str) -> str:
    """Give the hash evidence is found by, of an identifier's kind and the hash it was known by."""
    return hmac.digest(keys.derived("evidence"), f"{kind}:{lookup}".encode(), "sha256").hex()


def hash_of_name(kind: str, value: str) -> str:
    """Give the hash evidence is found by, of an identifier as somebody types it."""
    return hash_of(kind, keys.lookup(kind, value))


def name(number: str, lookups: Iterable[tuple[str, str]]) -> None:
    """Let the evidence of one number be found by these identifiers, in the transaction that moves it."""
    rows = [models.EvidenceName(number=number, found_by=hash_of(kind, lookup)) for kind, lookup in lookups]
    models.EvidenceName.objects.bulk_create(rows)


def forget_unused_names() -> None:
    """Delete what no evidence is found by any more."""
    kept = models.Evidence.objects.values("number")
    models.EvidenceName.objects.exclude(number__in=kept).delete()


def found_by(hashes: Iterable[str]) -> list[Evidence]:
    """List the evidence found by any of these hashes, oldest first."""
    numbers = models.EvidenceName.objects.filter(found_by__in=list(hashes)).values("number")
    return [
        Evidence(
            row.seq,
            row.brand,
            row.version,
            json.loads(row.answers),
            json.loads(row.outcome),
            read_utc(row.recorded_at),
            row.leaf_hash,
            row.basis,
            read_utc(row.keep_until),
        )
        for row in models.Evidence.objects.filter(number__in=numbers).order_by("seq")
    ]


def ended(now: datetime) -> int:
    """Count the evidence whose end date has come: what the next sweep deletes under a tombstone."""
    return models.Evidence.objects.filter(keep_until__lte=utc_text(now)).count()
