"""How old somebody said they are. Only the band is kept, and sealed the month the next one begins."""

import csv
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache, reduce
from pathlib import Path

from django.db import transaction

from sayso.core.age import Age, Band, Threshold, age_of_born, ages_in, read_thresholds, settled, younger
from sayso.core.values import new_id
from sayso.core.vocabulary import Voucher
from sayso.deployment.django_database import DjangoDatabase
from sayso.identity import keys, models, store
from sayso.outbox import store as outbox

FILE = Path(__file__).parent / "data" / "ages.csv"


@dataclass(frozen=True, slots=True)
class Said:
    """What is kept of an age: the band, until which month it holds, when it was said and who vouches."""

    band: Band
    month: str
    said_at: datetime
    vouched_by: str


@lru_cache(maxsize=1)
def table() -> tuple[Threshold, ...]:
    """Read the table of ages that ships with Sayso."""
    with FILE.open(encoding="utf-8", newline="") as file:
        return read_thresholds(csv.DictReader(file))


def age_of(subject: str) -> Said | None:
    """Give what is kept of a subject's age, or None when nobody said."""
    row = models.Age.objects.filter(subject_id=subject).first()
    if row is None:
        return None
    month = keys.unseal(subject, row.sealed).decode()
    return Said(Band(row.band), month, row.said_at, row.vouched_by)


def subject_of_device(secret: str, now: datetime) -> str:
    """Give the subject behind a device's secret, made if this browser has said nothing before."""
    db, secret_hash = DjangoDatabase(), store.read_device_secret(secret)
    known = store.subject_of_device(db, secret_hash)
    if known:
        return known
    fresh = new_id()
    keys.make_keys([fresh])
    with transaction.atomic():
        outbox.take(db, 0)  # the lock under which an edge adds devices
        added = store.add_device(db, secret_hash, fresh, now)
        if added:
            store.tell(db, [fresh])
        else:
            transaction.set_rollback(True)
    return fresh if added else str(store.subject_of_device(db, secret_hash))


@transaction.atomic
def keep(subject: str, born: int, region: str, voucher: Voucher, now: datetime) -> Band:
    """Keep the band of a month of birth under a region's ages, and give the band that stands.

    The younger of what was said stands until its month has come.
    """
    ages = ages_in(region, table())
    held = _kept(subject)
    stands = settled(held, age_of_born(born, ages, now), ages, now)
    if stands != held:
        _write(subject, stands, voucher, now)
    return stands.band


@transaction.atomic
def correct(subject: str, born: int, region: str, now: datetime) -> Band:
    """Keep the band of a month of birth that somebody of the brand has seen proved, older or not; give it."""
    age = age_of_born(born, ages_in(region, table()), now)
    _write(subject, age, Voucher.STAFF, now)
    return age.band


@transaction.atomic
def carry(source: str, target: str, now: datetime) -> Band:
    """Let the younger of two subjects' ages stand for the second too: they are one person. Give its band."""
    mine, theirs = _kept(source), _kept(target)
    known = [age for age in (mine, theirs) if age]
    if mine and (stands := reduce(younger, known)) != theirs:
        _write(target, stands, Voucher.DEVICE, now)
        return stands.band
    return theirs.band if theirs else Band.UNKNOWN


def _kept(subject: str) -> Age | None:
    said = age_of(subject)
    return Age(said.band, said.month) if said else None


def _write(subject: str, age: Age, voucher: Voucher, now: datetime) -> None:
    kept = {
        "band": age.band,
        "sealed": keys.seal(subject, age.month.encode()),
        "said_at": now,
        "vouched_by": voucher,
    }
    models.Age.objects.update_or_create(subject_id=subject, defaults=kept)


def forget(subjects: list[str]) -> int:
    """Delete what these subjects said of their age; give how many rows."""
    return models.Age.objects.filter(subject_id__in=subjects).delete()[0]
