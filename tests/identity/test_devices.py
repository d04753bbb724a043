"""A device's secret changes as its link starts and ends, and a link lasts no longer than its sign-in."""

import secrets
from datetime import datetime, timedelta

import pytest

from sayso.core.device import SIGNED_IN, renewed
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
