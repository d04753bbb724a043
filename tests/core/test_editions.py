"""Where a person stands, written short against every version a brand published."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sayso.core.consent import Published, Standing, fold
from sayso.core.editions import Editions, carried
from sayso.core.vocabulary import ConsentStatus, Voucher
from tests import linen
from tests.linen import ADS, HARBOUR, LEARN, LOCATION, MONDAY, PASS_ON, PURCHASES, answer

GIVEN, REFUSED = ConsentStatus.GIVEN, ConsentStatus.REFUSED
FIRST = linen.publish(linen.document())
SECOND = linen.publish(linen.second(), FIRST)
EDITIONS = Editions((FIRST, SECOND))
STEP = st.tuples(
    st.sampled_from(["learn", "pass_on", "location", "ads", "harbour"]),
    st.sampled_from([GIVEN, REFUSED, ConsentStatus.DEFERRED]),
    st.integers(0, 6),
    st.sampled_from([Voucher.DEVICE, Voucher.STAFF]),
    st.booleans(),
    st.integers(0, 10**9),
)


@settings(max_examples=200)
@given(st.lists(STEP, max_size=8))
def test_whatever_was_said_is_read_as_it_was_written(
    steps: list[tuple[str, ConsentStatus, int, Voucher, bool, int]],
) -> None:
    standing = Standing()
    for name, said, base, voucher, under_second, microseconds in steps:
        published = SECOND if under_second or name == "harbour" else FIRST
        given_answer = answer(published, base, voucher, **{name: said})
        standing = fold(
            standing, given_answer, published, MONDAY + timedelta(microseconds=microseconds)
        ).standing
    assert EDITIONS.read(EDITIONS.write(standing.held)) == dict(standing.held)


def test_a_yes_to_everything_is_an_act_for_each_length_of_validity_and_no_more() -> None:
    everything = replace(answer(FIRST), answers=dict.fromkeys(FIRST.choice_ids(), GIVEN), act="accept_all")
    written = EDITIONS.write(fold(Standing(), everything, FIRST, MONDAY).standing.held)
    lengths = {part.valid_for.iso for purpose, part in FIRST.notice.parts() if purpose.asked}
    assert len(json.loads(written)) == len(lengths)
    assert len(written) < 120
    assert EDITIONS.write({}) == ""
    assert EDITIONS.read("") == {}


def test_versions_have_numbers_and_none_has_nought() -> None:
    assert [EDITIONS.number(each.notice.version) for each in (FIRST, SECOND)] == [1, 2]
    assert EDITIONS.version(2) == SECOND.notice.version
    assert (EDITIONS.number(""), EDITIONS.version(0)) == (0, "")
    assert EDITIONS.find(SECOND.notice.version) is SECOND
    assert EDITIONS.find("sha256:none") is None


def test_what_did_not_change_is_carried_and_what_widened_or_is_new_is_not() -> None:
    over = carried(FIRST, SECOND)
    assert {PURCHASES, ADS, LOCATION} <= set(over)
    assert HARBOUR not in over
    assert carried(SECOND, SECOND) == list(SECOND.generations)
    assert carried(FIRST, FIRST) == FIRST.choice_ids()


def _otherwise(**changed: object) -> Published:
    return Published(replace(FIRST.notice, **changed), FIRST.generations, {})  # type: ignore[arg-type]


def test_where_the_rule_for_minors_changed_nothing_is_carried_unseen() -> None:
    document = linen.document()
    linen.purpose(document, "learn")["minors"] = "forbidden"
    stricter = linen.publish(document, FIRST)
    over = carried(FIRST, stricter)
    assert LEARN not in over
    assert PASS_ON in over
    assert carried(FIRST, _otherwise(directed_to_children=True)) == []


@pytest.mark.parametrize("gone", ["learn", "ads"])
def test_what_left_the_notice_is_not_carried(gone: str) -> None:
    document = linen.document()
    document["purposes"] = [entry for entry in document["purposes"] if entry["id"] != gone]
    assert not [
        choice for choice in carried(FIRST, linen.publish(document, FIRST)) if choice.startswith(gone)
    ]
