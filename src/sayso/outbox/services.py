"""Write news, and hand it to consumers exactly once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from sayso.core.values import read_utc
from sayso.deployment.django_database import DjangoDatabase
from sayso.outbox import models, store

BATCH = 200


@dataclass(frozen=True, slots=True)
class News:
    """One item of news as a consumer receives it."""

    seq: int
    topic: str
    payload: dict[str, Any]
    at: datetime


Handler = Callable[[News], None]


def post(topic: str, payload: dict[str, Any], now: datetime) -> int:
    """Write one item of news in the caller's transaction and give its number."""
    if not connection.in_atomic_block:
        raise RuntimeError("News is written in the transaction of the fact it tells of.")
    db = DjangoDatabase()
    seq = store.take(db, 1)
    store.post(db, seq, topic, payload, now)
    return seq


def _unread(name: str) -> list[models.News]:
    read_to = models.Consumer.objects.select_for_update().get(name=name).read_to
    return list(models.News.objects.filter(seq__gt=read_to).order_by("seq")[:BATCH])


def _deliver_one(name: str, subscriptions: Mapping[str, Handler]) -> bool:
    """Handle the next item and move the cursor in one transaction; tell whether there was one."""
    with transaction.atomic():
        rows = _unread(name)
        read_to = None
        for row in rows:
            read_to = row.seq
            if handler := subscriptions.get(row.topic):
                handler(News(row.seq, row.topic, row.payload, read_utc(row.at)))
                break
        if read_to is not None:
            models.Consumer.objects.filter(name=name).update(read_to=read_to)
        return bool(rows)


def deliver(name: str, subscriptions: Mapping[str, Handler]) -> int:
    """Hand a consumer everything it has not read, in order; give how many rounds had news.

    A handler that raises stops this consumer at that item; nothing is skipped or lost.
    """
    models.Consumer.objects.get_or_create(name=name)
    rounds = 0
    while _deliver_one(name, subscriptions):
        rounds += 1
    return rounds
