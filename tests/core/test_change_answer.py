"""Whom a change touches, and what keep, allow and stop say."""

from datetime import timedelta

import pytest

from sayso.core.change import Change, ChangeKind, compare
from sayso.core.change_answer import NARROWING, Way, answers, still_open, told_hash, touched, ways
from sayso.core.consent import Published, Standing, fold, status_of
from sayso.core.vocabulary import ConsentStatus, Voucher
from tests import linen
from tests.core.test_change import LOOM, also_to_a_partner, choice
from tests.linen import LEARN, LOCATION, MONDAY, PASS_ON, PURCHASES, purpose

GIVEN, REFUSED = ConsentStatus.GIVEN, ConsentStatus.REFUSED
LATER = MONDAY + timedelta(days=1)


def publish(*edits):
    document = {**linen.document(), "edition": "second"}
    for edit in edits:
        edit(document)
    first = linen.publish(linen.document())
    second = linen.publish(document, first)
    return first, second, compare(first.notice, second.notice)


def standing(published: Published, **said: ConsentStatus) -> Standing:
    return fold(Standing(), linen.answer(published, **said), published, MONDAY).standing


def only(found: list[Change], name: str) -> Change:
    return next(each for each in found if each.id == name)


def test_who_said_yes_before_is_touched_and_who_said_no_or_nothing_is_not() -> None:
    first, _, found = publish(also_to_a_partner)
    change = only(found, LOOM)
    assert touched(change, standing(first, learn=GIVEN), first, LATER)
    assert not touched(change, standing(first, learn=REFUSED), first, LATER)
    assert not touched(change, standing(first, purchases=GIVEN), first, LATER)


def test_a_yes_that_had_run_out_is_touched_by_nothing() -> None:
    first, _, found = publish(also_to_a_partner)
    years = MONDAY + timedelta(days=365 * 3)
    assert not touched(only(found, LOOM), standing(first, learn=GIVEN), first, years)


def test_a_new_use_stays_open_until_she_says_something_to_it() -> None:
    first, second, found = publish(also_to_a_partner)
    change, before = only(found, LOOM), standing(first, learn=GIVEN)
    assert still_open(change, before, second, LATER)
    said = answers(change, Way.KEEP, second.notice, [LEARN])
    after = fold(before, linen.answer(second), second, LATER).standing
    assert still_open(change, after, second, LATER)
    answer = linen.answer(second, learn=GIVEN)
    kept = fold(before, type(answer)(**{**_fields(answer), "answers": said}), second, LATER).standing
    assert not still_open(change, kept, second, LATER)
    assert status_of(kept, LEARN, second, LATER) is GIVEN


def _fields(answer):
    return {name: getattr(answer, name) for name in answer.__slots__}


def test_a_use_that_itself_widened_rests_until_it_is_allowed_or_stopped() -> None:
    first, second, found = publish(lambda d: choice(d, "learn").update(retention={"months": 30}))
    change, before = only(found, LEARN), standing(first, learn=GIVEN)
    assert still_open(change, before, second, LATER)
    assert ways(change) == (Way.ALLOW, Way.STOP)
    assert answers(change, Way.KEEP, second.notice, [LEARN]) == {}
    renewed = fold(before, linen.answer(second, learn=GIVEN), second, LATER).standing
    assert not still_open(change, renewed, second, LATER)


def test_what_asks_nothing_is_never_open_and_cannot_be_answered() -> None:
    first, second, found = publish(lambda d: choice(d, "learn").update(retention={"months": 6}))
    assert found[0].kind is ChangeKind.NARROWED
    assert not still_open(found[0], standing(first, learn=GIVEN), second, LATER)
    assert ways(found[0]) == ()
    assert answers(found[0], Way.STOP, second.notice, [LEARN]) == {}


def test_keep_allow_and_stop_each_say_what_they_mean_and_nothing_more() -> None:
    _, second, found = publish(also_to_a_partner)
    change = only(found, LOOM)
    assert ways(change) == (Way.KEEP, Way.ALLOW, Way.STOP)
    assert answers(change, Way.KEEP, second.notice, [LEARN]) == {LOOM: REFUSED}
    assert answers(change, Way.ALLOW, second.notice, [LEARN]) == {LOOM: GIVEN}
    assert answers(change, Way.STOP, second.notice, [LEARN]) == {LEARN: REFUSED, LOOM: REFUSED}
    assert answers(change, Way.STOP_SELLING, second.notice, [LEARN]) == {}


def test_allowing_a_purpose_that_widened_allows_only_what_she_had_allowed() -> None:
    _, second, found = publish(lambda d: purpose(d, "personalise")["benefit"].update(en="More."))
    change = only(found, "personalise")
    assert answers(change, Way.ALLOW, second.notice, [PURCHASES]) == {PURCHASES: GIVEN}
    assert len(answers(change, Way.STOP, second.notice, [PURCHASES])) == 3


def test_a_use_that_widened_is_stopped_alone_where_its_purpose_has_others() -> None:
    _, second, found = publish(lambda d: choice(d, "personalise", 2).update(retention={"months": 30}))
    assert answers(only(found, LOCATION), Way.STOP, second.notice, [LOCATION]) == {LOCATION: REFUSED}


SELLS = "learn.purchases.sell.brightside"


@pytest.mark.parametrize(
    ("operation", "way"),
    [
        ("disclose", Way.STOP_SHARING),
        ("share_ads", Way.STOP_SHARING),
        ("sell", Way.STOP_SELLING),
    ],
)
def test_where_data_was_passed_on_already_passing_on_can_be_stopped_alone(operation: str, way: Way) -> None:
    def passes(category):
        def edit(document):
            new = f"learn.{category}.{operation}.brightside"
            purpose(document, "learn")["choices"].append({**choice(document, "learn"), "id": new})

        return edit

    document = linen.document()
    passes("purchases")(document)
    first = linen.publish(document)
    passes("browsing")(document)
    second = linen.publish(document, first)
    change = compare(first.notice, second.notice)[0]
    assert ways(change) == (Way.KEEP, Way.ALLOW, Way.STOP, way)
    said = answers(change, way, second.notice, [LEARN])
    assert said == {
        f"learn.{category}.{operation}.brightside": REFUSED for category in ("purchases", "browsing")
    }


def test_a_second_partner_of_a_purpose_that_only_passes_on_offers_no_fourth_way() -> None:
    def second_partner(document):
        document["recipients"]["harbour"] = document["recipients"]["brightside"]
        new = {**choice(document, "pass_on"), "id": "pass_on.purchases.disclose.harbour"}
        purpose(document, "pass_on")["choices"].append(new)

    _, second, found = publish(second_partner)
    assert ways(found[0]) == (Way.KEEP, Way.ALLOW, Way.STOP)
    assert PASS_ON in answers(found[0], Way.STOP, second.notice, [PASS_ON])


def test_only_allowing_is_no_narrowing() -> None:
    assert set(Way) - NARROWING == {Way.ALLOW}


def test_an_allowing_that_only_a_letter_vouches_for_stays_a_question() -> None:
    first, second, found = publish(also_to_a_partner)
    answer = linen.answer(second, voucher=Voucher.LETTER, learn=GIVEN)
    said = answers(only(found, LOOM), Way.ALLOW, second.notice, [LEARN])
    folded = fold(
        standing(first, learn=GIVEN), type(answer)(**{**_fields(answer), "answers": said}), second, LATER
    )
    assert folded.outcome == {LOOM: ConsentStatus.REQUESTED}
    assert still_open(only(found, LOOM), folded.standing, second, LATER)


def test_what_was_shown_is_hashed_per_language() -> None:
    _, _, found = publish(also_to_a_partner)
    assert told_hash(found, "en") == told_hash(found, "en")
    assert told_hash(found, "en") != told_hash(found, "zh-Hant")
    assert told_hash(found, "en") != told_hash([], "en")
