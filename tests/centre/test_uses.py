"""She reads what was really used, held back and passed on, and how far the counting can be trusted."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from sayso.consent import family
from sayso.core.vocabulary import Voucher
from sayso.deployment.django_database import DjangoDatabase
from sayso.identity import keys, named
from sayso.identity import queries as people
from sayso.identity import services as identity
from sayso.uses.store import add
from tests.centre.conftest import BRAND, Answering
from tests.linen import NEWSLETTER, PASS_ON, PURCHASES

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)
LATER, EARLIER, TOO_EARLY = NOW - timedelta(days=1), NOW - timedelta(days=3), NOW - timedelta(days=31)


def _happens(secret: str, choice: str, permitted: bool, times: int, at: datetime, label: str) -> None:
    key = keys.secret_hash(identity.make_api_key(BRAND, label, {"decide"}, at))
    asked = (BRAND, key, named.names_of({"device": secret}), ((choice, permitted),))
    add(DjangoDatabase(), {asked: times}, {}, at)


def _words(page: str) -> str:
    return " ".join(page.replace("<bdi>", "").replace("</bdi>", "").split())


def _day(moment: datetime) -> str:
    return f"{moment.day} {moment:%b %Y}"


def test_each_purpose_says_how_often_by_whom_and_when_last(browser: Client, answered: Answering) -> None:
    secret = answered(purchases="given", pass_on="refused")
    _happens(secret, PURCHASES, True, 9, EARLIER, "the shop")
    _happens(secret, PURCHASES, True, 5, LATER, "the shop")
    _happens(secret, PURCHASES, True, 50, TOO_EARLY, "the shop")
    _happens(secret, PASS_ON, False, 3, LATER, "the letter robot")
    _happens(secret, PASS_ON, True, 2, EARLIER, "the letter robot")
    text = _words(browser.get("/centre/data").content.decode())
    assert (
        text.count(f"Used 14 times by the shop, last on {_day(LATER)}") == 2
    )  # at the top, and beside the datum
    assert f"Held back 3 times from the letter robot, last on {_day(LATER)}" in text
    assert f"the letter robot asked 2 times and was told yes, last on {_day(EARLIER)}" in text


def test_it_says_since_when_is_counted_and_what_could_not_be(browser: Client, answered: Answering) -> None:
    answered(purchases="given")
    add(DjangoDatabase(), {}, {(BRAND, "gone"): 7}, NOW)
    text = _words(browser.get("/centre/data").content.decode())
    assert "Nothing was used, held back or passed on in the last 30 days." in text
    assert f"Counted since {_day(NOW)}." in text  # the tests' database was made today
    assert "after 90 days counts are deleted. It was at least this often" in text
    assert "7 more questions, about whomever they were, could not be counted." in text


def test_what_no_notice_lists_any_more_is_still_told(browser: Client, answered: Answering) -> None:
    secret = answered(purchases="given")
    _happens(secret, "dance.purchases.use.self", True, 1, LATER, "<b>the shop</b>")
    text = _words(browser.get("/centre/data").content.decode())
    assert "Listed by an earlier notice" in text
    assert "Dance.purchases.use.self" in text
    assert f"Used 1 time by &lt;b&gt;the shop&lt;/b&gt;, on {_day(LATER)}" in text


def test_a_child_reads_it_in_plain_words(browser: Client, answered: Answering) -> None:
    secret = answered(purchases="given")
    child = people.device_subject(secret)
    assert child
    family.say_age([child], BRAND, f"{NOW.year - 10}-01", Voucher.DEVICE, NOW)
    text = browser.get("/centre/data").content.decode()
    assert "Here you see how often somebody asked us to use what we know about you." in text
    assert "Your answers say what may be done." not in text


@pytest.mark.parametrize(
    ("language", "words"), [("zh-hant", "the shop 使用了 14 次"), ("ar", "استخدمه the shop 14 مرة")]
)
def test_it_is_told_in_every_language(
    browser: Client, answered: Answering, language: str, words: str
) -> None:
    _happens(answered(purchases="given"), PURCHASES, True, 14, LATER, "the shop")
    browser.cookies["sayso_language"] = language
    assert words in _words(browser.get("/centre/data").content.decode())


def test_somebody_elses_counts_and_a_strangers_are_nowhere(browser: Client, answered: Answering) -> None:
    _happens(answered(newsletter="given"), NEWSLETTER, True, 14, LATER, "the shop")
    browser.cookies.clear()
    assert "What was really used" not in browser.get("/centre/data").content.decode()
