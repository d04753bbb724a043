"""What answers add up to."""

from datetime import timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sayso.core.consent import (
    Answer,
    Published,
    Standing,
    fold,
    fold_all,
    next_change,
    read_answers,
    status_of,
    statuses,
)
from sayso.core.errors import Invalid
from sayso.core.masking import permitted
from sayso.core.vocabulary import NARROW, PERMITTING, ConsentStatus, Voucher
from tests import linen
from tests.linen import LEARN, LOCATION, MONDAY, PASS_ON, PURCHASES, answer

GIVEN, REFUSED, DEFERRED = ConsentStatus.GIVEN, ConsentStatus.REFUSED, ConsentStatus.DEFERRED


@pytest.fixture(scope="module")
def published() -> Published:
    return linen.publish(linen.document())


def _after(published: Published, *answers: Answer) -> Standing:
    return fold_all((said, published, MONDAY) for said in answers)


def test_nothing_is_permitted_before_anybody_answered(published: Published) -> None:
    assert permitted(Standing(), published, MONDAY) == []
    assert set(statuses(Standing(), published, MONDAY).values()) == {ConsentStatus.UNKNOWN}


def test_each_choice_is_answered_on_its_own(published: Published) -> None:
    standing = _after(published, answer(published, purchases=GIVEN, pass_on=REFUSED, location=DEFERRED))
    where = statuses(standing, published, MONDAY)
    assert where[PURCHASES] is GIVEN
    assert where[PASS_ON] is REFUSED
    assert where[LOCATION] is DEFERRED
    assert where[LEARN] is ConsentStatus.UNKNOWN
    assert permitted(standing, published, MONDAY) == [PURCHASES]


def test_a_no_after_a_yes_is_a_withdrawal_and_stays_one(published: Published) -> None:
    standing = _after(published, answer(published, learn=GIVEN), answer(published, 1, learn=REFUSED))
    assert standing.held[LEARN].status is ConsentStatus.WITHDRAWN
    again = fold(standing, answer(published, 2, learn=REFUSED), published, MONDAY)
    assert again.standing.held[LEARN].status is ConsentStatus.WITHDRAWN
    assert again.changed == {}


def test_a_yes_given_twice_is_renewed_and_lasts_from_then(published: Published) -> None:
    first = fold(Standing(), answer(published, learn=GIVEN), published, MONDAY)
    later = MONDAY + timedelta(days=30)
    second = fold(first.standing, answer(published, 1, learn=GIVEN), published, later)
    assert second.changed == {LEARN: (GIVEN, ConsentStatus.RENEWED)}
    assert second.standing.held[LEARN].until > first.standing.held[LEARN].until  # type: ignore[operator]


def test_an_offline_tablet_cannot_undo_a_withdrawal(published: Published) -> None:
    standing = _after(published, answer(published, learn=GIVEN), answer(published, 1, learn=REFUSED))
    late = fold(standing, answer(published, 1, learn=GIVEN), published, MONDAY)
    assert late.outcome == {LEARN: ConsentStatus.SUPERSEDED}
    assert late.standing.held[LEARN].status is ConsentStatus.WITHDRAWN
    seen = fold(late.standing, answer(published, 2, learn=GIVEN), published, MONDAY)
    assert seen.outcome == {LEARN: GIVEN}


def test_a_yes_that_claims_to_have_seen_what_is_yet_to_come_undoes_no_withdrawal(
    published: Published,
) -> None:
    standing = _after(published, answer(published, learn=GIVEN), answer(published, 1, learn=REFUSED))
    forged = fold(standing, answer(published, 2**53 - 1, learn=GIVEN), published, MONDAY)
    assert forged.outcome == {LEARN: ConsentStatus.SUPERSEDED}
    assert forged.standing.held[LEARN].status is ConsentStatus.WITHDRAWN


def test_not_now_neither_withdraws_nor_softens_a_no(published: Published) -> None:
    standing = _after(published, answer(published, learn=GIVEN, pass_on=REFUSED))
    after = fold(standing, answer(published, 1, learn=DEFERRED, pass_on=DEFERRED), published, MONDAY)
    assert after.changed == {}
    assert after.outcome == {LEARN: GIVEN, PASS_ON: REFUSED}


@pytest.mark.parametrize("voucher", [Voucher.STAFF, Voucher.SERVER_KEY, Voucher.IMPORT])
def test_a_yes_somebody_else_reports_is_a_question_to_the_person(
    published: Published, voucher: Voucher
) -> None:
    reported = fold(Standing(), answer(published, voucher=voucher, learn=GIVEN), published, MONDAY)
    assert reported.outcome == {LEARN: ConsentStatus.REQUESTED}
    given_before = _after(published, answer(published, learn=GIVEN))
    kept = fold(given_before, answer(published, 1, voucher=voucher, learn=GIVEN), published, MONDAY)
    assert kept.changed == {}


@pytest.mark.parametrize("voucher", [Voucher.STAFF, Voucher.SERVER_KEY, Voucher.IMPORT])
def test_a_yes_somebody_else_reports_leaves_her_no_where_it_is(
    published: Published, voucher: Voucher
) -> None:
    no = _after(published, answer(published, learn=REFUSED))
    taken_back = _after(published, answer(published, learn=GIVEN), answer(published, 1, learn=REFUSED))
    for said, status in ((no, REFUSED), (taken_back, ConsentStatus.WITHDRAWN)):
        reported = fold(said, answer(published, said.rev, voucher, learn=GIVEN), published, MONDAY)
        assert reported.outcome == {LEARN: ConsentStatus.REQUESTED}  # the question, which is no status
        assert reported.standing.held[LEARN] == said.held[LEARN]
        assert reported.changed == {}
        assert status_of(reported.standing, LEARN, published, MONDAY) is status
        mine = fold(
            reported.standing, answer(published, reported.standing.rev, learn=GIVEN), published, MONDAY
        )
        assert mine.outcome == {LEARN: GIVEN}


def test_a_no_somebody_else_reports_applies_at_once(published: Published) -> None:
    standing = _after(
        published, answer(published, learn=GIVEN), answer(published, voucher=Voucher.STAFF, learn=REFUSED)
    )
    assert standing.held[LEARN].status is ConsentStatus.WITHDRAWN


def test_a_yes_ends_by_age(published: Published) -> None:
    standing = _after(published, answer(published, learn=GIVEN))
    until = next_change(standing, MONDAY)
    assert until is not None
    assert status_of(standing, LEARN, published, until - timedelta(microseconds=1)) is GIVEN
    assert status_of(standing, LEARN, published, until) is ConsentStatus.EXPIRED
    assert next_change(standing, until) is None
    assert next_change(Standing(), MONDAY) is None


def test_a_widened_choice_is_asked_again_and_an_equal_later_version_revives_nothing() -> None:
    first = linen.publish(linen.document())
    widened_document = linen.document()
    linen.purpose(widened_document, "learn")["choices"][0]["retention"] = {"months": 60}
    widened = linen.publish(widened_document, first)
    back_document = {**linen.document(), "edition": "third"}
    back = linen.publish(back_document, widened)
    standing = _after(first, answer(first, learn=GIVEN, purchases=GIVEN))
    assert status_of(standing, LEARN, widened, MONDAY) is ConsentStatus.REQUESTED
    assert status_of(standing, PURCHASES, widened, MONDAY) is GIVEN
    assert status_of(standing, LEARN, back, MONDAY) is ConsentStatus.REQUESTED
    assert status_of(standing, PURCHASES, back, MONDAY) is GIVEN
    again = fold(standing, answer(back, 1, learn=GIVEN), back, MONDAY)
    assert again.outcome == {LEARN: GIVEN}


def test_a_choice_that_left_the_notice_ends_with_its_answer(published: Published) -> None:
    shorter = linen.document()
    shorter["purposes"] = [entry for entry in shorter["purposes"] if entry["id"] != "learn"]
    standing = _after(published, answer(published, learn=GIVEN))
    after = linen.publish(shorter, published)
    assert status_of(standing, LEARN, after, MONDAY) is ConsentStatus.REQUESTED
    assert permitted(standing, after, MONDAY) == []


@pytest.mark.parametrize(
    ("source", "code"),
    [
        (None, "invalid_answer"),
        ({}, "invalid_answer"),
        ({LEARN: "yes"}, "invalid_answer"),
        ({LEARN: True}, "invalid_answer"),
        ({LEARN: "renewed"}, "invalid_answer"),
        ({"learn.purchases.sell.brightside": "given"}, "unknown_choice"),
        ({"orders.purchases.use.self": "refused"}, "unknown_choice"),
    ],
)
def test_what_is_no_answer_is_refused(published: Published, source: object, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_answers(source, published)
    assert refused.value.code == code


def test_answers_are_read_as_they_were_sent(published: Published) -> None:
    assert read_answers({LEARN: "deferred"}, published) == {LEARN: DEFERRED}


SAID = st.sampled_from([GIVEN, REFUSED, DEFERRED])
ALONE = [
    voucher for voucher in Voucher if voucher is not Voucher.GUARDIAN
]  # hers stand beside: test_guardian
STEP = st.tuples(st.sampled_from(["learn", "pass_on"]), SAID, st.integers(0, 6), st.sampled_from(ALONE))


@settings(max_examples=200)
@given(st.lists(STEP, max_size=8))
def test_a_narrowing_is_never_lost(steps: list[tuple[str, ConsentStatus, int, Voucher]]) -> None:
    published = linen.publish(linen.document())
    standing = Standing()
    for name, said, base, voucher in steps:
        given_answer = answer(published, min(base, standing.rev), voucher, **{name: said})
        folded = fold(standing, given_answer, published, MONDAY)
        choice = getattr(linen, name.upper())
        if said is REFUSED:
            assert folded.standing.held[choice].status in NARROW
        before = standing.held.get(choice)
        permits = folded.standing.held[choice].status in PERMITTING
        if permits and not (before and before.status in PERMITTING):
            # Only the person herself, having seen her own last no, may open what was closed.
            assert voucher in (Voucher.DEVICE, Voucher.ACCOUNT)
            assert given_answer.base >= (before.narrowed if before else 0)
        standing = folded.standing
    assert standing.rev == len(steps)


def test_the_evidence_of_an_answer_says_who_vouches_and_what_was_shown(published: Published) -> None:
    evidence = answer(published, 3, learn=GIVEN).evidence()
    assert evidence["voucher"] == "device"
    assert evidence["base"] == 3
    assert evidence["text_hash"].startswith("sha256:")
    assert not {"subject", "device", "address"} & set(evidence)


SAME_BASE = st.lists(
    st.tuples(st.sampled_from(["learn", "pass_on", "ads"]), SAID, st.sampled_from(ALONE)),
    min_size=1,
    max_size=6,
)


@settings(max_examples=200)
@given(SAME_BASE, st.randoms(use_true_random=False), st.booleans())
def test_what_was_said_without_knowing_of_each_other_permits_the_same_in_any_order(
    steps: list[tuple[str, ConsentStatus, Voucher]], chance: Random, after_a_yes: bool
) -> None:
    published = linen.publish(linen.document())
    start = _after(published, answer(published, learn=GIVEN, ads=GIVEN)) if after_a_yes else Standing()
    said = [answer(published, start.rev, voucher, **{name: word}) for name, word, voucher in steps]

    def ends(order: list[Answer]) -> Standing:
        standing = start
        for one in order:
            standing = fold(standing, one, published, MONDAY).standing
        return standing

    shuffled = said.copy()
    chance.shuffle(shuffled)
    first, second = ends(said), ends(shuffled)
    assert permitted(first, published, MONDAY) == permitted(second, published, MONDAY)
    refused = {getattr(linen, name.upper()) for name, word, _ in steps if word is REFUSED}
    assert refused.isdisjoint(permitted(first, published, MONDAY))
    again = ends([*said, *said])
    assert set(permitted(again, published, MONDAY)) <= set(
        permitted(first, published, MONDAY)
    )  # nothing revives
