"""A device's secret changes as its link starts and ends, and a link lasts no longer than its sign-in."""

import secrets
from datetime import datetime, timedelta

import pytest
from django.contrib.sessions.backends.db import SessionStore

from sayso.core.device import SIGNED_IN, renewed
from sayso.core.errors import Forbidden, NotFound
from sayso.core.values import new_id
from sayso.deployment.django_database import DjangoDatabase
from sayso.identity import keys, models, queries, services, store

pytestmark = pytest.mark.django_db
HELD = secrets.token_urlsafe(32)


@pytest.fixture
def device(now: datetime) -> str:
    subject = new_id()
    store.add_device(DjangoDatabase(), keys.secret_hash(HELD), subject, now)
    return subject


@pytest.fixture
def ada(now: datetime) -> str:
    return services.link_customer({"customer": "C-1001"}, "", now)


def test_until_the_new_secret_is_shown_the_old_one_names_the_device_and_sees_no_account(
    device: str, ada: str, now: datetime
) -> None:
    services.start_link(device, ada, now)
    services.renew_secret(device, HELD)
    for _ in range(2):
        old = queries.resolve({"device": HELD}, now)
        assert (old.subjects, old.account, old.linked) == ((device,), None, None)


def test_once_the_new_secret_was_shown_the_old_one_is_nobodys(device: str, ada: str, now: datetime) -> None:
    services.start_link(device, ada, now)
    fresh = renewed(HELD, services.renew_secret(device, HELD))
    assert queries.resolve({"device": fresh}, now).subjects == (device, ada)
    assert queries.resolve({"device": HELD}, now).subjects == ()
    assert queries.resolve({"device": fresh}, now).linked == ada


def test_an_answer_lost_on_the_way_locks_no_browser_out(device: str, ada: str, now: datetime) -> None:
    services.start_link(device, ada, now)
    lost = renewed(HELD, services.renew_secret(device, HELD))
    again = renewed(HELD, services.renew_secret(device, HELD))
    assert queries.device_subject(HELD) == device
    assert queries.device_subject(lost) == device
    assert queries.resolve({"device": lost}, now).linked is None
    assert queries.resolve({"device": again}, now).linked == ada
    assert queries.device_subject(lost) is None


def test_showing_a_replaced_secret_takes_nothing_from_the_one_that_is_awaited(
    device: str, ada: str, now: datetime
) -> None:
    first = renewed(HELD, services.renew_secret(device, HELD))
    awaited = renewed(HELD, services.renew_secret(device, HELD))
    assert queries.device_subject(first) == device
    assert queries.device_subject(awaited) == device


def test_no_secret_and_no_ticket_is_stored(device: str) -> None:
    ticket = services.renew_secret(device, HELD)
    stored = str(list(models.Device.objects.values()))
    assert HELD not in stored
    assert ticket.partition(".")[0] not in stored
    assert renewed(HELD, ticket) not in stored


def test_a_link_ends_with_the_sign_in_for_everybody_who_asks(device: str, ada: str, now: datetime) -> None:
    services.start_link(device, ada, now)
    fresh = renewed(HELD, services.renew_secret(device, HELD))
    before, after = now + SIGNED_IN - timedelta(seconds=1), now + SIGNED_IN
    assert queries.resolve({"device": fresh}, before).linked == ada
    assert queries.active_link(device, before) is not None
    assert len(queries.links_of(ada, before)) == 1
    assert queries.resolve({"device": fresh}, after).subjects == (device,)
    assert queries.active_link(device, after) is None
    assert queries.links_of(ada, after) == []


def test_signing_in_again_lets_the_link_last_as_long_as_the_new_sign_in(
    device: str, ada: str, now: datetime
) -> None:
    later = now + SIGNED_IN - timedelta(days=1)
    services.start_link(device, ada, now)
    services.start_link(device, ada, later)
    assert queries.active_link(device, later + SIGNED_IN - timedelta(seconds=1)) is not None
    assert models.DeviceLink.objects.count() == 1


def test_her_devices_are_those_signed_in_now_and_those_whose_past_she_said_was_hers(
    device: str, ada: str, now: datetime
) -> None:
    services.start_link(device, ada, now)
    [known] = queries.devices_of(ada, now)
    assert (known.since, known.until, known.joined_at) == (now, now + SIGNED_IN, None)
    assert queries.devices_of(ada, now + SIGNED_IN) == []
    services.join_device(device, ada, now)
    services.end_link(device, now + timedelta(hours=1))
    [left] = queries.devices_of(ada, now + SIGNED_IN)
    assert (left.until, left.left_at, left.joined_at) == (None, now + timedelta(hours=1), now)


def test_a_device_is_called_what_she_calls_it_and_the_name_is_sealed(
    device: str, ada: str, now: datetime
) -> None:
    services.start_link(device, ada, now)
    services.name_device(ada, device, "The tablet in the kitchen", now)
    assert [each.name for each in queries.devices_of(ada, now)] == ["The tablet in the kitchen"]
    assert "kitchen" not in str(list(models.DeviceName.objects.values()))
    services.name_device(ada, device, "", now)
    assert not models.DeviceName.objects.exists()


def test_unlinking_ends_the_link_and_the_sign_in_and_leaves_nothing_joined(
    device: str, ada: str, now: datetime
) -> None:
    session = SessionStore()
    session.save()
    services.start_link(device, ada, now, session=str(session.session_key))
    services.join_device(device, ada, now)
    services.name_device(ada, device, "The tablet", now)
    fresh = renewed(HELD, services.renew_secret(device, HELD))
    services.unlink_device(ada, device, now)
    assert queries.resolve({"device": fresh}, now).subjects == (device,)
    assert queries.joined_devices(ada) == []
    assert queries.devices_of(ada, now) == []
    assert not models.DeviceName.objects.exists()
    assert not session.exists(str(session.session_key))


def test_nobody_names_or_unlinks_somebody_elses_device(device: str, ada: str, now: datetime) -> None:
    ben = services.link_customer({"customer": "C-2002"}, "", now)
    services.start_link(device, ada, now)
    for attempt in (
        lambda: services.name_device(ben, device, "Mine", now),
        lambda: services.unlink_device(ben, device, now),
    ):
        with pytest.raises(NotFound) as refused:
            attempt()
        assert refused.value.code == "unknown_device"
    assert queries.active_link(device, now) is not None


def test_a_number_can_be_unlinked_and_then_names_nobody(ada: str, now: datetime) -> None:
    [number] = [one.number for one in queries.identifiers_of(ada)]
    services.unlink_identifier(ada, number, now)
    assert queries.account_by("customer", "C-1001") is None
    with pytest.raises(NotFound):
        services.unlink_identifier(ada, number, now)


def test_the_address_she_signs_in_by_cannot_go_while_it_is_the_only_way_in(now: datetime) -> None:
    person = services.person_for("ada@example.test", now)
    account = services.sign_in(person, "ada@example.test", now)
    only = queries.only_way_in(account)
    assert only is not None
    with pytest.raises(Forbidden) as refused:
        services.unlink_identifier(account, only, now)
    assert refused.value.code == "last_way_in"
    assert queries.account_by("email", "ada@example.test") == account


def test_an_address_nobody_signs_in_by_can_go_and_opens_no_door_later(now: datetime) -> None:
    account = services.link_customer({"customer": "C-3003", "email": "ada@example.test"}, "", now)
    [address] = [one.number for one in queries.identifiers_of(account) if one.kind == "email"]
    assert queries.only_way_in(account) is None
    services.unlink_identifier(account, address, now)
    person = services.person_for("ada@example.test", now)
    assert services.sign_in(person, "ada@example.test", now) != account


def test_forgetting_her_forgets_what_she_called_her_devices(device: str, ada: str, now: datetime) -> None:
    services.start_link(device, ada, now)
    services.name_device(ada, device, "The tablet", now)
    services.forget([ada])
    assert not models.DeviceName.objects.exists()
    assert not models.DeviceLink.objects.exists()
    assert models.Device.objects.count() == 1  # never hers: she did not say that it was
