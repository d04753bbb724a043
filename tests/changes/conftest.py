"""Linen & Loom's first notice in force, people who answered it, and the second version at hand."""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count

import pytest

from sayso.changes import services, worker
from sayso.consent import queries as consent
from sayso.consent import services as answering
from sayso.core.values import new_id
from sayso.core.vocabulary import ConsentStatus, Voucher
from sayso.deployment.django_database import DjangoDatabase
from sayso.identity import keys, store
from sayso.identity import services as identity
from sayso.notices import services as notices
from sayso.outbox import services as outbox
from tests import linen

BRAND = "linen-and-loom"
YES, NO = ConsentStatus.GIVEN, ConsentStatus.REFUSED
_numbers = count(1001)


@pytest.fixture
def first(db: None, now: datetime) -> str:
    """The first notice, in force."""
    return notices.publish_notice(linen.document(), "Otto", now)


def account(now: datetime, email: str = "", **said: ConsentStatus) -> str:
    """Make a customer with an address who said this, signed in."""
    number = f"C-{next(_numbers)}"
    named = {"customer": number, **({"email": email} if email else {})}
    subject = identity.link_customer(named, "", now)
    return says(subject, now, Voucher.ACCOUNT, **said)


def device(now: datetime, **said: ConsentStatus) -> str:
    """Make a browser that said this in the banner."""
    subject, db = new_id(), DjangoDatabase()
    keys.make_keys([subject])
    store.add_device(db, keys.secret_hash(secrets.token_urlsafe(32)), subject, now)
    return says(subject, now, Voucher.DEVICE, **said)


def says(subject: str, now: datetime, voucher: Voucher = Voucher.ACCOUNT, **said: ConsentStatus) -> str:
    """Record what somebody says under the notice in force, choices named by the constants of `linen`."""
    answers = {getattr(linen, name.upper()): status for name, status in said.items()}
    if answers:
        base = consent.answered(subject, BRAND, now).rev
        answer = answering.centre_answer(BRAND, answers, base, "change", voucher, "en")
        answering.record_for(subject, BRAND, answer, now)
    return subject


def work(now: datetime) -> None:
    """Do what the worker does, until there is nothing left."""
    while outbox.deliver("changes", worker.SUBSCRIPTIONS) + services.tell_due(now) + services.remind_due(now):
        pass


@pytest.fixture
def publish(first: str, now: datetime) -> Callable[..., str]:
    """Publish the second version an hour later, or another one, and tell whom it touches."""

    def publish(document=None, later: timedelta = timedelta(hours=1)) -> str:
        version = notices.publish_notice(document or linen.second(), "Otto and Dev", now + later)
        work(now + later)
        return version

    return publish
