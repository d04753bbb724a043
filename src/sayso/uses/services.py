"""Verbs of the counts: count in a web process, forget a person, sweep what is past its time."""

import atexit
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from sayso.deployment import env
from sayso.identity import named
from sayso.uses import models
from sayso.uses.counting import Counter

_counter = Counter()
atexit.register(_counter.close)


def count(brand: str, key: str, reference: Mapping[str, str], choices: Iterable[str]) -> None:
    """Count that each of these choices was used for whoever a reference means; it is written within seconds.

    `key` is the hash of the server key that had it done.
    """
    _counter.count(brand, key, named.names_of(reference), tuple((choice, True) for choice in choices))


def write_now() -> None:
    """Write at once what this process has counted."""
    _counter.close()


def forget(subjects: Sequence[str]) -> None:
    """Delete every count of these subjects. Repeatable.

    At the end of an erasure it comes after the subjects are gone: a count on its way is then either written and
    deleted here, or finds nobody and is dropped.
    """
    models.Use.objects.filter(subject__in=subjects).delete()


def tidy(now: datetime) -> int:
    """Delete the counts of days that are past their time; give how many rows."""
    last = (now - timedelta(days=int(env.text("SAYSO_USES_DAYS")))).date().isoformat()
    models.Lost.objects.filter(day__lt=last).delete()
    return models.Use.objects.filter(day__lt=last).delete()[0]
