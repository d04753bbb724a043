"""Counting is addition, and forgetting is subtraction."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from sayso.core.counts import (
    LARGEST_BASKET,
    Counts,
    basket,
    canonical_bytes,
    contribution,
    counts_hash,
    minus,
    plus,
    total,
)

START = datetime(2026, 1, 1, tzinfo=UTC)
BASKETS = st.lists(st.sets(st.sampled_from("abcdef")), max_size=6)


@given(BASKETS, st.data())
def test_taking_people_out_equals_never_having_counted_them(
    baskets: list[set[str]], data: st.DataObject
) -> None:
    stays = [data.draw(st.booleans()) for _ in baskets]
    counts = total(baskets)
    for items, stay in zip(baskets, stays, strict=True):
        counts = counts if stay else minus(counts, contribution(items))
    anew = total(items for items, stay in zip(baskets, stays, strict=True) if stay)
    assert canonical_bytes(counts) == canonical_bytes(anew)


@given(BASKETS)
def test_adding_people_one_by_one_equals_counting_them_together(baskets: list[set[str]]) -> None:
    counts = Counts()
    for items in baskets:
        counts = plus(counts, contribution(items))
    assert counts_hash(counts) == counts_hash(total(baskets))


def test_a_thing_bought_twice_by_one_person_counts_once() -> None:
    assert contribution(["b", "a", "b"]) == Counts({"a": 1, "b": 1}, {("a", "b"): 1})


def test_counts_are_written_in_order_of_code_points_a_row_a_line() -> None:
    assert canonical_bytes(total([["被", "a"], ["a"]])).decode() == '["a",2]\n["被",1]\n["a","被",1]\n'


def test_what_comes_to_nothing_leaves_no_zero_behind() -> None:
    assert minus(contribution(["a", "b"]), contribution(["a", "b"])) == Counts()


def test_a_basket_holds_the_latest_different_items_only() -> None:
    many = [(START + timedelta(days=day), f"i{day:03}") for day in range(LARGEST_BASKET + 10)]
    again = (START + timedelta(days=900), "i000")
    kept = basket([again, *many, (START, "i059")])
    assert len(kept) == LARGEST_BASKET
    assert "i000" in kept
    assert "i010" not in kept
    assert kept == tuple(sorted(kept))


def test_which_of_equally_old_items_stay_in_a_basket_does_not_depend_on_their_order() -> None:
    same = [(START, f"i{number:03}") for number in range(LARGEST_BASKET + 5)]
    assert basket(same) == basket(reversed(same))
