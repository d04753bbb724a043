from datetime import datetime, timedelta
from threading import Thread

import pytest
from django.db import connection

from sayso.connectors.memory import World
from sayso.core.fact import Fact
from sayso.core.vocabulary import ConsentStatus
from sayso.fulfilment import claims, queries, services, worker
from sayso.fulfilment.models import Delivery, Pairwise
from sayso.identity import services as identity
from sayso.outbox import services as outbox
from sayso.personalisation import services as personalisation
from sayso.personalisation.services import ItemTold
from tests.rights.conftest import BRAND, Ada, says

YES, NO = ConsentStatus.GIVEN, ConsentStatus.REFUSED
Worlds = dict[str, World]
pytestmark = pytest.mark.django_db(transaction=True)


def deliver() -> None:
    outbox.deliver("fulfilment", worker.SUBSCRIPTIONS)


def told(worlds: Worlds) -> list[tuple[str, str]]:
    return [(message, str(data["member"])) for message, data in worlds["brightside"].told.values()]


def states(subject: str) -> dict[tuple[str, str], str]:
    return {(row.system, row.instruction): row.state for row in queries.timeline_of([subject])}


def test_a_recipient_is_told_of_a_permission_under_a_number_made_for_it_alone(
    ada: Ada, worlds: Worlds, now: datetime
) -> None:
    says(ada.account, now, pass_on=YES)
    deliver()
    services.carry_out_due(now)
    [(message, member)] = told(worlds)
    assert message == "audience.member.added"
    assert member not in (ada.account, ada.device)
    assert services.members_of([ada.account]) == {"brightside": [member]}


def test_a_withdrawal_is_told_under_the_same_number_and_the_number_is_then_forgotten(
    ada: Ada, worlds: Worlds, now: datetime
) -> None:
    says(ada.account, now, pass_on=YES)
    deliver()
    services.carry_out_due(now)
    says(ada.account, now + timedelta(days=1), pass_on=NO)
    deliver()
    services.carry_out_due(now + timedelta(days=1))
    [(_, member), (message, same)] = told(worlds)
    assert (message, same) == ("audience.member.removed", member)
    assert not Pairwise.objects.exists()


def test_a_recipient_hears_what_she_bought_after_she_permitted_it(
    ada: Ada, worlds: Worlds, now: datetime
) -> None:
    personalisation.put_items(BRAND, [ItemTold("p-001", {"en": "Harbour curtains"}, {"type": "curtain"})])
    says(ada.account, now, pass_on=YES, purchases=YES)
    deliver()
    services.carry_out_due(now)
    bought = [Fact(f"line-{number}", "purchases", "observed", now, {"item": "p-001"}) for number in (1, 2)]
    for fact in bought:  # two at once are told once
        personalisation.add_facts_to(BRAND, ada.account, [fact], now)
    deliver()
    services.carry_out_due(now)
    assert [data["interests"] for _, data in worlds["brightside"].told.values()] == [[], ["curtain"]]
    assert len({member for _, member in told(worlds)}) == 1


def test_a_permission_withdrawn_before_it_was_told_is_never_told(
    ada: Ada, worlds: Worlds, now: datetime
) -> None:
    says(ada.account, now, pass_on=YES)
    says(ada.account, now, pass_on=NO)
    deliver()
    services.carry_out_due(now)
    assert told(worlds) == []


def test_the_gate_is_asked_again_in_the_moment_of_telling(ada: Ada, worlds: Worlds, now: datetime) -> None:
    says(ada.account, now, pass_on=YES)
    deliver()
    says(ada.account, now, pass_on=NO)
    services.carry_out_due(now)
    assert told(worlds) == []
    assert states(ada.account)["brightside", "audience.add"] == "cancelled"


def test_every_stop_stands_in_the_timeline_with_its_measured_time(
    ada: Ada, worlds: Worlds, now: datetime
) -> None:
    says(ada.account, now, learn=YES)
    says(ada.account, now, learn=NO)
    deliver()
    services.carry_out_due(now + timedelta(seconds=0.2))
    stops = {row.system: row for row in queries.timeline_of([ada.account]) if row.instruction == "stop"}
    assert set(stops) == {"sayso", "sayso-counts"}
    assert all(row.state == "done" and 0.2 <= (row.seconds or 0) < 2 for row in stops.values())
    assert stops["sayso"].evidence["reason"] == "withdrawn"
    assert stops["sayso-counts"].title["en"] == "Sayso's counts of what is bought together"


def test_a_partner_that_is_down_is_tried_again_with_the_same_key_and_its_wait_is_honoured(
    ada: Ada, worlds: Worlds, now: datetime
) -> None:
    worlds["brightside"].fails, worlds["brightside"].retry_after = 2, 90.0
    says(ada.account, now, pass_on=YES)
    deliver()
    services.carry_out_due(now)
    [row] = [row for row in queries.timeline_of([ada.account]) if row.instruction == "audience.add"]
    assert (row.state, row.error, row.attempts) == ("waiting", "system_unavailable", 1)
    assert row.due_at is not None
    assert row.due_at >= now + timedelta(seconds=90)
    assert services.carry_out_due(now + timedelta(seconds=80)) == 0
    services.carry_out_due(now + timedelta(seconds=95))
    services.carry_out_due(now + timedelta(seconds=300))
    assert states(ada.account)["brightside", "audience.add"] == "done"
    assert {key for _, key in worlds["brightside"].calls} == {row.key}


def test_pauses_grow_and_are_spread() -> None:
    early, late = {claims.pause(1) for _ in range(20)}, [claims.pause(30) for _ in range(20)]
    assert len(early) > 1
    assert max(early) < timedelta(seconds=2)
    assert timedelta(minutes=44) < min(late) <= max(late) < timedelta(minutes=76)


def test_a_system_that_refuses_for_good_is_given_up_shown_and_can_be_tried_again(
    ada: Ada, worlds: Worlds, now: datetime
) -> None:
    worlds["brightside"].refuses = True
    says(ada.account, now, pass_on=YES)
    deliver()
    services.carry_out_due(now)
    [row] = queries.queue()
    assert (row.state, row.error) == ("dead", "system_refused")
    worlds["brightside"].refuses = False
    services.try_again(row.key, now)
    services.carry_out_due(now)
    assert queries.queue() == []


def test_a_delivery_whose_worker_died_is_done_again_with_the_same_key_when_its_lease_ran_out(
    ada: Ada, worlds: Worlds, now: datetime
) -> None:
    says(ada.account, now, pass_on=YES)
    deliver()
    dead = claims.claim(now)
    assert dead is not None
    assert services.carry_out_due(now + timedelta(seconds=119)) == 0
    services.carry_out_due(now + timedelta(seconds=121))
    assert list(worlds["brightside"].told) == [dead.key]


def test_what_a_worker_found_after_its_lease_ran_out_is_not_written(
    ada: Ada, worlds: Worlds, now: datetime
) -> None:
    says(ada.account, now, pass_on=YES)
    deliver()
    slow = claims.claim(now)
    assert slow is not None
    again = claims.claim(now + claims.LEASE)
    assert again is not None
    claims.settle(slow, services.steps.Outcome("done", {"by": "the slow one"}), now)
    assert Delivery.objects.get(id=slow.id).state == "working"
    claims.put_off(slow, RuntimeError(), now)
    assert Delivery.objects.get(id=slow.id).state == "working"
    claims.settle(again, services.steps.Outcome("done", {"by": "the other"}), now)
    assert Delivery.objects.get(id=slow.id).evidence == {"by": "the other"}


def test_what_was_said_earlier_about_a_member_arrives_earlier(
    ada: Ada, worlds: Worlds, now: datetime
) -> None:
    says(ada.account, now, pass_on=YES)
    deliver()
    stuck = claims.claim(now)
    assert stuck is not None
    says(ada.account, now, pass_on=NO)
    deliver()
    services.carry_out_due(now)
    assert told(worlds) == []
    services.carry_out_due(now + claims.LEASE)
    assert told(worlds) == []


def test_a_recipient_that_acknowledges_is_waited_for_and_told_again_with_the_same_key(
    ada: Ada, worlds: Worlds, now: datetime
) -> None:
    worlds["brightside"].acknowledges = True
    says(ada.account, now, pass_on=YES)
    deliver()
    services.carry_out_due(now)
    assert states(ada.account)["brightside", "audience.add"] == "told"
    services.carry_out_due(now + claims.PATIENCE + timedelta(seconds=1))
    assert len(worlds["brightside"].calls) == 2
    assert len(worlds["brightside"].told) == 1


def test_a_device_that_is_joined_brings_its_number_and_its_story_to_the_account(
    systems: None, ada: Ada, worlds: Worlds, now: datetime
) -> None:
    identity.end_link(ada.device, now)
    deliver()
    says(ada.device, now, pass_on=YES)
    deliver()
    services.carry_out_due(now)
    before = services.members_of([ada.device])
    identity.start_link(ada.device, ada.account, now)
    identity.join_device(ada.device, ada.account, now)
    deliver()
    assert services.members_of([ada.account]) == before
    assert states(ada.account)["brightside", "audience.add"] == "done"


def test_a_device_whose_account_has_a_number_already_has_its_own_removed(
    systems: None, ada: Ada, worlds: Worlds, now: datetime
) -> None:
    identity.end_link(ada.device, now)
    says(ada.device, now, pass_on=YES)
    says(ada.account, now, pass_on=YES)
    deliver()
    services.carry_out_due(now)
    [gone] = services.members_of([ada.device])["brightside"]
    [stays] = services.members_of([ada.account])["brightside"]
    identity.start_link(ada.device, ada.account, now)
    identity.join_device(ada.device, ada.account, now)
    deliver()
    services.carry_out_due(now)
    assert told(worlds)[-1] == ("audience.member.removed", gone)
    assert services.members_of([ada.account]) == {"brightside": [stays]}


def test_a_refusal_on_a_joined_device_removes_the_accounts_number(
    ada: Ada, worlds: Worlds, now: datetime
) -> None:
    says(ada.account, now, pass_on=YES)
    says(ada.device, now, pass_on=YES)
    deliver()
    services.carry_out_due(now)
    assert len(told(worlds)) == 1
    says(ada.device, now, pass_on=NO)
    deliver()
    services.carry_out_due(now)
    assert told(worlds)[-1][0] == "audience.member.removed"


def test_two_workers_at_once_take_every_step_once(ada: Ada, worlds: Worlds, now: datetime) -> None:
    steps = [
        services.Step("brightside", "audience.remove", 0, BRAND, member=f"m-{place}") for place in range(40)
    ]
    services.begin("r-1", "request:r-1", steps, "", now)

    def work() -> None:
        services.carry_out_due(now)
        connection.close()

    workers = [Thread(target=work) for _ in range(2)]
    for each in workers:
        each.start()
    for each in workers:
        each.join()
    keys = [key for _, key in worlds["brightside"].calls]
    assert len(keys) == len(set(keys)) == 40
    assert services.progress_of("r-1") is services.Progress.SETTLED


def test_news_is_written_for_the_brand_it_came_from(ada: Ada, now: datetime) -> None:
    says(ada.account, now, pass_on=YES)
    deliver()
    assert set(Delivery.objects.values_list("brand", flat=True)) == {BRAND}
