"""The replicas of a process keep no past that their database no longer has."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from sayso.core.table import REASON
from sayso.decisions.replicas import Replicas
from sayso.deployment import env
from sayso.deployment.database import open_database
from sayso.deployment.django_database import DjangoDatabase
from sayso.identity import keys
from sayso.identity.naming import name_of
from sayso.notices import services as notices
from sayso.outbox import store as outbox
from tests import linen
from tests.edge.world import BRAND, GIVEN, REFUSED, World, world

PATIENCE = 20  # seconds
DB = DjangoDatabase()


@pytest.fixture
def here(transactional_db: None, now: datetime) -> World:
    notices.publish_notice(linen.document(), "Otto", now)
    return world(DB, datetime.now(UTC))


@pytest.fixture
def replicas() -> Iterator[Replicas]:
    made = Replicas(lambda: open_database(env.database_url()))
    yield made
    made.close()


def comes_true(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)


def reason(replicas: Replicas, browser: str) -> str:
    """Say why the replica permits or refuses; nothing while there is none."""
    replica = replicas.of(BRAND)
    entry = replica.entries.get(name_of(keys.secret_hash(browser))) if replica else None
    return REASON[entry.codes[replica.table.index[linen.LEARN]]] if replica and entry else ""


def test_a_database_put_back_under_a_running_edge_is_read_anew(here: World, replicas: Replicas) -> None:
    here.browser_answers(0, learn=GIVEN)
    morning = outbox.last(DB)
    for _ in range(3):
        here.browser_answers(1, learn=GIVEN)
    comes_true(lambda: reason(replicas, here.browsers[0]) == "given")
    DB.run("DELETE FROM outbox_news WHERE seq > %s", [morning])
    DB.run("UPDATE outbox_sequence SET next = %s", [morning + 1])
    DB.run("DELETE FROM consent_event WHERE seq > %s", [morning])
    here.browser_answers(0, learn=REFUSED)
    comes_true(lambda: reason(replicas, here.browsers[0]) == "withdrawn")
