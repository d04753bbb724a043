"""Counts are added up beside the path: every increment once, of nobody who is not there, within bounds."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction

from sayso.deployment import env
from sayso.deployment.database import open_database
from sayso.deployment.django_database import DjangoDatabase
from sayso.identity import named as people
from sayso.identity import services as identity
from sayso.uses import queries, services, store
from sayso.uses.counting import Counter
from sayso.uses.models import Lost, Use
from tests.linen import LEARN, NEWSLETTER, PASS_ON
from tests.uses.conftest import ADA, BRAND, Ada, counted, person

pytestmark = pytest.mark.django_db(transaction=True)
NAMES = people.names_of(ADA)


def test_what_was_permitted_and_what_was_held_back_are_counted_apart(
    ada: Ada, counter: Counter, shop_key: str
) -> None:
    for _ in range(3):
        counter.count(BRAND, shop_key, NAMES, ((LEARN, True), (PASS_ON, False)))
    counter.close()
    counter.count(BRAND, shop_key, NAMES[:1], ((LEARN, True),))
    counter.close()
    assert counted(ada.account) == {(LEARN, True): 4, (PASS_ON, False): 3}
    [row] = [row for row in queries.rows_of([ada.account]) if row.permitted]
    assert (row.system, row.brand) == ("the shop", BRAND)
    assert row.first_at < row.last_at
    assert row.first_at.startswith(row.day)


def test_a_counter_writes_by_itself_and_its_thread_ends_when_nothing_waits(
    ada: Ada, counter: Counter, shop_key: str
) -> None:
    counter.count(BRAND, shop_key, NAMES, ((LEARN, True),))
    [writer] = [thread for thread in threading.enumerate() if thread.name == "uses"]
    writer.join(10)
    assert not writer.is_alive()
    assert counted(ada.account) == {(LEARN, True): 1}


def test_a_browser_counts_for_itself_and_for_the_account_while_she_is_signed_in(
    ada: Ada, counter: Counter, shop_key: str
) -> None:
    today = datetime.now(UTC)
    names = people.names_of({"device": ada.secret})
    counter.count(BRAND, shop_key, names, ((LEARN, True),))
    counter.close()
    identity.start_link(ada.device, ada.account, today)
    counter.count(BRAND, shop_key, names, ((LEARN, True),))
    counter.close()
    identity.end_link(ada.device, datetime.now(UTC))
    counter.count(BRAND, shop_key, names, ((NEWSLETTER, True),))
    counter.close()
    assert counted(ada.account) == {(LEARN, True): 1}
    assert counted(ada.device) == {(LEARN, True): 1, (NEWSLETTER, True): 1}


def test_a_question_that_names_two_people_counts_for_both(
    ada: Ada, counter: Counter, shop_key: str, now: datetime
) -> None:
    ben = person({"customer": "C-1002"}, now)
    names = people.names_of({"email": ADA["email"], "customer": "C-1002", "device": ben.secret})
    counter.count(BRAND, shop_key, names, ((LEARN, False),))
    counter.close()
    assert counted(ada.account) == counted(ben.account) == {(LEARN, False): 1}
    assert counted(ben.device) == {}


def test_of_a_stranger_nothing_is_written(ada: Ada, counter: Counter, shop_key: str) -> None:
    counter.count(BRAND, shop_key, people.names_of({"email": "nobody@example.test"}), ((LEARN, False),))
    counter.close()
    assert not Use.objects.exists()


def test_a_flood_of_names_is_bounded_and_what_is_lost_is_told(brand: str, ada: Ada, shop_key: str) -> None:
    small = Counter(most=10)
    small.count(BRAND, shop_key, NAMES, ((LEARN, True),))
    for number in range(100):
        small.count(BRAND, shop_key, (f"{number:032x}",), ((LEARN, False),))
    small.count(BRAND, shop_key, NAMES, ((LEARN, True),))
    small.close()
    assert counted(ada.account) == {(LEARN, True): 2}
    assert queries.lost_lately(BRAND, datetime.now(UTC)) == 91
    assert [row.system for row in Lost.objects.all()] == ["the shop"]


def test_two_writers_add_up(ada: Ada, shop_key: str, now: datetime) -> None:
    others = [person({"customer": f"C-{number}"}, now).account for number in range(2000, 2020)]
    batch = {(BRAND, shop_key, NAMES, ((LEARN, True),)): 1}
    for number in range(2000, 2020):
        named = people.names_of({"customer": f"C-{number}"})
        batch[(BRAND, shop_key, named, ((LEARN, number % 2 == 0),))] = 2

    def write() -> None:
        db = open_database(env.database_url())
        for _ in range(20):
            with db.transaction():
                store.add(db, batch, {(BRAND, shop_key): 1}, now)
        db.close()

    writers = [threading.Thread(target=write) for _ in range(2)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert counted(ada.account) == {(LEARN, True): 40}
    assert sum(counted(*others).values()) == 20 * 2 * 40
    assert queries.lost_lately(BRAND, now) == 40


def test_while_the_database_is_away_counts_wait_for_it(
    ada: Ada, counter: Counter, shop_key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as away:
        away.setenv("SAYSO_DATABASE_URL", "sqlite:////nowhere/sayso.sqlite3")
        counter.count(BRAND, shop_key, NAMES, ((LEARN, True),))
        counter.close()
    assert counted(ada.account) == {}
    counter.count(BRAND, shop_key, NAMES, ((LEARN, True),))
    counter.close()
    assert counted(ada.account) == {(LEARN, True): 2}


def test_a_writing_that_failed_counts_once_or_is_told_as_lost(
    ada: Ada, counter: Counter, shop_key: str
) -> None:
    _run("ALTER TABLE uses_use RENAME TO uses_away")
    counter.count(BRAND, shop_key, NAMES, ((LEARN, True),))
    counter.close()
    _run("ALTER TABLE uses_away RENAME TO uses_use")
    counter.count(BRAND, shop_key, NAMES, ((LEARN, True),))
    counter.close()
    kept, lost = counted(ada.account)[LEARN, True], queries.lost_lately(BRAND, datetime.now(UTC))
    assert kept + lost == 2


def _run(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def test_a_count_on_its_way_finds_nobody_once_she_is_erased(
    ada: Ada, counter: Counter, shop_key: str
) -> None:
    counter.count(BRAND, shop_key, NAMES, ((LEARN, True),))
    counter.close()
    counter.count(BRAND, shop_key, NAMES, ((LEARN, True),))
    with transaction.atomic():
        identity.forget([ada.account, ada.device])
        services.forget([ada.account, ada.device])
    counter.close()
    assert not Use.objects.exists()


def test_a_count_that_meets_an_erasure_half_way_is_dropped(ada: Ada, counter: Counter, shop_key: str) -> None:
    counter.count(BRAND, shop_key, NAMES, ((LEARN, True),))
    writing = threading.Thread(target=counter.close)
    with transaction.atomic():
        identity.forget([ada.account, ada.device])
        services.forget([ada.account, ada.device])
        writing.start()
        if connection.vendor == "postgresql":  # SQLite lets one write at a time
            writing.join(30)
            assert not writing.is_alive()
    writing.join(30)
    assert not Use.objects.exists()


def test_days_past_their_time_are_swept(ada: Ada, shop_key: str, now: datetime) -> None:
    batch = {(BRAND, shop_key, NAMES, ((LEARN, True),)): 1}
    for days in (0, 90, 91, 400):
        store.add(DjangoDatabase(), batch, {(BRAND, shop_key): 1}, now - timedelta(days=days))
    assert services.tidy(now) == 2
    assert [row.day for row in queries.rows_of([ada.account])] == ["2026-02-03", "2026-05-04"]
    assert Lost.objects.count() == 2


def test_sums_of_everybody_tell_how_many_people_they_are_of(ada: Ada, shop_key: str, now: datetime) -> None:
    ben = person({"customer": "C-1002"}, now)
    assert ben.account
    batch = {(BRAND, shop_key, people.names_of({"customer": "C-1002"}), ((LEARN, True),)): 5}
    store.add(DjangoDatabase(), batch | {(BRAND, shop_key, NAMES, ((LEARN, True),)): 2}, {}, now)
    store.add(DjangoDatabase(), batch, {}, now - timedelta(days=31))
    [total] = queries.totals(BRAND, now)
    assert (total.purpose, total.permitted, total.times, total.people) == ("learn", True, 7, 2)
