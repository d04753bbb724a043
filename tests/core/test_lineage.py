"""Which answers a new version of a notice still stands on."""

from collections.abc import Callable
from typing import Any

import pytest

from tests import linen
from tests.linen import LEARN, PASS_ON, PURCHASES, purpose


def _choice(document: dict[str, Any], name: str) -> dict[str, Any]:
    entry: dict[str, Any] = purpose(document, name)["choices"][0]
    return entry


@pytest.mark.parametrize(
    "change",
    [
        lambda d: _choice(d, "learn").update(retention={"months": 30}),
        lambda d: _choice(d, "learn").update(safeguards=["encrypted"]),
        lambda d: purpose(d, "learn").update(advertising="cross_context"),
        lambda d: purpose(d, "learn")["benefit"].update(en="Something else altogether."),
    ],
)
def test_a_widened_choice_begins_a_new_generation(change: Callable[[dict[str, Any]], Any]) -> None:
    document = linen.document()
    change(document)
    first = linen.publish(linen.document())
    second = linen.publish(document, first)
    assert second.generations[LEARN] != first.generations[LEARN]
    assert second.generations[PURCHASES] == first.generations[PURCHASES]


@pytest.mark.parametrize(
    "change",
    [
        lambda d: _choice(d, "learn").update(retention={"months": 6}),
        lambda d: purpose(d, "learn")["text"].update(en="The same, said better."),
    ],
)
def test_a_reworded_or_shortened_choice_keeps_its_answers(change: Callable[[dict[str, Any]], Any]) -> None:
    document = linen.document()
    change(document)
    first = linen.publish(linen.document())
    assert linen.publish(document, first).generations == first.generations


def test_a_recipient_that_moves_is_asked_about_again() -> None:
    document = linen.document()
    document["recipients"]["brightside"]["country"] = "CN"
    first = linen.publish(linen.document())
    second = linen.publish(document, first)
    assert second.generations[PASS_ON] != first.generations[PASS_ON]
    assert second.generations[LEARN] == first.generations[LEARN]


def test_what_was_removed_and_comes_back_is_asked_again() -> None:
    without = linen.document()
    without["purposes"] = [entry for entry in without["purposes"] if entry["id"] != "learn"]
    first = linen.publish(linen.document())
    second = linen.publish(without, first)
    third = linen.publish({**linen.document(), "edition": "third"}, second)
    assert LEARN not in second.generations
    assert third.generations[LEARN] != first.generations[LEARN]
