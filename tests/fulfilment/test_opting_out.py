"""Recipients are told of opt-outs as of withdrawals, and of nothing that an opt-out holds back."""

from datetime import datetime

import pytest

from sayso.connectors.memory import World
from sayso.consent import services as consent
from sayso.core.opt_out import Scope
from sayso.core.vocabulary import ConsentStatus
from sayso.fulfilment import services
from sayso.identity import models as identity
from tests.fulfilment.test_deliveries import deliver, states, told
from tests.rights.conftest import BRAND, Ada, says

YES = ConsentStatus.GIVEN
Worlds = dict[str, World]
pytestmark = pytest.mark.django_db(transaction=True)


def work(now: datetime) -> None:
    deliver()
    services.carry_out_due(now)


@pytest.fixture
def member(ada: Ada, worlds: Worlds, now: datetime) -> str:
    """Give the number Brightside Ads knows Ada by."""
    says(ada.account, now, pass_on=YES, learn=YES)
    work(now)
    return told(worlds)[0][1]


@pytest.mark.parametrize(("kind", "value"), [("email", "ada@example.test"), ("customer", "C-1001")])
def test_a_blocked_person_is_taken_out_of_the_audience(
    ada: Ada, worlds: Worlds, member: str, now: datetime, kind: str, value: str
) -> None:
    consent.block(kind, value, {Scope.SHARE_ADS}, "page", now)
    work(now)
    assert told(worlds)[1:] == [("audience.member.removed", member)]
    assert states(ada.account)["sayso", "stop"] == "done"
    consent.block(kind, value, {Scope.SHARE_ADS}, "page", now)
    work(now)
    assert len(told(worlds)) == 2


@pytest.mark.parametrize("value", ["ben@example.test", "nobody@example.test"])
def test_nobody_else_is_taken_out_for_it(
    ada: Ada, worlds: Worlds, member: str, now: datetime, value: str
) -> None:
    consent.block("email", value, set(Scope), "page", now)
    consent.block("email", "ada@example.test", {Scope.SELL}, "page", now)
    work(now)
    assert [message for message, _ in told(worlds)] == ["audience.member.added"]


def test_a_signal_takes_her_out_and_a_later_yes_to_this_very_thing_brings_her_back(
    ada: Ada, worlds: Worlds, member: str, now: datetime
) -> None:
    consent.heed_signal([ada.account], BRAND, now)
    work(now)
    assert told(worlds)[1:] == [("audience.member.removed", member)]
    says(ada.account, now, pass_on=YES)
    work(now)
    message, fresh = told(worlds)[2]
    assert message == "audience.member.added"
    assert fresh != member


def test_a_yes_beneath_a_block_makes_nobody_a_member_until_she_lifts_it(
    ada: Ada, worlds: Worlds, now: datetime
) -> None:
    consent.block("email", "ada@example.test", {Scope.MARKETING}, "page", now)
    says(ada.account, now, pass_on=YES)
    work(now)
    assert told(worlds) == []
    identity.Identifier.objects.filter(subject_id=ada.account, kind="email").update(proved_at=now)
    consent.lift_block(ada.account, Scope.MARKETING, BRAND, "en", now)
    work(now)
    assert [message for message, _ in told(worlds)] == ["audience.member.added"]
