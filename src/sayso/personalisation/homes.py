"""Move facts between a device and an account, drop what nobody may use, erase."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction

from sayso.personalisation import counting, models, permission, stored


def brands_of(*subjects: str) -> list[str]:
    """List the brands this room holds anything under of these subjects."""
    tables = (models.Fact, models.Contribution, models.Switch)
    found = (table._default_manager.filter(subject__in=subjects).values_list("brand") for table in tables)
    return sorted({brand for rows in found for (brand,) in rows})


def _move_facts(brand: str, device: str, account: str, now: datetime) -> None:
    """Give the account the device's facts, sealed anew; a fact the account has already stays as it is."""
    rows = models.Fact.objects.filter(brand=brand, subject=device)
    there = set(models.Fact.objects.filter(brand=brand, subject=account).values_list("fact", flat=True))
    moved = [stored.opened(row) for row in rows if row.fact not in there]
    models.Fact.objects.bulk_create(stored.sealed_row(brand, account, fact, now) for fact in moved)
    rows.delete()


def _move_switches(brand: str, device: str, account: str) -> None:
    rows = models.Switch.objects.filter(brand=brand, subject=device)
    models.Switch.objects.bulk_create(
        (models.Switch(brand=brand, subject=account, reason=row.reason) for row in rows),
        ignore_conflicts=True,
    )
    rows.delete()


@transaction.atomic
def join(device: str, account: str, now: datetime) -> None:
    """Make what a device gathered the account's, and keep the counts exact.

    What the account said no to altogether is dropped on the way.
    """
    for brand in brands_of(device):
        counting.forget(brand, device)
        _move_facts(brand, device, account, now)
        _move_switches(brand, device, account)
        _drop_refused(brand, account, now)
        counting.learn_from(brand, account, now)


def _categories(brand: str, subject: str) -> list[str]:
    rows = models.Fact.objects.filter(brand=brand, subject=subject)
    return sorted(set(rows.values_list("category", flat=True)))


def _drop(brand: str, subject: str, categories: Iterable[str]) -> None:
    models.Fact.objects.filter(brand=brand, subject=subject, category__in=list(categories)).delete()


def _drop_refused(brand: str, subject: str, now: datetime) -> None:
    held = _categories(brand, subject)
    _drop(brand, subject, [c for c in held if permission.everybody_refused(brand, subject, c, now)])


@transaction.atomic
def obey(brand: str, subject: str, categories: Iterable[str], now: datetime) -> None:
    """After a change of answers: delete facts no choice permits any more, and count only what is permitted.

    Facts and counts change in one transaction. `categories` are those whose choices lost a permission.
    """
    lost = [c for c in sorted(set(categories)) if not permission.anybody_may(brand, subject, c, now)]
    _drop(brand, subject, lost)
    counting.learn_from(brand, subject, now)


@transaction.atomic
def obey_notice(brand: str, now: datetime) -> None:
    """After a new notice: delete facts no purpose needs any more, and count only what is still permitted."""
    rows = models.Fact.objects.filter(brand=brand)
    held = set(rows.values_list("category", flat=True))
    rows.filter(category__in=[c for c in held if not permission.needing(brand, c)]).delete()
    learned = models.Contribution.objects.filter(brand=brand).values_list("subject", flat=True).distinct()
    counting.learn_many(brand, sorted(learned), now)


@transaction.atomic
def erase(subjects: Sequence[str]) -> None:
    """Delete everything this room holds of these subjects and subtract it from the counts. Repeatable."""
    for brand in brands_of(*subjects):
        for subject in subjects:
            counting.forget(brand, subject)
        for table in (models.Fact, models.Switch):
            table._default_manager.filter(brand=brand, subject__in=subjects).delete()
