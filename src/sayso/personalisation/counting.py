"""Learn from people and forget them: every change of the counts is made here, under the brand's lock.

What a person put in is remembered item by item, so that it can be taken out whatever became of the facts.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.db.models import F

from sayso.core.counts import Counts, canonical_bytes, contribution, counts_hash, minus, plus
from sayso.core.errors import SaysoError
from sayso.personalisation import models, permission, queries, stored

BATCH = 500  # people whose parts are added up before one write


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a rebuild found: the hash of the counts as served, and as made anew from permitted facts."""

    served: str
    anew: str
    equal: bool


def lock(brand: str) -> None:
    """Hold the brand's counts until the transaction ends: whoever changes them takes turns."""
    models.Revision.objects.get_or_create(brand=brand)
    models.Revision.objects.filter(brand=brand).update(counts=F("counts") + 1)


_ADD = (
    "INSERT INTO personalisation_{table} (brand, {key}, people) VALUES ({marks})"
    " ON CONFLICT (brand, {key}) DO UPDATE SET people = personalisation_{table}.people + EXCLUDED.people"
)
_TAKE = "UPDATE personalisation_{table} SET people = people - %s WHERE brand = %s AND {where}"

# The nought stands in the text: bound as a value, SQLite would not use the index of empty rows.
_TIDY = "DELETE FROM personalisation_{table} WHERE brand = %s AND people = 0"


def _change(
    brand: str, table: str, columns: Sequence[str], rows: Sequence[tuple[tuple[str, ...], int]]
) -> None:
    key, marks = ", ".join(columns), ", ".join(["%s"] * (len(columns) + 2))
    where = " AND ".join(f"{column} = %s" for column in columns)
    more: list[list[str | int]] = [[brand, *names, number] for names, number in rows if number > 0]
    fewer: list[list[str | int]] = [[-number, brand, *names] for names, number in rows if number < 0]
    with connection.cursor() as cursor:
        if more:
            cursor.executemany(_ADD.format(table=table, key=key, marks=marks), more)
        if fewer:
            cursor.executemany(_TAKE.format(table=table, where=where), fewer)
            # INVARIANT: only what was added is ever taken out.
            if cursor.rowcount != len(fewer):
                detail = "Something would be subtracted that was never counted."
                raise SaysoError("counts_broken", detail, "Run `sayso rebuild` and report how it came.")
            cursor.execute(_TIDY.format(table=table), [brand])


def apply(brand: str, delta: Counts) -> None:
    """Add a difference to the served counts; rows that come to nothing are deleted."""
    _change(brand, "itemcount", ("item",), [((item,), n) for item, n in sorted(delta.items.items())])
    _change(brand, "paircount", ("first", "second"), sorted(delta.pairs.items()))


def _replace(brand: str, subject: str, wanted: Sequence[str], until: datetime | None) -> Counts:
    """Make the record of what a subject contributes; give the difference it makes to the counts."""
    rows = models.Contribution.objects.filter(brand=brand, subject=subject)
    held = sorted(rows.values_list("item", flat=True))
    gone, fresh = set(held) - set(wanted), set(wanted) - set(held)
    rows.filter(item__in=gone).delete()
    rows.exclude(until=until).update(until=until)
    models.Contribution.objects.bulk_create(
        models.Contribution(brand=brand, subject=subject, item=item, until=until) for item in sorted(fresh)
    )
    if not gone and not fresh:
        return Counts()
    return minus(contribution(wanted), contribution(held))


def _learned(brand: str, subject: str, now: datetime) -> Counts:
    decision = permission.learning(brand, subject, now)
    wanted = stored.basket_of(brand, subject) if decision.permitted else ()
    return _replace(brand, subject, wanted, decision.valid_until)


@transaction.atomic
def learn_from(brand: str, subject: str, now: datetime) -> None:
    """Make the counts hold exactly what this subject permits now: perhaps all, perhaps nothing."""
    lock(brand)
    apply(brand, _learned(brand, subject, now))


def learn_many(brand: str, subjects: Iterable[str], now: datetime) -> None:
    """Do `learn_from` for many people, writing the sum of every few hundred at once."""
    waiting = list(subjects)
    for start in range(0, len(waiting), BATCH):
        with transaction.atomic():
            lock(brand)
            delta = Counts()
            for subject in waiting[start : start + BATCH]:
                delta = plus(delta, _learned(brand, subject, now))
            apply(brand, delta)


@transaction.atomic
def forget(brand: str, subject: str) -> None:
    """Take everything this subject contributed out of the counts, whatever the facts or the gate say."""
    lock(brand)
    apply(brand, _replace(brand, subject, (), None))


@transaction.atomic
def learn_due(now: datetime) -> int:
    """Look again at everybody whose permission to be counted has ended by age; give how many."""
    due = models.Contribution.objects.filter(until__lte=now).values_list("brand", "subject").distinct()
    people = sorted(due)
    for brand, subject in people:
        learn_from(brand, subject, now)
    return len(people)


@transaction.atomic
def rebuild(brand: str, now: datetime, check: bool = False) -> Rebuilt:
    """Count anew from the facts of permitted people and compare with what is served, byte for byte.

    With `check` nothing is changed; without it the served counts and the record of contributions are
    replaced by the new ones.
    """
    lock(brand)
    served, anew = queries.served_counts(brand), queries.rebuilt_counts(brand, now)
    equal = canonical_bytes(served) == canonical_bytes(anew)
    if not check:
        _recount(brand, now)
    return Rebuilt(counts_hash(served), counts_hash(anew), equal)


def _recount(brand: str, now: datetime) -> None:
    for table in (models.Contribution, models.ItemCount, models.PairCount):
        table._default_manager.filter(brand=brand).delete()
    learn_many(brand, queries.people_with_purchases(brand), now)
