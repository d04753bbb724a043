"""She is asked once, answers as she likes, and no means never again."""

import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from sayso.asks import queries, services
from sayso.asks.queries import Offered
from sayso.asks.services import Said
from sayso.consent import queries as consent
from sayso.core.ask import WhyNot
from sayso.core.errors import Conflict, Invalid, NotFound, Unproved
from sayso.core.values import new_id
from sayso.core.vocabulary import ConsentStatus
from sayso.identity import queries as identity
from sayso.identity import services as linking
from tests.linen import LOCATION

GIVEN, REFUSED, DEFERRED = ConsentStatus.GIVEN, ConsentStatus.REFUSED, ConsentStatus.DEFERRED
WEEKS = timedelta(days=31)
NOTHING: frozenset[str] = frozenset()
Saying = Callable[..., str]


def ask(
    brand: str, secret: str, at: datetime, moment: str = "order_confirmed", known: frozenset[str] = NOTHING
) -> Offered | WhyNot:
    subjects = identity.resolve({"device": secret}, at).subjects
    return services.next_ask(brand, subjects, moment, "en", known, at)


def offered(brand: str, secret: str, at: datetime) -> Offered:
    found = ask(brand, secret, at)
    assert isinstance(found, Offered)
    return found


def said(shown: Offered, answer: str, **change: Any) -> Said:
    value = {"postcode": "96161"} if answer == "given" else None
    told = Said(
        new_id(), answer, value, shown.version, shown.text_hash, shown.layout, shown.base, shown.locale
    )
    return replace(told, **change)


def answered(brand: str, secret: str, answer: str, at: datetime) -> services.Taken:
    return services.answer_ask(
        brand, {"device": secret}, "postcode", said(offered(brand, secret, at), answer), at
    )


def test_the_question_says_what_for_by_whom_how_long_and_what_it_brings(
    brand: str, browser: str, now: datetime
) -> None:
    shown = offered(brand, browser, now)
    assert set(shown.texts) == {"title", "what_for", "by_whom", "how_long", "benefit"}
    assert shown.field["autocomplete"] == "postal-code"
    assert (shown.choices, shown.layout, shown.base) == ((LOCATION,), "ask-1", 1)


def test_a_yes_is_an_event_with_a_receipt_and_gives_the_fact_to_keep(
    brand: str, browser: str, now: datetime
) -> None:
    taken = answered(brand, browser, "given", now)
    assert taken.standing.statuses[LOCATION] == GIVEN
    assert taken.receipt.count(".") == 2
    assert taken.fact is not None
    assert (taken.fact.category, taken.fact.source) == ("location", "told")
    assert taken.fact.value == {"postcode": "96161", "country": "US"}
    (event, _) = consent.history_of([taken.subject], brand)
    assert (event.evidence["act"], event.evidence["layout"], event.evidence["voucher"]) == (
        "ask",
        "ask-1",
        "device",
    )
    assert ask(brand, browser, now, known=frozenset({"location"})) is WhyNot.ANSWERED


def test_not_now_is_remembered_for_a_month_and_permits_nothing(
    brand: str, browser: str, now: datetime
) -> None:
    taken = answered(brand, browser, "deferred", now)
    assert taken.fact is None
    assert taken.standing.statuses[LOCATION] == DEFERRED
    assert ask(brand, browser, now + timedelta(minutes=1)) is WhyNot.NOT_NOW
    assert ask(brand, browser, now + timedelta(days=29)) is WhyNot.NOT_NOW
    assert isinstance(ask(brand, browser, now + WEEKS), Offered)


def test_who_refused_is_never_asked_again_whether_on_the_card_or_in_the_banner(
    brand: str, browser: str, say: Saying, now: datetime
) -> None:
    answered(brand, browser, "refused", now)
    other = secrets.token_urlsafe(32)
    say(other, purchases=GIVEN, location=REFUSED)
    assert ask(brand, browser, now + 20 * WEEKS) is WhyNot.REFUSED
    assert ask(brand, other, now) is WhyNot.REFUSED


def test_a_page_shown_again_shows_the_same_question_and_counts_once(
    brand: str, browser: str, now: datetime
) -> None:
    first = offered(brand, browser, now)
    assert offered(brand, browser, now + timedelta(minutes=10)) == first
    subjects = identity.resolve({"device": browser}, now).subjects
    assert len(queries.history_of(brand, subjects)[0]) == 1
    assert ask(brand, browser, now + timedelta(hours=2)) is WhyNot.NOT_NOW


def test_the_other_device_of_one_person_is_not_asked_what_the_first_was(
    brand: str, browser: str, say: Saying, now: datetime
) -> None:
    tablet = secrets.token_urlsafe(32)
    account = linking.link_customer({"customer": "C-1001"}, "", now)
    for device in (say(browser, purchases=GIVEN), say(tablet, purchases=GIVEN)):
        linking.start_link(device, account, now)
    offered_before = queries.hers([account], now)
    assert len(offered_before) == 3
    devices = [identity.resolve({"device": secret}, now).device for secret in (browser, tablet)]
    first = services.next_ask(brand, [str(devices[0])], "order_confirmed", "en", NOTHING, now)
    assert isinstance(first, Offered)
    later = now + timedelta(hours=2)
    second = services.next_ask(brand, [str(devices[1]), account], "order_confirmed", "en", NOTHING, later)
    # The account answered nothing, so together they permit nothing the benefit needs.
    assert second is WhyNot.NEEDS
    taken = said(first, "refused")
    services.answer_ask(brand, {"device": browser}, "postcode", taken, later)
    later += 9 * WEEKS
    for signed_in_again in devices:
        linking.start_link(str(signed_in_again), account, later)
    third = services.next_ask(brand, [str(devices[1]), account], "order_confirmed", "en", NOTHING, later)
    assert third is WhyNot.REFUSED


def test_soon_after_she_took_something_back_nothing_is_asked(
    brand: str, browser: str, say: Saying, now: datetime
) -> None:
    say(browser, learn=GIVEN)
    say(browser, learn=REFUSED)
    assert ask(brand, browser, now + timedelta(days=29)) is WhyNot.WITHDRAWAL
    assert isinstance(ask(brand, browser, now + WEEKS), Offered)


def test_nobody_unknown_is_asked_and_nobody_at_the_checkout(brand: str, browser: str, now: datetime) -> None:
    assert ask(brand, secrets.token_urlsafe(32), now) is WhyNot.UNKNOWN
    assert ask(brand, browser, now, "checkout") is WhyNot.MOMENT


def test_a_brand_without_questions_asks_nothing(brand: str, browser: str, now: datetime) -> None:
    services.set_catalogue(brand, {})
    assert ask(brand, browser, now) is WhyNot.NOTHING


def test_the_same_answer_sent_again_gives_the_same_receipt_and_another_under_its_id_is_refused(
    brand: str, browser: str, now: datetime
) -> None:
    told = said(offered(brand, browser, now), "given")
    first = services.answer_ask(brand, {"device": browser}, "postcode", told, now)
    again = services.answer_ask(brand, {"device": browser}, "postcode", told, now + timedelta(minutes=1))
    assert (first.receipt, first.fact) == (again.receipt, again.fact)
    assert len(queries.history_of(brand, [first.subject])[1]) == 1
    other = replace(told, answer="refused", value=None)
    with pytest.raises(Conflict) as refused:
        services.answer_ask(brand, {"device": browser}, "postcode", other, now)
    assert refused.value.code == "event_reused"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"text_hash": "sha256:" + "0" * 64}, "text_mismatch"),
        ({"layout": "banner-1"}, "unknown_layout"),
        ({"answer": "maybe"}, "invalid_answer"),
        ({"event": "7"}, "invalid_answer"),
        ({"value": None}, "invalid_fact"),
        ({"value": {"postcode": "x" * 11}}, "invalid_fact"),
        ({"value": {"postcode": " "}}, "invalid_fact"),
        ({"version": "sha256:" + "0" * 64}, "unknown_version"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_wrong_answer_is_refused_with_a_code_and_changes_nothing(
    brand: str, browser: str, now: datetime, change: dict[str, Any], code: str
) -> None:
    told = replace(said(offered(brand, browser, now), "given"), **change)
    with pytest.raises((Invalid, Conflict)) as refused:
        services.answer_ask(brand, {"device": browser}, "postcode", told, now)
    assert refused.value.code == code
    subjects = identity.resolve({"device": browser}, now).subjects
    assert consent.answered(subjects[0], brand, now).statuses[LOCATION] == ConsentStatus.UNKNOWN
    assert queries.history_of(brand, subjects)[1] == []


def test_an_answer_to_no_question_or_of_nobody_is_refused(brand: str, browser: str, now: datetime) -> None:
    told = said(offered(brand, browser, now), "given")
    with pytest.raises(NotFound):
        services.answer_ask(brand, {"device": browser}, "shoe", told, now)
    with pytest.raises(Unproved):
        services.answer_ask(brand, {"customer": "C-9999"}, "postcode", told, now)


def test_a_yes_on_the_word_of_the_brand_alone_is_only_a_request(
    brand: str, browser: str, now: datetime
) -> None:
    account = linking.link_customer({"customer": "C-1001"}, "", now)
    told = said(offered(brand, browser, now), "given", base=0)
    taken = services.answer_ask(brand, {"customer": "C-1001"}, "postcode", told, now)
    assert taken.subject == account
    assert taken.standing.statuses[LOCATION] == ConsentStatus.REQUESTED
    assert taken.fact is None


def test_erasing_her_leaves_nothing_of_what_she_was_asked(brand: str, browser: str, now: datetime) -> None:
    taken = answered(brand, browser, "deferred", now)
    assert queries.held([taken.subject]) == 2
    services.erase([taken.subject])
    services.erase([taken.subject])
    assert queries.held([taken.subject]) == 0
