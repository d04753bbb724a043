"""Global Privacy Control over what was answered: what it holds back, and what outranks it."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sayso.core.choice import read_choice
from sayso.core.consent import Answer, Published, Standing, fold, fold_all
from sayso.core.decision import Reason, decide
from sayso.core.masking import MASKED, changes, is_masked, masked, permitted
from sayso.core.opt_out import Heard
from sayso.core.vocabulary import PERMITTING, ConsentStatus, Voucher
from tests import linen
from tests.linen import ADS, LEARN, MONDAY, PASS_ON, answer

GIVEN, REFUSED = ConsentStatus.GIVEN, ConsentStatus.REFUSED
PUBLISHED = linen.publish(linen.document())


@pytest.fixture(scope="module")
def published() -> Published:
    return PUBLISHED


def said(
    act: str = "choose", *, gpc: bool = False, voucher: Voucher = Voucher.DEVICE, **answers: str
) -> Answer:
    named = {name: ConsentStatus(value) for name, value in answers.items()}
    return replace(answer(PUBLISHED, 99, voucher, **named), act=act, gpc=gpc, base=0)


SIGNAL = said("signal", gpc=True)


def after(*answers: Answer) -> Standing:
    """Give where answers lead of which each was given by somebody who had seen what came before."""
    return fold_all(
        (each if each.base else replace(each, base=seen), PUBLISHED, MONDAY)
        for seen, each in enumerate(answers)
    )


def reason(standing: Standing | None, choice: str, *, signal: bool = False) -> Reason:
    return decide(standing, read_choice(choice), PUBLISHED, MONDAY, Heard(signal)).reason


def test_a_signal_holds_back_what_was_given_before_it_and_nothing_else(published: Published) -> None:
    standing = after(said(ads="given", learn="given"), SIGNAL)
    assert masked(standing, published) == [PASS_ON, ADS]
    assert reason(standing, ADS) is Reason.GPC
    assert reason(standing, LEARN) is Reason.GIVEN
    assert permitted(standing, published, MONDAY) == [LEARN]


def test_the_signal_comes_once_and_its_absence_is_no_consent() -> None:
    standing = after(said(ads="given"), SIGNAL, said(learn="given"), SIGNAL)
    assert standing.gpc == 2
    assert reason(standing, ADS) is Reason.GPC


def test_a_later_yes_to_this_very_choice_outranks_it_and_no_other_choice() -> None:
    standing = after(said(ads="given", pass_on="given"), SIGNAL, said("change", ads="given"))
    assert reason(standing, ADS) is Reason.RENEWED
    assert reason(standing, PASS_ON) is Reason.GPC


@pytest.mark.parametrize("base", [1, 3, 99])
def test_a_yes_from_before_the_signal_that_arrives_after_it_does_not_outrank_it(base: int) -> None:
    late = replace(said("choose", ads="given", pass_on="given"), base=base)
    standing = after(said(learn="given"), SIGNAL, late)
    assert {reason(standing, choice) for choice in (ADS, PASS_ON)} == {Reason.GPC}
    seen = after(said(learn="given"), SIGNAL, late, said("change", ads="given"))
    assert [reason(seen, choice) for choice in (ADS, PASS_ON)] == [Reason.RENEWED, Reason.GPC]


def test_a_yes_that_comes_with_the_signal_knows_of_it() -> None:
    standing = after(said(learn="given"), SIGNAL, replace(said("choose", gpc=True, ads="given"), base=1))
    assert reason(standing, ADS) is Reason.GIVEN


def test_accepting_all_does_not_outrank_it() -> None:
    standing = after(SIGNAL, said("accept_all", ads="given", pass_on="given"))
    assert {reason(standing, choice) for choice in (ADS, PASS_ON)} == {Reason.GPC}


def test_accepting_all_later_does_not_undo_a_specific_yes() -> None:
    standing = after(SIGNAL, said("choose", ads="given"), said("accept_all", ads="given"))
    assert reason(standing, ADS) is Reason.RENEWED


def test_a_specific_yes_is_forgotten_once_it_was_taken_back() -> None:
    yes, no, all_of_it = said(ads="given"), said(ads="refused"), said("accept_all", ads="given")
    standing = after(SIGNAL, yes, no, replace(all_of_it, base=3))
    assert standing.held[ADS].status is GIVEN
    assert reason(standing, ADS) is Reason.GPC


@pytest.mark.parametrize("voucher", [Voucher.STAFF, Voucher.SERVER_KEY, Voucher.IMPORT])
def test_nobody_else_says_the_yes_that_outranks_it(voucher: Voucher) -> None:
    standing = after(SIGNAL, said("change", voucher=voucher, ads="given"))
    assert reason(standing, ADS) is Reason.GPC


def test_a_first_answer_that_comes_with_the_signal_counts_for_what_it_says() -> None:
    standing = after(said("choose", gpc=True, ads="given"))
    assert (standing.rev, standing.gpc) == (1, 1)
    assert reason(standing, ADS) is Reason.GIVEN
    everything = after(said("accept_all", gpc=True, ads="given"))
    assert reason(everything, ADS) is Reason.GPC


def test_a_signal_with_the_question_is_obeyed_before_anything_was_recorded() -> None:
    assert reason(None, ADS, signal=True) is Reason.GPC
    assert reason(None, LEARN, signal=True) is Reason.UNKNOWN_SUBJECT
    assert reason(after(said(ads="given")), ADS, signal=True) is Reason.GPC
    assert reason(after(SIGNAL, said(ads="given")), ADS, signal=True) is Reason.GIVEN


def test_a_spoken_no_explains_more_than_the_signal() -> None:
    assert reason(after(said(ads="refused"), SIGNAL), ADS) is Reason.REFUSED


def test_a_signal_shows_nothing_and_so_asks_nothing_less() -> None:
    standing = after(said(ads="given"), SIGNAL)
    assert standing.shown == PUBLISHED.notice.version
    assert after(SIGNAL).shown == ""


def test_news_of_the_signal_names_what_it_holds_back_and_of_the_yes_what_it_frees() -> None:
    before = after(said(ads="given", learn="given"))
    signalled = fold(before, SIGNAL, PUBLISHED, MONDAY).standing
    assert changes(before, signalled, PUBLISHED) == {ADS: ["given", MASKED]}
    seen = replace(said("change", ads="given"), base=signalled.rev)
    freed = fold(signalled, seen, PUBLISHED, MONDAY).standing
    assert changes(signalled, freed, PUBLISHED) == {ADS: [MASKED, "renewed"]}


ACTS = st.sampled_from(["signal", "accept_all", "choose", "change", "join", "stop_everything"])
WORDS = st.sampled_from([GIVEN, REFUSED])
STEPS = st.lists(st.tuples(ACTS, WORDS, st.sampled_from(Voucher), st.integers(0, 3)), max_size=8)


@settings(max_examples=200)
@given(STEPS)
def test_nothing_is_sold_or_shared_after_a_signal_but_by_her_own_later_word(
    steps: list[tuple[str, ConsentStatus, Voucher, int]],
) -> None:
    standing, came, spoken = Standing(), False, False
    for act, word, voucher, unseen in steps:
        step = SIGNAL if act == "signal" else said(act, voucher=voucher, ads=word)
        step = replace(step, base=max(0, standing.rev - unseen))
        knows = step.base >= standing.gpc
        standing = fold(standing, step, PUBLISHED, MONDAY).standing
        first = act == "signal" and not came
        came = came or first
        hers = voucher in (Voucher.DEVICE, Voucher.ACCOUNT) and act in ("choose", "change")
        if first or (act != "signal" and word is REFUSED):
            spoken = False
        elif hers and word is GIVEN and knows:
            spoken = True
        decision = decide(standing, read_choice(ADS), PUBLISHED, MONDAY)
        if came and not spoken:
            assert not decision.permitted
        assert decision.permitted == bool(permitted(standing, PUBLISHED, MONDAY))
        if decision.permitted:
            assert standing.held[ADS].status in PERMITTING
            assert not is_masked(standing, ADS, PUBLISHED)


WORD = st.tuples(
    st.sampled_from(["choose", "accept_all", "signal"]),
    st.sampled_from(["given", "given", "refused", "deferred"]),
    st.booleans(),
)


@settings(max_examples=500)
@given(st.lists(WORD, min_size=1, max_size=5), st.randoms(use_true_random=False))
def test_what_was_said_with_and_without_the_signal_permits_the_same_in_any_order(
    words: list[tuple[str, str, bool]], chance: Random
) -> None:
    answers = [SIGNAL if act == "signal" else said(act, gpc=gpc, ads=word) for act, word, gpc in words]

    def ends() -> bool:
        standing = fold_all((each, PUBLISHED, MONDAY) for each in answers)
        return ADS in permitted(standing, PUBLISHED, MONDAY)

    found = ends()
    chance.shuffle(answers)
    assert ends() is found
    spoken = [(act, word, gpc) for act, word, gpc in words if act != "signal"]
    signal = len(spoken) < len(words) or any(gpc for _, _, gpc in spoken)
    outranks = ("choose", "given", True) in spoken
    yes = any(word == "given" for _, word, _ in spoken) and all(word != "refused" for _, word, _ in spoken)
    assert found is (yes and (outranks or not signal))
