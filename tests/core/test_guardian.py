"""For a minor the more restrictive answer wins, and a child's own no always stands."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso.core.age import Band
from sayso.core.choice import read_choice
from sayso.core.consent import (
    Answer,
    Published,
    Standing,
    as_one_person,
    fold,
    guardian_status,
    next_change,
    status_of,
    statuses,
    stood,
    strictest,
)
from sayso.core.decision import Reason, decide, decide_together
from sayso.core.guardian import (
    EMAIL_PLUS,
    MinorRule,
    default_rule,
    guardian_answers,
    guardian_sees,
    refused_for_age,
    suffices,
    together,
)
from sayso.core.masking import changes
from sayso.core.vocabulary import NARROW, PERMITTING, ConsentStatus, Operation, Voucher
from tests import linen
from tests.linen import ADS, LEARN, MONDAY, ORDERS, PASS_ON, PURCHASES, answer, purpose

GIVEN, REFUSED, UNKNOWN = ConsentStatus.GIVEN, ConsentStatus.REFUSED, ConsentStatus.UNKNOWN
REQUESTED, INVALIDATED = ConsentStatus.REQUESTED, ConsentStatus.INVALIDATED
BEN = Standing(band=Band.CHILD, guardian_method=EMAIL_PLUS)
NOTICE = linen.publish(linen.document())
AGED = st.sampled_from(list(Band))
STATUS = st.sampled_from(list(ConsentStatus))


def by_cleo(published: Published, base: int = 0, **said: ConsentStatus) -> Answer:
    return replace(answer(published, base, Voucher.GUARDIAN, **said), guardian="link-1")


def said(standing: Standing, *answers: Answer, published: Published = NOTICE) -> Standing:
    for one in answers:
        standing = fold(standing, one, published, MONDAY).standing
    return standing


def reason(standing: Standing, choice: str, published: Published = NOTICE) -> Reason:
    return decide(standing, read_choice(choice), published, MONDAY).reason


@pytest.mark.parametrize(
    ("rule", "own", "guardians", "stands"),
    [
        (MinorRule.BOTH, GIVEN, GIVEN, GIVEN),
        (MinorRule.BOTH, GIVEN, REFUSED, REFUSED),
        (MinorRule.BOTH, GIVEN, UNKNOWN, REQUESTED),
        (MinorRule.BOTH, UNKNOWN, GIVEN, UNKNOWN),
        (MinorRule.BOTH, UNKNOWN, UNKNOWN, UNKNOWN),
        (MinorRule.BOTH, REFUSED, GIVEN, REFUSED),
        (MinorRule.GUARDIAN, UNKNOWN, GIVEN, GIVEN),
        (MinorRule.GUARDIAN, REFUSED, GIVEN, REFUSED),
        (MinorRule.GUARDIAN, UNKNOWN, REFUSED, REFUSED),
        (MinorRule.CHILD, GIVEN, REFUSED, GIVEN),
        (MinorRule.FORBIDDEN, GIVEN, GIVEN, INVALIDATED),
        (MinorRule.FORBIDDEN, UNKNOWN, GIVEN, UNKNOWN),
    ],
)
def test_what_two_answers_come_to(
    rule: MinorRule, own: ConsentStatus, guardians: ConsentStatus, stands: ConsentStatus
) -> None:
    assert together(rule, Band.CHILD, own, guardians) is stands


@given(rule=st.sampled_from(list(MinorRule)), band=AGED, own=STATUS, guardians=STATUS)
def test_a_childs_no_stands_and_a_guardian_never_widens_what_is_forbidden(
    rule: MinorRule, band: Band, own: ConsentStatus, guardians: ConsentStatus
) -> None:
    stands = together(rule, band, own, guardians)
    if own in NARROW:
        assert stands is own
    if stands in PERMITTING and own not in PERMITTING:
        assert (rule, band) == (MinorRule.GUARDIAN, Band.CHILD)
    if rule is MinorRule.FORBIDDEN and band in (Band.CHILD, Band.TEEN):
        assert stands not in PERMITTING
    if band in (Band.ADULT, Band.UNKNOWN):
        assert stands is own


def test_a_teen_answers_alone_for_what_is_not_forbidden() -> None:
    assert together(MinorRule.BOTH, Band.TEEN, GIVEN, REFUSED) is GIVEN
    assert together(MinorRule.FORBIDDEN, Band.TEEN, GIVEN, GIVEN) is INVALIDATED


@pytest.mark.parametrize(
    ("rule", "own", "stands", "expected"),
    [
        (MinorRule.FORBIDDEN, UNKNOWN, UNKNOWN, True),
        (MinorRule.BOTH, GIVEN, REQUESTED, True),
        (MinorRule.GUARDIAN, UNKNOWN, UNKNOWN, True),
        (MinorRule.BOTH, UNKNOWN, UNKNOWN, False),
        (MinorRule.BOTH, REFUSED, REFUSED, False),
        (MinorRule.BOTH, GIVEN, GIVEN, False),
    ],
)
def test_the_age_is_named_as_the_reason_where_it_is_the_reason(
    rule: MinorRule, own: ConsentStatus, stands: ConsentStatus, expected: bool
) -> None:
    assert refused_for_age(rule, Band.CHILD, own, stands) is expected
    assert refused_for_age(rule, Band.ADULT, own, stands) is False


def test_email_plus_is_enough_for_own_use_and_never_for_passing_on() -> None:
    assert suffices(EMAIL_PLUS, Operation.USE)
    assert not any(suffices(EMAIL_PLUS, one) for one in Operation if one is not Operation.USE)
    assert not suffices("", Operation.USE)


def test_advertising_profiling_sharing_and_selling_are_forbidden_unless_the_notice_says_otherwise() -> None:
    fine, profiled = "https://w3id.org/dpv#Personalisation", "https://w3id.org/dpv#TargetedAdvertising"
    assert default_rule(fine, False, [Operation.USE, Operation.DISCLOSE]) is MinorRule.BOTH
    assert default_rule(fine, True, [Operation.USE]) is MinorRule.FORBIDDEN
    assert default_rule(profiled, False, [Operation.USE]) is MinorRule.FORBIDDEN
    assert default_rule(fine, False, [Operation.SELL]) is MinorRule.FORBIDDEN
    assert default_rule(fine, False, [Operation.SHARE_ADS]) is MinorRule.FORBIDDEN


def test_a_guardian_is_shown_neither_counselling_nor_what_nobody_may_permit() -> None:
    assert guardian_sees(MinorRule.CHILD, False)
    assert not guardian_sees(MinorRule.BOTH, True)
    assert not guardian_sees(MinorRule.FORBIDDEN, False)
    assert guardian_answers(MinorRule.BOTH, False, EMAIL_PLUS, Operation.USE)
    assert not guardian_answers(MinorRule.CHILD, False, EMAIL_PLUS, Operation.USE)
    assert not guardian_answers(MinorRule.GUARDIAN, True, EMAIL_PLUS, Operation.USE)
    assert not guardian_answers(MinorRule.BOTH, False, EMAIL_PLUS, Operation.DISCLOSE)


def test_ben_says_yes_cleo_says_yes_and_only_then_it_is_permitted() -> None:
    first = fold(BEN, answer(NOTICE, purchases=GIVEN), NOTICE, MONDAY)
    assert first.outcome[PURCHASES] is REQUESTED
    assert changes(BEN, first.standing, NOTICE) == {PURCHASES: ["unknown", "requested"]}
    assert reason(first.standing, PURCHASES) is Reason.MINOR
    second = fold(first.standing, by_cleo(NOTICE, purchases=GIVEN), NOTICE, MONDAY)
    assert second.outcome[PURCHASES] is GIVEN
    assert changes(first.standing, second.standing, NOTICE) == {PURCHASES: ["requested", "given"]}
    assert reason(second.standing, PURCHASES) is Reason.GIVEN


def test_bens_no_stands_whatever_cleo_says_afterwards() -> None:
    ben = said(BEN, answer(NOTICE, purchases=GIVEN), by_cleo(NOTICE, purchases=GIVEN))
    ben = said(ben, answer(NOTICE, base=2, purchases=REFUSED), by_cleo(NOTICE, base=3, purchases=GIVEN))
    assert reason(ben, PURCHASES) is Reason.WITHDRAWN


def test_cleos_no_stops_what_ben_allowed_and_is_told_as_hers() -> None:
    ben = said(BEN, answer(NOTICE, purchases=GIVEN), by_cleo(NOTICE, purchases=REFUSED))
    assert status_of(ben, PURCHASES, NOTICE, MONDAY) is REFUSED
    assert reason(ben, PURCHASES) is Reason.MINOR


def test_a_yes_given_before_the_age_was_known_permits_nothing_that_is_forbidden() -> None:
    before = said(Standing(), answer(NOTICE, ads=GIVEN, pass_on=GIVEN))
    after = replace(before, band=Band.TEEN)
    assert reason(before, ADS) is Reason.GIVEN
    assert [reason(after, choice) for choice in (ADS, PASS_ON)] == [Reason.MINOR, Reason.MINOR]
    assert changes(before, after, NOTICE) == {
        ADS: ["given", "invalidated"],
        PASS_ON: ["given", "invalidated"],
    }


def test_a_new_yes_to_what_is_forbidden_comes_to_nothing_and_says_so() -> None:
    assert fold(BEN, answer(NOTICE, ads=GIVEN), NOTICE, MONDAY).outcome[ADS] is INVALIDATED
    assert fold(BEN, answer(NOTICE, ads=REFUSED), NOTICE, MONDAY).outcome[ADS] is REFUSED


def test_what_the_contract_needs_is_done_for_a_child_too() -> None:
    assert reason(BEN, ORDERS) is Reason.TOLD_BASIS


def test_without_a_proved_guardian_her_answers_count_for_nothing() -> None:
    ben = said(BEN, answer(NOTICE, purchases=GIVEN), by_cleo(NOTICE, purchases=GIVEN))
    assert reason(replace(ben, guardian_method=""), PURCHASES) is Reason.MINOR


def test_a_guardian_proved_by_mail_cannot_permit_passing_on() -> None:
    document = linen.document()
    purpose(document, "pass_on")["minors"] = "both"
    published = linen.publish(document)
    ben = said(BEN, answer(published, pass_on=GIVEN), by_cleo(published, pass_on=GIVEN), published=published)
    assert reason(ben, PASS_ON, published) is Reason.MINOR


def test_where_the_guardian_decides_a_yes_ends_when_hers_ends() -> None:
    document = linen.document()
    purpose(document, "learn")["minors"] = "guardian"
    published = linen.publish(document)
    ben = said(BEN, by_cleo(published, learn=GIVEN), published=published)
    made = decide(ben, read_choice(LEARN), published, MONDAY)
    assert (made.permitted, made.valid_until) == (True, ben.guardian_held[LEARN].until)
    assert next_change(ben, MONDAY) == made.valid_until
    assert made.valid_until is not None
    late = made.valid_until + timedelta(days=1)
    assert guardian_status(ben, LEARN, published, late) is ConsentStatus.EXPIRED
    assert not decide(ben, read_choice(LEARN), published, late).permitted


def test_a_choice_that_is_no_longer_listed_stands_by_itself() -> None:
    gone = "gone.purchases.use.self"
    assert status_of(BEN, gone, NOTICE, MONDAY) is stood(BEN, gone, NOTICE) is UNKNOWN


def test_on_a_site_directed_to_children_unknown_age_counts_as_a_childs() -> None:
    published = linen.publish({**linen.document(), "directed_to_children": True})
    ada = said(Standing(), answer(published, purchases=GIVEN), published=published)
    assert reason(ada, PURCHASES, published) is Reason.MINOR
    assert reason(replace(ada, band=Band.ADULT), PURCHASES, published) is Reason.GIVEN


def test_elsewhere_unknown_age_keeps_every_yes() -> None:
    assert reason(said(Standing(), answer(NOTICE, ads=GIVEN)), ADS) is Reason.GIVEN


def test_what_a_device_knows_of_its_childs_age_holds_for_the_account_too() -> None:
    yes = said(Standing(), answer(NOTICE, purchases=GIVEN, ads=GIVEN))
    device = said(replace(yes, band=Band.CHILD, guardian_method=EMAIL_PLUS), by_cleo(NOTICE, purchases=GIVEN))
    made = [
        decide_together([yes, device], read_choice(choice), NOTICE, MONDAY).reason
        for choice in (PURCHASES, ADS)
    ]
    assert made == [Reason.GIVEN, Reason.MINOR]
    assert as_one_person([yes, None]) == [yes, None]
    assert as_one_person([device, None]) == [device, None]
    assert as_one_person([yes, yes]) == [yes, yes]


def test_of_two_guardians_on_two_devices_the_no_stands() -> None:
    one = said(BEN, answer(NOTICE, purchases=GIVEN), by_cleo(NOTICE, purchases=REFUSED))
    other = said(BEN, answer(NOTICE, purchases=GIVEN), by_cleo(NOTICE, purchases=GIVEN, learn=GIVEN))
    for pair in ([one, other], [other, one]):
        merged = as_one_person(pair)[0]
        assert merged is not None
        assert merged.guardian_held[PURCHASES].status is REFUSED
        assert merged.guardian_held[LEARN].status is GIVEN


def test_a_child_without_a_guardian_has_none_on_any_device() -> None:
    alone = Standing(band=Band.CHILD)
    merged = as_one_person([alone, Standing()])
    assert [(one.band, one.guardian_method) for one in merged if one] == [(Band.CHILD, "")] * 2


def test_of_several_answers_of_one_person_a_spoken_no_comes_before_silence_and_that_before_a_yes() -> None:
    assert strictest([GIVEN, UNKNOWN, REFUSED]) is REFUSED
    assert strictest([GIVEN, UNKNOWN]) is UNKNOWN
    assert strictest([GIVEN, GIVEN]) is GIVEN


def test_a_guardians_answer_says_by_which_link_and_everybody_elses_says_nothing_of_one() -> None:
    assert by_cleo(NOTICE, purchases=GIVEN).evidence()["guardian"] == "link-1"
    assert "guardian" not in answer(NOTICE, purchases=GIVEN).evidence()


@given(
    acts=st.lists(
        st.tuples(
            st.sampled_from(["purchases", "ads", "learn"]),
            st.sampled_from([GIVEN, REFUSED, ConsentStatus.DEFERRED]),
            st.booleans(),
        ),
        max_size=8,
    )
)
def test_for_a_child_nothing_is_permitted_that_not_both_last_said_yes_to(
    acts: list[tuple[str, ConsentStatus, bool]],
) -> None:
    ben, last = BEN, dict[tuple[str, bool], ConsentStatus]()
    for name, status, guardian in acts:
        make = by_cleo if guardian else answer
        ben = said(ben, make(NOTICE, base=ben.rev, **{name: status}))
        last[name, guardian] = (
            status if status is not ConsentStatus.DEFERRED else last.get((name, guardian), status)
        )
    permitted = {choice for choice, status in statuses(ben, NOTICE, MONDAY).items() if status in PERMITTING}
    both = {
        getattr(linen, name.upper())
        for name in ("purchases", "learn")
        if last.get((name, False)) is GIVEN and last.get((name, True)) is GIVEN
    }
    assert permitted == both
