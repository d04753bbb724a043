"""Every part of an answer changes its entry, and nothing of what is sealed can be read from it."""

from typing import Any

import pytest

from sayso.core.leaf import KeyAct, Tombstone, answer_leaf, commitment, key_leaf, tombstone_leaf

ANSWER: dict[str, Any] = {
    "seq": 7,
    "brand": "linen-and-loom",
    "version": "sha256:" + "0" * 64,
    "answers": {"learn.purchases.use.self": "given"},
    "outcome": {"learn.purchases.use.self": "given"},
    "recorded_at": "2026-05-04T09:00:00.000000Z",
    "committed": "ab" * 32,
}
CHANGED: dict[str, Any] = {
    "seq": 8,
    "brand": "other",
    "version": "sha256:" + "1" * 64,
    "answers": {"learn.purchases.use.self": "refused"},
    "outcome": {"learn.purchases.use.self": "superseded"},
    "recorded_at": "2026-05-04T09:00:00.000001Z",
    "committed": "cd" * 32,
}


@pytest.mark.parametrize("part", CHANGED)
def test_a_change_of_any_part_is_another_entry(part: str) -> None:
    assert answer_leaf(**ANSWER) != answer_leaf(**(ANSWER | {part: CHANGED[part]}))


def test_the_same_answer_is_the_same_entry_on_every_day() -> None:
    # Pinned: receipts that people keep hold this hash, and browsers compute it too.
    assert answer_leaf(**ANSWER) == "8e79561d3336b2deb5539a2ce99e1d29111479a7f926aa2910c751d9789f3d1f"


def test_what_is_sealed_is_committed_to_as_a_whole() -> None:
    told = ({"locale": "en", "salt": "00" * 16}, "subject", "event", "body")
    first = commitment(*told)
    for place, other in enumerate(({"locale": "en", "salt": "01" * 16}, "else", "else", "else")):
        assert commitment(*told[:place], other, *told[place + 1 :]) != first  # type: ignore[arg-type]


def test_a_tombstone_names_exactly_what_it_excuses() -> None:
    told = (
        9,
        Tombstone.ERASURE,
        [[7, "ab" * 32]],
        "2026-05-04T09:00:00.000000Z",
        "2029-05-04T09:00:00.000000Z",
    )
    first = tombstone_leaf(*told)
    others = (10, Tombstone.END_OF_RETENTION, [[7, "cd" * 32]], "2026-05-05T09:00:00.000000Z", "")
    for place, other in enumerate(others):
        assert tombstone_leaf(*told[:place], other, *told[place + 1 :]) != first  # type: ignore[arg-type]


def test_news_of_a_key_is_an_entry_of_its_own_kind() -> None:
    told = (
        9,
        KeyAct.COMPROMISED,
        "receipt",
        "A" * 43,
        "2026-05-04T09:00:00.000000Z",
        "2026-05-05T09:00:00.000000Z",
    )
    first = key_leaf(*told)
    for place, other in enumerate((10, KeyAct.ENDED, "checkpoint", "B" * 43, told[5], told[4])):
        assert key_leaf(*told[:place], other, *told[place + 1 :]) != first  # type: ignore[arg-type]
