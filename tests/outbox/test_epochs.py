"""A database has one epoch until a restore begins another; news is read in the order of its numbers."""

from datetime import datetime

import pytest
from django.db import transaction

from sayso.deployment.django_database import DjangoDatabase
from sayso.outbox import epochs, services, store

pytestmark = pytest.mark.django_db


def test_an_epoch_is_made_once_and_stays_until_another_begins() -> None:
    db = DjangoDatabase()
    first = epochs.epoch_of(db)
    assert epochs.epoch_of(db) == first
    second = epochs.new_epoch(db)
    assert second != first
    assert epochs.epoch_of(db) == second


def test_all_news_up_to_the_watermark_can_be_read_and_in_order(now: datetime) -> None:
    db = DjangoDatabase()
    before = store.watermark(db)
    with transaction.atomic():
        numbers = [services.post("notice.published", {"brand": name}, now) for name in ("one", "two")]
    assert before < numbers[0] < numbers[1] == store.watermark(db)
    read = store.after(db, before, 10)
    assert [(told.seq, told.payload) for told in read] == [
        (numbers[0], {"brand": "one"}),
        (numbers[1], {"brand": "two"}),
    ]
    assert [told.seq for told in store.after(db, numbers[0], 10)] == numbers[1:]
    assert [told.seq for told in store.after(db, before, 1)] == numbers[:1]
