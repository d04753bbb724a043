"""Suggestions follow from attributes, and every reason can be read and switched."""

import csv
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso.core.catalogue import Catalogue, Item, read_catalogue
from sayso.core.taste import (
    LEAST_PEOPLE,
    UNDYED,
    ColdWeek,
    Kind,
    Known,
    Preference,
    Purchase,
    Reason,
    Suggestion,
    not_again,
    reasons_for,
    scores,
    suggest,
)

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
CATALOGUE = Path(__file__).parents[2] / "demo/sayso_demo/shop/data/catalogue.csv"
CURTAINS, TOWEL, QUILT, DECOY = "p-002", "p-019", "p-037", "p-038"


def shop() -> list[Item]:
    with CATALOGUE.open(encoding="utf-8") as file:
        return [
            Item(
                row["id"],
                {
                    "type": row["type"],
                    "colour": row["colour"],
                    "colour_family": row["colour_family"],
                    "material": row["material"],
                    "renewable": row["renewable"] == "yes",
                    "warmth": int(row["warmth"]),
                },
            )
            for row in csv.DictReader(file)
        ]


def linen_towel(items: list[Item]) -> str:
    return next(
        i.id for i in items if i.attributes["type"] == "towel" and i.attributes["material"] == "linen"
    )


def ada(items: list[Item]) -> Known:
    bought = (Purchase("line-1", CURTAINS, NOW), Purchase("line-2", linen_towel(items), NOW))
    return Known(NOW, purchases=bought, cold_week=ColdWeek("postcode"))


def ids(suggestion: Suggestion) -> list[str]:
    return [because.reason.id for because in suggestion.because]


def test_ada_is_suggested_the_cool_blue_quilt_of_bamboo_first_for_three_reasons() -> None:
    items = shop()
    first = suggest(ada(items), read_catalogue(items), frozenset(), 4)[0]
    assert first.item == QUILT
    assert ids(first) == ["bought:colour_family:blue", "renewable:material:renewable", "weather:week:cold"]
    assert [because.contribution for because in first.because] == [2.0, 1.5, 2.5]


def test_undyed_linen_tells_nothing_about_a_taste_in_colours() -> None:
    known = Known(NOW, purchases=(Purchase("line", "p-019", NOW),))
    reasons = reasons_for(known, read_catalogue(shop()))
    assert [reason.id for reason in reasons] == ["renewable:material:renewable"]


def test_each_reason_names_the_facts_it_rests_on() -> None:
    items = shop()
    first = suggest(ada(items), read_catalogue(items), frozenset(), 1)[0]
    facts = [because.reason.facts for because in first.because]
    assert facts == [("line-1",), ("line-1", "line-2"), ("postcode",)]


def test_the_cheaper_blue_polyester_quilt_is_suggested_after_the_bamboo_one() -> None:
    items = shop()
    order = [found.item for found in suggest(ada(items), read_catalogue(items), frozenset(), len(items))]
    assert order.index(QUILT) < order.index(DECOY)


def recoloured(items: list[Item], seed: int) -> tuple[list[Item], dict[str, str]]:
    """Rename every item and colour by seed; give the new catalogue and the new name of each old id."""
    chance = random.Random(seed)  # noqa: S311  # a catalogue, not a secret
    names = [f"n-{number}" for number in chance.sample(range(1000, 9999), len(items))]
    families = sorted({str(item.attributes["colour_family"]) for item in items} - UNDYED)
    dyed = dict(zip(families, chance.sample(families, len(families)), strict=True)) | {"natural": "natural"}
    renamed = {item.id: name for item, name in zip(items, names, strict=True)}
    fresh = [
        Item(renamed[i.id], {**i.attributes, "colour_family": dyed[str(i.attributes["colour_family"])]})
        for i in items
    ]
    return chance.sample(fresh, len(fresh)), {**renamed, "blue": dyed["blue"]}


@pytest.mark.parametrize("seed", range(20))
def test_a_renamed_and_recoloured_catalogue_gives_the_same_suggestion_for_the_same_reasons(seed: int) -> None:
    items = shop()
    fresh, name = recoloured(items, seed)
    before = ada(items)
    after = replace(before, purchases=tuple(replace(p, item=name[p.item]) for p in before.purchases))
    first = suggest(after, read_catalogue(fresh), frozenset(), 1)[0]
    assert first.item == name[QUILT]
    assert ids(first)[0] == f"bought:colour_family:{name['blue']}"
    assert [because.contribution for because in first.because] == [2.0, 1.5, 2.5]


def test_what_she_has_and_a_type_she_bought_within_thirty_days_is_not_suggested_again() -> None:
    catalogue = read_catalogue(shop())
    bought = (
        Purchase("new", QUILT, NOW - timedelta(days=29)),
        Purchase("old", CURTAINS, NOW - timedelta(days=30)),
    )
    shut = not_again(Known(NOW, purchases=bought), catalogue)
    assert DECOY in shut
    assert CURTAINS in shut
    assert "p-001" not in shut


def test_a_purchase_of_something_no_longer_sold_gives_no_reason_and_breaks_nothing() -> None:
    known = Known(NOW, purchases=(Purchase("line", "gone", NOW),))
    assert suggest(known, read_catalogue(shop()), frozenset(), 4) == []


def test_declared_preferences_alone_are_enough_to_suggest_something() -> None:
    liked = Preference("said", "colour", "green", 1, NOW)
    catalogue = read_catalogue(shop())
    found = suggest(Known(NOW, preferences=(liked,)), catalogue, frozenset(), 99)
    assert {catalogue.of(one.item, "colour_family") for one in found} == {"green"}
    assert {one.score for one in found} == {3.0}


def test_what_she_dislikes_is_not_suggested_although_it_matches() -> None:
    items = shop()
    known = replace(ada(items), preferences=(Preference("said", "material", "bamboo fibre", -1, NOW),))
    found = suggest(known, read_catalogue(items), frozenset({"weather:week:cold"}), 200)
    quilt = next(one for one in found if one.item == QUILT)
    assert quilt.score == 0.5
    stronger = replace(known, preferences=(Preference("said", "colour", "blue", -1, NOW),))
    left = suggest(stronger, read_catalogue(items), frozenset({"weather:week:cold"}), 200)
    assert [one.score for one in left if one.item == QUILT] == [0.5]
    assert DECOY not in [one.item for one in left]


def test_her_latest_word_about_a_thing_is_the_one_that_counts() -> None:
    said = (
        Preference("a", "colour", "red", 1, NOW),
        Preference("b", "colour", "red", -1, NOW + timedelta(1)),
    )
    (reason,) = reasons_for(Known(NOW, preferences=said), read_catalogue(shop()))
    assert reason.facts == ("b",)
    assert set(reason.terms.values()) == {-3 * 1024}


def together(both: int, people: int) -> Known:
    bought = (Purchase("line", CURTAINS, NOW),)
    return Known(
        NOW, purchases=bought, together={CURTAINS: {QUILT: both, "gone": both}}, people={CURTAINS: people}
    )


def test_what_others_bought_with_it_counts_by_their_share() -> None:
    reasons = reasons_for(together(6, 8), read_catalogue(shop()))
    (reason,) = [one for one in reasons if one.kind is Kind.TOGETHER]
    assert reason.id == f"together:item:{CURTAINS}"
    assert reason.terms == {QUILT: int(1024 * Fraction(6, 8))}


def test_a_pair_shared_by_too_few_people_is_never_shown() -> None:
    reasons = reasons_for(together(LEAST_PEOPLE - 1, 8), read_catalogue(shop()))
    assert not [one for one in reasons if one.kind is Kind.TOGETHER]


def test_equal_scores_are_ordered_by_id_whatever_the_order_of_the_catalogue() -> None:
    items = shop()
    shuffled = random.Random(7).sample(items, len(items))  # noqa: S311  # a shelf, not a secret
    known = ada(items)
    one = [found.item for found in suggest(known, read_catalogue(items), frozenset(), 50)]
    assert one == [found.item for found in suggest(known, read_catalogue(shuffled), frozenset(), 50)]


COLOURS = st.sampled_from(["blue", "red", "green"])
ITEMS = st.lists(
    st.builds(
        lambda number, kind, colour, renewable, warmth: Item(
            f"i{number}",
            {"type": kind, "colour_family": colour, "renewable": renewable, "warmth": warmth},
        ),
        st.integers(0, 30),
        st.sampled_from(["quilt", "towel", "rug"]),
        COLOURS,
        st.booleans(),
        st.integers(0, 5),
    ),
    max_size=12,
    unique_by=lambda item: item.id,
)


@st.composite
def people(draw: st.DrawFn) -> tuple[Known, Catalogue]:
    items = draw(ITEMS)
    names = [item.id for item in items] or ["none"]
    bought = draw(st.lists(st.sampled_from(names), max_size=4))
    days = st.integers(0, 60)
    purchases = tuple(Purchase(f"f{n}", i, NOW - timedelta(days=draw(days))) for n, i in enumerate(bought))
    liked = draw(st.lists(st.tuples(COLOURS, st.sampled_from([1, -1])), max_size=3))
    said = tuple(Preference(f"s{n}", "colour", c, k, NOW) for n, (c, k) in enumerate(liked))
    share = {i: {j: draw(st.integers(0, 9)) for j in names if j != i} for i in bought}
    known = Known(
        NOW, purchases, said, draw(st.sampled_from([None, ColdWeek("w")])), share, dict.fromkeys(bought, 9)
    )
    return known, read_catalogue(items)


def without(reason: str, reasons: list[Reason]) -> list[Reason]:
    return [one for one in reasons if one.id != reason]


@given(people(), st.data())
def test_contributions_that_are_on_add_up_to_the_score_exactly_in_any_order(
    person: tuple[Known, Catalogue], data: st.DataObject
) -> None:
    known, catalogue = person
    off = frozenset(reason.id for reason in reasons_for(known, catalogue) if data.draw(st.booleans()))
    for found in suggest(known, catalogue, off, 50):
        parts = [because.contribution for because in found.because if because.on]
        assert sum(parts) == sum(reversed(parts)) == found.score


@given(people())
def test_switching_a_reason_off_equals_a_recomputation_without_it(person: tuple[Known, Catalogue]) -> None:
    known, catalogue = person
    reasons = reasons_for(known, catalogue)
    shut = not_again(known, catalogue)
    for switched in reasons:
        anew = scores(without(switched.id, reasons), frozenset())
        worth = sorted(((-u, i) for i, u in anew.items() if u > 0 and i not in shut))
        found = suggest(known, catalogue, frozenset({switched.id}), 50)
        assert [(-one.units, one.item) for one in found] == worth


@given(people())
def test_every_reason_has_its_own_id_and_rests_on_at_least_one_fact(person: tuple[Known, Catalogue]) -> None:
    reasons = reasons_for(*person)
    assert len({reason.id for reason in reasons}) == len(reasons)
    assert all(reason.facts for reason in reasons)
