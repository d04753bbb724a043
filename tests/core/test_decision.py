"""May this be done now, and why not."""

from dataclasses import replace
from datetime import timedelta

import pytest

from sayso.core.choice import read_choice
from sayso.core.consent import Held, Published, Standing, fold_all
from sayso.core.decision import Reason, decide, decide_together
from sayso.core.opt_out import Heard, Scope
from sayso.core.vocabulary import ConsentStatus
from tests import linen
from tests.core.test_change import unasked
from tests.linen import LEARN, LOCATION, MONDAY, ORDERS, PASS_ON, PURCHASES, answer

GIVEN, REFUSED = ConsentStatus.GIVEN, ConsentStatus.REFUSED
DECADE = timedelta(days=3653)


@pytest.fixture(scope="module")
def published() -> Published:
    return linen.publish(linen.document())


@pytest.fixture(scope="module")
def ada(published: Published) -> Standing:
    said = answer(published, purchases=GIVEN, pass_on=REFUSED, location=ConsentStatus.DEFERRED)
    return fold_all([(said, published, MONDAY)])


@pytest.mark.parametrize(
    ("choice", "permitted", "reason"),
    [
        (PURCHASES, True, Reason.GIVEN),
        (PASS_ON, False, Reason.REFUSED),
        (LOCATION, False, Reason.DEFERRED),
        (LEARN, False, Reason.NOT_ANSWERED),
        (ORDERS, True, Reason.TOLD_BASIS),
        ("learn.purchases.sell.brightside", False, Reason.NOT_LISTED),
    ],
)
def test_every_answer_comes_with_its_reason(
    published: Published, ada: Standing, choice: str, permitted: bool, reason: Reason
) -> None:
    decision = decide(ada, read_choice(choice), published, MONDAY)
    assert (decision.permitted, decision.reason) == (permitted, reason)


def test_a_yes_says_until_when(published: Published, ada: Standing) -> None:
    decision = decide(ada, read_choice(PURCHASES), published, MONDAY)
    assert decision.valid_until == ada.held[PURCHASES].until
    late = decide(ada, read_choice(PURCHASES), published, MONDAY + DECADE)
    assert (late.permitted, late.reason, late.valid_until) == (False, Reason.EXPIRED, None)


def test_a_stranger_is_refused_what_is_asked_and_served_what_is_owed(published: Published) -> None:
    assert decide(None, read_choice(PURCHASES), published, MONDAY).reason is Reason.UNKNOWN_SUBJECT
    assert decide(None, read_choice(ORDERS), published, MONDAY).permitted


def test_restriction_stops_every_use(published: Published, ada: Standing) -> None:
    restricted = replace(ada, restricted=True)
    for choice in (PURCHASES, ORDERS):
        assert decide(restricted, read_choice(choice), published, MONDAY).reason is Reason.RESTRICTED


def test_an_erasure_that_runs_stops_everything(published: Published, ada: Standing) -> None:
    erasing = replace(ada, erasing=True)
    for choice in (PURCHASES, ORDERS):
        decision = decide(erasing, read_choice(choice), published, MONDAY)
        assert (decision.permitted, decision.reason) == (False, Reason.ERASING)


@pytest.mark.parametrize("status", [ConsentStatus.INVALIDATED, ConsentStatus.REVOKED])
def test_a_status_without_a_reason_of_its_own_is_still_no(
    published: Published, status: ConsentStatus
) -> None:
    odd = Standing(1, held={LEARN: Held(status, 1)})
    assert decide(odd, read_choice(LEARN), published, MONDAY).permitted is False


def test_a_device_and_its_account_must_both_say_yes(published: Published, ada: Standing) -> None:
    stranger = Standing()
    both = decide_together([ada, ada], read_choice(PURCHASES), published, MONDAY)
    one = decide_together([ada, stranger], read_choice(PURCHASES), published, MONDAY)
    nobody = decide_together([], read_choice(PURCHASES), published, MONDAY)
    assert both.permitted
    assert both.valid_until == ada.held[PURCHASES].until
    assert (one.permitted, one.reason) == (False, Reason.NOT_ANSWERED)
    assert (nobody.permitted, nobody.reason) == (False, Reason.UNKNOWN_SUBJECT)


def test_a_spoken_no_is_the_reason_given_before_a_silence(published: Published, ada: Standing) -> None:
    together = decide_together([Standing(), ada], read_choice(PASS_ON), published, MONDAY)
    assert together.reason is Reason.REFUSED


def test_what_rests_on_a_contract_has_no_end_by_age(published: Published, ada: Standing) -> None:
    assert decide_together([ada], read_choice(ORDERS), published, MONDAY).valid_until is None


def test_a_block_refuses_what_it_covers_whatever_was_answered(published: Published, ada: Standing) -> None:
    stopped = Heard(scopes=frozenset({Scope.SHARE_ADS, Scope.MARKETING}))
    for standing in (None, ada, Standing()):
        decision = decide(standing, read_choice(PASS_ON), published, MONDAY, stopped)
        assert (decision.permitted, decision.reason) == (False, Reason.BLOCKED)
    assert decide(ada, read_choice(PURCHASES), published, MONDAY, stopped).permitted
    assert decide(ada, read_choice(ORDERS), published, MONDAY, stopped).permitted
    together = decide_together([ada, ada], read_choice(PASS_ON), published, MONDAY, stopped)
    assert together.reason is Reason.BLOCKED


def test_a_block_objects_to_our_own_interest_in_marketing_too() -> None:
    source = linen.document()
    letters = linen.purpose(source, "newsletter")
    source["purposes"].remove(letters)
    told = {name: letters[name] for name in ("iri", "title", "text")}
    kept = {"categories": ["contact"], "recipient": "self", "retention": {"months": 24}, "safeguards": []}
    law = {"en": "GDPR, Article 6(1)(f)", "zh-Hant": "GDPR 6(1)(f)"}
    source["told"].append({"id": "posters", **told, "basis": "legitimate_interest", "law": law, **kept})
    published = linen.publish(source)
    question = read_choice("posters.contact.use.self")
    assert decide(None, question, published, MONDAY).permitted
    objected = Heard(scopes=frozenset({Scope.MARKETING}))
    assert decide(None, question, published, MONDAY, objected).reason is Reason.BLOCKED


@pytest.mark.parametrize(
    ("status", "permitted", "reason"),
    [
        (ConsentStatus.REFUSED, False, Reason.REFUSED),
        (ConsentStatus.WITHDRAWN, False, Reason.WITHDRAWN),
        (ConsentStatus.GIVEN, True, Reason.TOLD_BASIS),
    ],
)
def test_a_no_keeps_blocking_when_the_purpose_moves_to_another_basis(
    published: Published, status: ConsentStatus, permitted: bool, reason: Reason
) -> None:
    document = linen.document()
    unasked(document)
    moved = linen.publish(document, published)
    decision = decide(Standing(1, held={LEARN: Held(status, 1)}), read_choice(LEARN), moved, MONDAY)
    assert (decision.permitted, decision.reason) == (permitted, reason)
