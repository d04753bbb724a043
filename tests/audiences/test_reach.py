"""Reach per purpose, beside withdrawals and what is kept."""

import secrets
from datetime import datetime, timedelta

import pytest

from sayso.audiences import queries
from sayso.audiences.queries import Reach
from sayso.consent import queries as consent
from sayso.consent import services as answering
from sayso.core.vocabulary import ConsentStatus
from sayso.deployment.django_database import DjangoDatabase
from sayso.identity import keys, store
from sayso.identity import services as identity
from sayso.notices import queries as notices
from sayso.notices import services as publishing
from tests import linen

pytestmark = pytest.mark.django_db
BRAND = "linen-and-loom"
GIVEN, REFUSED = ConsentStatus.GIVEN, ConsentStatus.REFUSED
LONG_AGO = timedelta(days=100)


@pytest.fixture(autouse=True)
def _published(now: datetime) -> None:
    publishing.publish_notice(linen.document(), "Otto", now - 2 * LONG_AGO)


def say(secret: str, at: datetime, **said: ConsentStatus) -> str:
    known = store.subject_of_device(DjangoDatabase(), keys.secret_hash(secret))
    answer = linen.answer(notices.current(BRAND), base=consent.answered(known, BRAND, at).rev, **said)
    return answering.record_answer(secret, None, BRAND, answer, at).subject


def browsers(count: int) -> list[str]:
    return [secrets.token_urlsafe(32) for _ in range(count)]


def learn(now: datetime) -> Reach:
    return next(one for one in queries.reach_of(BRAND, now) if one.purpose.id == "learn")


def test_each_purpose_says_how_many_permit_it_now_refused_it_and_left_it_open(now: datetime) -> None:
    for secret in browsers(7):
        say(secret, now, learn=GIVEN)
    for secret in browsers(6):
        say(secret, now, learn=REFUSED)
    for secret in browsers(5):
        say(secret, now, purchases=GIVEN)
    found = learn(now)
    assert (found.yes, found.no, found.silent, found.withdrawn) == (7, 6, 5, 0)
    assert [one.purpose.id for one in queries.reach_of(BRAND, now)] == [
        "personalise",
        "learn",
        "pass_on",
        "newsletter",
        "ads",
    ]


def test_fewer_than_five_are_not_told(now: datetime) -> None:
    for secret in browsers(4):
        say(secret, now, learn=GIVEN)
    found = learn(now)
    assert (found.yes, found.no, found.silent) == (None, 0, 0)


def test_withdrawals_of_the_last_thirty_days_are_counted_and_earlier_ones_are_not(now: datetime) -> None:
    for place, secret in enumerate(browsers(9)):
        say(secret, now - LONG_AGO, learn=GIVEN)
        say(secret, now - timedelta(days=31 if place < 3 else 29), learn=REFUSED)
    assert learn(now).withdrawn == 6


def test_of_those_who_said_yes_three_months_ago_it_counts_who_still_permits_it(now: datetime) -> None:
    early = browsers(12)
    for secret in early:
        say(secret, now - LONG_AGO, learn=GIVEN)
    for secret in early[:5]:
        say(secret, now - timedelta(days=40), learn=REFUSED)
    for secret in browsers(5):
        say(secret, now, learn=GIVEN)
    found = learn(now)
    assert (found.yes, found.said_yes, found.kept) == (12, 12, 7)


def test_a_person_with_an_account_and_a_device_is_counted_once(now: datetime) -> None:
    for number, secret in enumerate(browsers(5)):
        account = identity.link_customer({"customer": f"C-{number}"}, "", now)
        identity.start_link(say(secret, now, learn=GIVEN), account, now)
    found = learn(now)
    # The account itself said nothing yet, and the gate takes the intersection.
    assert (found.yes, found.no, found.silent) == (0, 0, 5)
