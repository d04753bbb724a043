"""A deletion that waits for a second person: use stops at once, deleting waits, who proposed cannot decide."""

import json
from datetime import datetime

import pytest
import sqlalchemy as sa

from sayso.consent import queries as consent
from sayso.core.choice import read_choice
from sayso.core.errors import Conflict, Forbidden, Invalid
from sayso.core.request import RequestState
from sayso.core.vocabulary import ConsentStatus
from sayso.decisions import queries as decisions
from sayso.fulfilment.models import Delivery, Pairwise
from sayso.identity import keys
from sayso.identity import queries as who
from sayso.identity import services as identity
from sayso.identity.queries import Staff
from sayso.messages.models import Letter
from sayso.messages.models import key_of as letter_key
from sayso.rights import queries, services
from sayso.rights.models import Approval, key_of
from tests import linen
from tests.rights.conftest import BRAND, Ada, proof, says
from tests.rights.test_access import fetched
from tests.rights.test_erasure import people, run, work

pytestmark = pytest.mark.django_db(transaction=True)


def officer(name: str, now: datetime, *roles: str) -> Staff:
    address = f"{name}@linenandloom.example.test"
    for role in roles or ("officer",):
        person = identity.make_staff(address, role, now)
    found = who.staff_of(person)
    assert found is not None
    return found


@pytest.fixture
def otto(ada: Ada, now: datetime) -> Staff:
    says(ada.account, now, pass_on=ConsentStatus.GIVEN)
    work(now, 1)
    return officer("otto", now)


@pytest.fixture
def dev(now: datetime, otto: Staff) -> Staff:
    return officer("dev", now, "developer", "officer")


def permitted(ada: Ada, now: datetime) -> bool:
    return decisions.decide(BRAND, [ada.account], [read_choice(linen.PASS_ON)], now)[0].permitted


def plan_of(request: str) -> str:
    return queries.officer_view(request).plan_version


def letter(template: str) -> str:
    row = Letter.objects.get(template=template)
    return str(json.loads(keys.unseal(letter_key(row.id), row.sealed))["body"])


def test_what_staff_begin_stops_every_use_at_once_and_deletes_nothing(
    ada: Ada, otto: Staff, database: sa.Engine, now: datetime
) -> None:
    assert permitted(ada, now)
    request = services.propose_erasure(ada.account, otto, now)
    assert not permitted(ada, now)
    work(now)
    view = queries.request_of(request, ada.account)
    assert view.state is RequestState.AWAITING_APPROVAL
    assert {step.instruction for step in view.steps} == {"stop", "audience.remove"}
    assert {step.state for step in view.steps} == {"done"}
    assert people(database) == ["C-1001", "C-10011"]
    assert not who.is_suppressed({"customer": "C-1001"})
    assert "Otto, privacy officer of Linen & Loom Ltd." in letter("erasure_proposed")


def test_who_proposed_a_deletion_cannot_approve_it(ada: Ada, otto: Staff, now: datetime) -> None:
    request = services.propose_erasure(ada.account, otto, now)
    for decide in (
        lambda: services.approve_erasure(request, otto, plan_of(request), now),
        lambda: services.decline_erasure(request, otto, "not_sure", now),
    ):
        with pytest.raises(Forbidden) as refused:
            decide()
        assert refused.value.code == "four_eyes"
    assert queries.officer_view(request).state is RequestState.AWAITING_APPROVAL


def test_nobody_approves_the_deletion_of_themselves(ada: Ada, otto: Staff, now: datetime) -> None:
    cleo = officer("cleo", now)
    hers = identity.sign_in(cleo.id, cleo.email, now)
    request = services.propose_erasure(hers, otto, now)
    with pytest.raises(Forbidden):
        services.approve_erasure(request, cleo, plan_of(request), now)


@pytest.mark.parametrize("role", ["marketer", "support", "developer"])
def test_only_officers_propose_and_decide(ada: Ada, otto: Staff, now: datetime, role: str) -> None:
    mara = officer("mara", now, role)
    with pytest.raises(Forbidden):
        services.propose_erasure(ada.account, mara, now)
    request = services.propose_erasure(ada.account, otto, now)
    with pytest.raises(Forbidden):
        services.approve_erasure(request, mara, plan_of(request), now)


def test_a_second_officer_lets_it_go_on_to_the_end(
    ada: Ada, otto: Staff, dev: Staff, database: sa.Engine, now: datetime
) -> None:
    request = services.propose_erasure(ada.account, otto, now)
    work(now)
    services.approve_erasure(request, dev, plan_of(request), now)
    assert who.is_suppressed({"customer": "C-1001"})
    work(now)
    view = queries.officer_view(request)
    assert view.state is RequestState.COMPLETE
    assert people(database) == ["C-10011"]
    assert not who.exists(ada.account)
    assert not Pairwise.objects.exists()
    assert Delivery.objects.filter(request=request, instruction="audience.remove").count() == 1
    assert view.approval is not None
    assert (view.approval.proposed_by, view.approval.decided_by, view.approval.approved) == (
        "Otto",
        "Dev",
        True,
    )
    assert "Otto" not in repr(list(Delivery.objects.values()))


def test_approving_twice_begins_once(ada: Ada, otto: Staff, dev: Staff, now: datetime) -> None:
    request = services.propose_erasure(ada.account, otto, now)
    services.approve_erasure(request, dev, plan_of(request), now)
    with pytest.raises(Conflict):
        services.approve_erasure(request, dev, plan_of(request), now)
    assert Delivery.objects.filter(request=request, instruction="erase", system="shop").count() == 1


def test_an_officer_approves_the_plan_they_read_and_no_other(
    ada: Ada, otto: Staff, dev: Staff, database: sa.Engine, now: datetime
) -> None:
    request = services.propose_erasure(ada.account, otto, now)
    read = plan_of(request)
    run(database, "INSERT INTO orders VALUES (8, 'O-8', 17, 1, '')")
    with pytest.raises(Conflict, match="plan changed"):
        services.approve_erasure(request, dev, read, now)
    services.approve_erasure(request, dev, plan_of(request), now)
    assert queries.officer_view(request).state is RequestState.RUNNING


@pytest.mark.parametrize(
    ("why", "told"),
    [("not_asked", "did not ask"), ("not_sure", "make sure"), ("wrong_person", "somebody else was meant")],
)
def test_a_declined_deletion_lets_her_answers_count_again_and_tells_her_why(
    ada: Ada, otto: Staff, dev: Staff, database: sa.Engine, now: datetime, why: str, told: str
) -> None:
    request = services.propose_erasure(ada.account, otto, now)
    services.decline_erasure(request, dev, why, now)
    work(now)
    view = queries.request_of(request, ada.account)
    assert view.state is RequestState.REFUSED
    assert permitted(ada, now)
    assert not consent.answered(ada.account, BRAND, now).erasing
    assert people(database) == ["C-1001", "C-10011"]
    assert told in letter("erasure_declined")
    assert not keys.has_key(key_of(request))


def test_a_reason_that_is_not_on_the_list_declines_nothing(
    ada: Ada, otto: Staff, dev: Staff, now: datetime
) -> None:
    request = services.propose_erasure(ada.account, otto, now)
    with pytest.raises(Invalid):
        services.decline_erasure(request, dev, "she is rude", now)
    assert queries.officer_view(request).state is RequestState.AWAITING_APPROVAL


def test_she_takes_back_what_she_never_asked_for(ada: Ada, otto: Staff, dev: Staff, now: datetime) -> None:
    request = services.propose_erasure(ada.account, otto, now)
    services.cancel(request, ada.account, now)
    assert permitted(ada, now)
    assert queries.request_of(request, ada.account).state is RequestState.CANCELLED
    with pytest.raises(Conflict):
        services.approve_erasure(request, dev, plan_of(request), now)


def test_her_own_deletion_waits_only_where_the_brand_says_so(
    ada: Ada, otto: Staff, dev: Staff, now: datetime
) -> None:
    services.set_policy(BRAND, {"four_eyes": True})
    view = services.plan_erasure(ada.account, now)
    link = services.confirm_erasure(view.id, ada.account, view.plan_version, proof(now), now)
    assert not permitted(ada, now)
    waiting = queries.officer_view(view.id)
    assert (waiting.state, waiting.proof_level) == (RequestState.AWAITING_APPROVAL, 2)
    assert "a second person of our staff" in letter("erasure_confirmed")
    assert services.confirm_erasure(view.id, ada.account, view.plan_version, proof(now), now) == link
    services.approve_erasure(view.id, otto, plan_of(view.id), now)
    work(now)
    assert queries.officer_view(view.id).state is RequestState.COMPLETE


def test_what_staff_begin_waits_whatever_the_brand_says(ada: Ada, otto: Staff, now: datetime) -> None:
    services.set_policy(BRAND, {"four_eyes": False})
    request = services.propose_erasure(ada.account, otto, now)
    assert queries.officer_view(request).state is RequestState.AWAITING_APPROVAL


@pytest.mark.parametrize("document", [{"four_eyes": "yes"}, [], {"four_eyes": 1}])
def test_a_setting_that_cannot_be_read_is_refused(db: None, document: object) -> None:
    with pytest.raises(Invalid):
        services.set_policy(BRAND, document)  # type: ignore[arg-type]


def test_a_deletion_under_way_is_not_proposed_again(ada: Ada, otto: Staff, now: datetime) -> None:
    services.propose_erasure(ada.account, otto, now)
    with pytest.raises(Conflict):
        services.propose_erasure(ada.account, otto, now)
    assert Approval.objects.count() == 1


def test_who_proposed_and_decided_stands_in_her_package(
    ada: Ada, otto: Staff, dev: Staff, now: datetime
) -> None:
    request = services.propose_erasure(ada.account, otto, now)
    services.decline_erasure(request, dev, "not_sure", now)
    rows = fetched(ada, now).read("sayso/requests.csv").decode()
    assert "refused" in rows
    assert "Otto,Dev" in rows
