"""Only a band and a month are kept of somebody's age, and saying another age later widens nothing."""

import csv
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import sayso.identity
from sayso.core.age import (
    Age,
    Ages,
    Band,
    Threshold,
    age_of_born,
    ages_in,
    grown,
    read_born,
    read_thresholds,
    settled,
    younger,
    youngest,
)
from sayso.core.errors import Invalid, Misconfigured

NOW = datetime(2026, 5, 4, tzinfo=UTC)
IRELAND = Ages(16, 18)
BEN = read_born("2013-02", NOW)
TABLE = Path(sayso.identity.__file__).parent / "data" / "ages.csv"


def table() -> tuple[Threshold, ...]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return read_thresholds(csv.DictReader(file))


def row(place: str, age: int, verified: bool = True, topic: str = "consent") -> Threshold:
    return Threshold(place, topic, age, "a law", "a source", verified)


ANYWHERE = (row("*", 16), row("*", 18, topic="majority"))


def test_ben_is_a_child_in_ireland_until_the_month_after_his_sixteenth_birthday() -> None:
    assert age_of_born(BEN, IRELAND, NOW) == Age(Band.CHILD, "2029-03")


def test_the_same_boy_answers_alone_where_the_law_says_thirteen() -> None:
    assert age_of_born(BEN, Ages(13, 18), NOW) == Age(Band.TEEN, "2031-03")


def test_of_an_adult_no_month_is_kept() -> None:
    assert age_of_born(read_born("1985-07", NOW), IRELAND, NOW) == Age(Band.ADULT, "")


@pytest.mark.parametrize(("born", "band"), [("2010-05", Band.CHILD), ("2010-04", Band.TEEN)])
def test_in_the_month_of_the_birthday_nobody_counts_as_older_yet(born: str, band: Band) -> None:
    assert age_of_born(read_born(born, NOW), IRELAND, NOW).band is band


@pytest.mark.parametrize(
    "said", ["", None, 2013, "2013", "2013-13", "2026-06", "1906-04", "2013-05-04", "٢٠١٣-٠٥"]
)
def test_what_is_no_month_of_birth_is_refused(said: object) -> None:
    with pytest.raises(Invalid, match="no month"):
        read_born(said, NOW)


def test_the_oldest_and_the_youngest_month_are_taken() -> None:
    assert read_born("2026-05", NOW) - read_born("1906-05", NOW) == 120 * 12


def test_saying_an_older_age_later_changes_nothing() -> None:
    held = age_of_born(BEN, IRELAND, NOW)
    assert settled(held, age_of_born(read_born("1985-07", NOW), IRELAND, NOW), IRELAND, NOW) == held


def test_saying_a_younger_age_later_holds_at_once() -> None:
    child = age_of_born(BEN, IRELAND, NOW)
    assert settled(Age(Band.ADULT), child, IRELAND, NOW) == child
    later = age_of_born(read_born("2014-02", NOW), IRELAND, NOW)
    assert settled(child, later, IRELAND, NOW) == later


def test_the_first_word_is_taken_as_it_is() -> None:
    assert settled(None, Age(Band.ADULT), IRELAND, NOW) == Age(Band.ADULT)


def test_when_the_month_has_come_an_older_age_is_believed_one_step() -> None:
    held, then = age_of_born(BEN, IRELAND, NOW), datetime(2029, 3, 1, tzinfo=UTC)
    assert settled(held, Age(Band.ADULT), IRELAND, then) == Age(Band.TEEN, "2031-03")


def test_a_child_grows_up_by_the_month_that_was_kept() -> None:
    held = age_of_born(BEN, IRELAND, NOW)
    assert grown(held, IRELAND, datetime(2029, 2, 28, tzinfo=UTC)) == held
    assert grown(held, IRELAND, datetime(2031, 3, 1, tzinfo=UTC)) == Age(Band.ADULT)
    assert grown(Age(Band.ADULT), IRELAND, NOW) == Age(Band.ADULT)


@given(first=st.integers(1906 * 12 + 4, 2026 * 12 + 4), second=st.integers(1906 * 12 + 4, 2026 * 12 + 4))
def test_whatever_is_said_and_said_again_the_younger_stands(first: int, second: int) -> None:
    one, two = age_of_born(first, IRELAND, NOW), age_of_born(second, IRELAND, NOW)
    stands = settled(one, two, IRELAND, NOW)
    assert stands == settled(two, one, IRELAND, NOW) == younger(one, two)
    assert stands == age_of_born(max(first, second), IRELAND, NOW)


@pytest.mark.parametrize(
    ("region", "consent"),
    [("IE", 16), ("BE", 13), ("US-CA", 13), ("EU", 16), ("GB", 13), ("", 16), ("ZZ", 16)],
)
def test_the_table_knows_from_which_age_a_person_answers_alone(region: str, consent: int) -> None:
    assert ages_in(region, table()) == Ages(consent, 18)


def test_a_row_nobody_read_may_only_be_stricter_and_is_named() -> None:
    unread = (row("NO", 13, verified=False), row("IN", 18, verified=False), *ANYWHERE)
    warning = "NO: a law was not read in its source"
    assert ages_in("NO", unread) == Ages(16, 18, (warning,))
    assert ages_in("IN", unread).consent == 18


def test_every_row_says_where_it_was_read_and_when() -> None:
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {one["status"] for one in rows} == {"read", "to be verified"}
    assert all(one["source"] and bool(one["read_on"]) == (one["status"] == "read") for one in rows)


def test_a_table_without_its_last_row_is_a_fault_of_the_deployment() -> None:
    with pytest.raises(Misconfigured, match="majority"):
        ages_in("IE", (row("IE", 16),))


def test_the_youngest_band_known_counts_for_one_person() -> None:
    assert youngest([Band.UNKNOWN, Band.ADULT, Band.CHILD]) is Band.CHILD
    assert youngest([Band.UNKNOWN, Band.ADULT]) is Band.ADULT
    assert youngest([]) is Band.UNKNOWN
