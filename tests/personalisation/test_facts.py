"""Facts are taken only where a purpose needs them and the person permits it."""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from sayso.core.fact import Fact
from sayso.core.vocabulary import ConsentStatus
from sayso.deployment.django_database import DjangoDatabase
from sayso.identity import keys, store
from sayso.identity import services as identity
from sayso.outbox import models as news_models
from sayso.personalisation import models, queries, services
from sayso.personalisation.services import Refused
from tests.personalisation.conftest import Answering, bought

GIVEN, REFUSED = ConsentStatus.GIVEN, ConsentStatus.REFUSED
ADA = {"customer": "C-1001", "email": "ada@example.test"}


@pytest.fixture
def ada(brand: str, say: Answering, now: datetime) -> str:
    account = identity.link_customer(ADA, "US-CA", now)
    say(account, purchases=GIVEN, location=REFUSED)
    return account


def told(**change: Any) -> dict[str, Any]:
    fact = {"id": "line-1", "category": "purchases", "source": "observed", "at": "2026-05-04T09:00:00Z"}
    return {**fact, "value": {"item": "p-002"}, **change}


def test_a_permitted_purchase_is_kept_and_told_as_news(brand: str, ada: str, now: datetime) -> None:
    added = services.add_facts(brand, {"customer": "C-1001"}, [told()], now)
    assert added.accepted == ("line-1",)
    (fact,) = queries.facts_of(brand, [ada])
    assert (fact.id, fact.source, fact.value) == ("line-1", "observed", {"item": "p-002"})
    news = news_models.News.objects.get(topic="facts.added")
    assert news.payload == {"brand": brand, "subject": ada, "facts": ["line-1"]}


def test_what_was_bought_lies_in_the_table_as_ciphertext(brand: str, ada: str, now: datetime) -> None:
    services.add_facts(brand, {"customer": "C-1001"}, [told()], now)
    assert "p-002" not in str(list(models.Fact.objects.values()))
    assert b"p-002" not in bytes(models.Fact.objects.get().sealed)


@pytest.mark.parametrize(
    ("document", "code"),
    [
        (told(category="shoe_size"), "no_purpose"),
        (told(category="payment"), "no_purpose"),
        (told(category="location", value={"postcode": "96161"}), "not_permitted"),
        (told(category="preferences", value={"attribute": "a", "value": "b", "liking": 1}), "not_permitted"),
        (told(value={"item": ""}), "invalid_fact"),
    ],
    ids=["nobody-needs-it", "told-not-asked", "refused", "never-answered", "no-shape"],
)
def test_a_fact_that_may_not_be_kept_is_refused_with_its_reason(
    brand: str, ada: str, now: datetime, document: dict[str, Any], code: str
) -> None:
    added = services.add_facts(brand, {"customer": "C-1001"}, [document, told(id="good")], now)
    assert added.refused == (Refused("line-1", code),)
    assert added.accepted == ("good",)


def test_nothing_is_kept_of_somebody_unknown_or_erased(brand: str, ada: str, now: datetime) -> None:
    stranger = services.add_facts(brand, {"customer": "C-9999"}, [told()], now)
    identity.suppress(ada, now)
    erased = services.add_facts(brand, {"customer": "C-1001"}, [told()], now)
    assert stranger.refused == (Refused("line-1", "unknown_subject"),)
    assert erased.refused == (Refused("line-1", "suppressed"),)
    assert not models.Fact.objects.exists()


def test_the_same_fact_again_is_kept_once_and_another_under_its_id_is_refused(
    brand: str, ada: str, now: datetime
) -> None:
    first = services.add_facts(brand, {"customer": "C-1001"}, [told(), told()], now)
    again = services.add_facts(brand, {"customer": "C-1001"}, [told()], now)
    other = services.add_facts(brand, {"customer": "C-1001"}, [told(value={"item": "p-003"})], now)
    assert first.accepted == again.accepted == ("line-1",)
    assert other.refused == (Refused("line-1", "fact_reused"),)
    assert [fact.value["item"] for fact in queries.facts_of(brand, [ada])] == ["p-002"]


def test_a_new_postcode_takes_the_place_of_the_old_one(
    brand: str, ada: str, say: Answering, now: datetime
) -> None:
    say(ada, location=GIVEN)
    places = [
        Fact(postcode, "location", "told", now + timedelta(days=day), {"postcode": postcode, "country": "US"})
        for day, postcode in enumerate(("96161", "10001"))
    ]
    for place in places:
        services.add_facts_to(brand, ada, [place], now)
    assert [fact.id for fact in queries.facts_of(brand, [ada])] == ["10001"]


def test_facts_of_a_browser_are_stored_on_it_until_she_says_they_are_her_accounts(
    brand: str, ada: str, say: Answering, now: datetime
) -> None:
    secret, device = secrets.token_urlsafe(32), "11111111-1111-4111-8111-111111111111"
    store.add_device(DjangoDatabase(), keys.secret_hash(secret), device, now)
    say(device, purchases=GIVEN)
    who = {"device": secret, "customer": "C-1001"}
    services.add_facts(brand, who, [told(id="before")], now)
    identity.start_link(device, ada, now)
    services.add_facts(brand, who, [told(id="signed-in")], now)
    identity.join_device(device, ada, now)
    services.add_facts(brand, who, [told(id="joined")], now)
    assert {row.fact: row.subject for row in models.Fact.objects.all()} == {
        "before": device,
        "signed-in": device,
        "joined": ada,
    }


def test_facts_of_many_people_are_taken_by_the_same_rules(
    brand: str, say: Answering, person: Callable[[], str], now: datetime
) -> None:
    yes, no = person(), person()
    say(yes, purchases=GIVEN)
    say(no, purchases=REFUSED)
    rows = [(who, bought(f"p-{number:03}", now)) for number in range(1, 4) for who in (yes, no)]
    added = services.add_facts_many(brand, rows, now)
    assert len(added.accepted) == 3
    assert {refused.code for refused in added.refused} == {"not_permitted"}
    assert queries.people_with_purchases(brand) == [yes]


def test_removed_facts_are_gone_and_told_as_news_once(brand: str, ada: str, now: datetime) -> None:
    services.add_facts(brand, {"customer": "C-1001"}, [told()], now)
    assert services.remove_facts(brand, ada, ["line-1", "other"], now) == ("line-1",)
    assert services.remove_facts(brand, ada, ["line-1"], now) == ()
    assert queries.held([ada]) == 0
    assert news_models.News.objects.filter(topic="facts.removed").count() == 1
