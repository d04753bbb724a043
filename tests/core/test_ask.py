"""One question at the right moment; no is for good, and silence is not a yes."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import yaml

from sayso.core.ask import Ask, Asks, Outcome, Past, Shown, WhyNot, next_ask
from sayso.core.ask_reading import read_asks
from sayso.core.decision import Reason
from sayso.core.errors import Invalid
from tests import linen
from tests.linen import LOCATION, MONDAY, PURCHASES

NOTICE = linen.publish(linen.document()).notice
MOMENT = "order_confirmed"


def document() -> dict[str, Any]:
    source: dict[str, Any] = yaml.safe_load((linen.BRAND / "asks.yaml").read_text())
    return source


def past(reason: Reason = Reason.NOT_ANSWERED, **more: Any) -> Past:
    return Past({LOCATION: frozenset({reason})}, frozenset({PURCHASES}), **more)


def chosen(before: Past, moment: str = MOMENT, asks: Asks | None = None) -> Ask | WhyNot:
    return next_ask(asks or read_asks(document(), NOTICE), moment, before, MONDAY)


def test_linen_and_loom_asks_for_the_postcode_when_an_order_is_confirmed() -> None:
    ask = chosen(past())
    assert isinstance(ask, Ask)
    assert (ask.id, ask.choices, ask.field.category) == ("postcode", (LOCATION,), "location")
    assert ask.texts["benefit"]["en"] == "Suggestions for your weather, right here on this page."


DAY = timedelta(days=1)


def test_a_yes_to_everything_does_not_tell_the_postcode_so_it_may_be_asked() -> None:
    assert isinstance(chosen(past(Reason.GIVEN, known=frozenset({"preferences"}))), Ask)


@pytest.mark.parametrize(
    ("before", "why"),
    [
        (past(Reason.REFUSED), WhyNot.REFUSED),
        (past(Reason.WITHDRAWN), WhyNot.REFUSED),
        (past(outcomes=[Outcome("postcode", "refused", MONDAY - 999 * DAY)]), WhyNot.REFUSED),
        (past(Reason.GIVEN, known=frozenset({"location"})), WhyNot.ANSWERED),
        (past(Reason.ERASING), WhyNot.NOT_POSSIBLE),
        (replace(past(), permitted=frozenset()), WhyNot.NEEDS),
        (past(withdrew=MONDAY - 29 * DAY), WhyNot.WITHDRAWAL),
        (past(shown=[Shown("postcode", MONDAY - 29 * DAY)]), WhyNot.NOT_NOW),
        (past(shown=[Shown("a", MONDAY - DAY), Shown("b", MONDAY - DAY)]), WhyNot.BUDGET),
        (
            past(
                shown=[Shown("postcode", MONDAY - timedelta(minutes=5))],
                outcomes=[Outcome("postcode", "deferred", MONDAY - timedelta(minutes=4))],
            ),
            WhyNot.NOT_NOW,
        ),
    ],
    ids=lambda value: str(value) if isinstance(value, WhyNot) else "",
)
def test_she_is_left_in_peace_for_a_reason(before: Past, why: WhyNot) -> None:
    assert chosen(before) is why


@pytest.mark.parametrize(
    "before",
    [
        past(Reason.DEFERRED),
        past(Reason.EXPIRED),
        past(withdrew=MONDAY - 30 * DAY),
        past(shown=[Shown("postcode", MONDAY - 30 * DAY), Shown("a", MONDAY - DAY)]),
        past(shown=[Shown("postcode", MONDAY - timedelta(minutes=59)), Shown("a", MONDAY - DAY)]),
        past(outcomes=[Outcome("other", "refused", MONDAY - DAY)]),
    ],
    ids=[
        "left-open",
        "expired",
        "withdrawal-long-ago",
        "not-now-long-ago",
        "same-page-again",
        "other-question",
    ],
)
def test_she_may_be_asked_when_nothing_speaks_against_it(before: Past) -> None:
    assert isinstance(chosen(before), Ask)


@pytest.mark.parametrize("moment", ["checkout", "payment", "complaint"])
def test_nobody_is_asked_while_paying_or_complaining(moment: str) -> None:
    assert chosen(past(), moment) is WhyNot.MOMENT


def test_another_moment_has_no_question() -> None:
    assert chosen(past(), "home") is WhyNot.NOTHING


def test_of_two_questions_the_more_important_one_that_is_open_is_asked() -> None:
    asks = read_asks(document(), NOTICE)
    (postcode,) = asks.asks
    colour = replace(postcode, id="colour", priority=99)
    two = replace(asks, asks=(postcode, colour))
    first = chosen(past(), asks=two)
    after = chosen(past(outcomes=[Outcome("colour", "refused", MONDAY)]), asks=two)
    assert isinstance(first, Ask)
    assert first.id == "colour"
    assert isinstance(after, Ask)
    assert after.id == "postcode"


def test_without_a_budget_of_the_brand_one_question_a_week_is_the_most() -> None:
    asks = read_asks({"asks": document()["asks"]}, NOTICE)
    assert (asks.most, asks.within) == (1, timedelta(days=7))
    assert read_asks({}, NOTICE) == Asks()
    assert asks.named("postcode") == asks.asks[0]
    assert asks.named("shoe") is None


def entry(**change: Any) -> dict[str, Any]:
    source = document()
    source["asks"][0] |= change
    return source


def field(**change: Any) -> dict[str, Any]:
    return entry(field=document()["asks"][0]["field"] | change)


WRONG: dict[str, Any] = {
    "no-table": [],
    "no-list": {"asks": {}},
    "entry-no-table": {"asks": ["postcode"]},
    "no-id": entry(id="Post Code"),
    "checkout": entry(moment="checkout"),
    "no-choices": entry(choices=[]),
    "unknown-choice": entry(choices=["personalise.shoe.use.self"]),
    "choices-no-list": entry(choices=LOCATION),
    "told-not-asked": entry(needs=[linen.ORDERS]),
    "missing-text": entry(benefit={"en": "Only English"}),
    "no-days": entry(not_now={"quiet_days": 0}),
    "true-days": entry(not_now={"quiet_days": True}),
    "field-missing": entry(field=None),
    "field-of-another-category": field(category="purchases"),
    "field-without-shape": field(category="contact"),
    "twice": {"asks": document()["asks"] * 2},
    "budget": {**document(), "budget": {"per_person": {"asks": "many"}}},
}


@pytest.mark.parametrize("source", WRONG.values(), ids=WRONG)
def test_questions_that_could_trick_or_fail_a_person_are_not_accepted(source: Any) -> None:
    with pytest.raises(Invalid) as refused:
        read_asks(source, NOTICE)
    assert refused.value.code == "invalid_asks"
