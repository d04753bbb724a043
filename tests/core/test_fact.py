"""A fact is read at the door, and what has no known shape is not let in."""

from typing import Any

import pytest

from sayso.core.errors import Invalid
from sayso.core.fact import read_fact

GOOD: dict[str, Any] = {
    "id": "order-7-line-1",
    "category": "purchases",
    "source": "observed",
    "at": "2026-05-01T09:00:00+02:00",
    "value": {"item": "p-017", "price": 900},
}


def test_a_purchase_keeps_the_item_and_nothing_else() -> None:
    fact = read_fact(GOOD)
    assert fact.value == {"item": "p-017"}
    assert fact.at.isoformat() == "2026-05-01T07:00:00+00:00"


def test_a_postcode_is_of_the_united_states_unless_said_otherwise() -> None:
    fact = read_fact({**GOOD, "category": "location", "value": {"postcode": " d02 ab12 "}})
    assert fact.value == {"postcode": "D02 AB12", "country": "US"}


def test_a_preference_says_what_is_liked_or_disliked() -> None:
    value = {"attribute": "colour", "value": "blue", "liking": -1}
    assert read_fact({**GOOD, "category": "preferences", "value": value}).value == value


WRONG: list[dict[str, Any]] = [
    {"id": ""},
    {"id": "x" * 101},
    {"id": "a\nb"},
    {"id": 7},
    {"source": "guessed"},
    {"at": "yesterday"},
    {"at": 12},
    {"category": "browsing"},
    {"value": "p-017"},
    {"value": {}},
    {"category": "preferences", "value": {"attribute": "colour", "value": "blue", "liking": True}},
    {"category": "preferences", "value": {"attribute": "colour", "value": "blue", "liking": 2}},
    {"category": "location", "value": {"postcode": "96161", "country": "USA"}},
]


@pytest.mark.parametrize("change", WRONG, ids=str)
def test_a_fact_without_a_known_shape_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as refused:
        read_fact({**GOOD, **change})
    assert refused.value.code == "invalid_fact"
