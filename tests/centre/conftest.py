"""A published notice, a browser that answered, and a mailbox that is read over real SMTP."""

import re
import secrets
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from sayso.consent import services as consent
from sayso.core.vocabulary import ConsentStatus, Voucher
from sayso.messages.services import send_due
from sayso.notices import services as notices
from tests import linen
from tests.messages.post_office import PostOffice, running

BRAND = "linen-and-loom"
ADA = "ada@example.test"
Answering = Callable[..., str]


@pytest.fixture
def published(db: None) -> str:
    """Linen & Loom's notice, in force since Monday."""
    version = notices.publish_notice(linen.document(), "Otto", linen.MONDAY)
    notices.set_site("shop", BRAND, "http://localhost:8710", "EU")
    return version


@pytest.fixture
def post(settings: Settings) -> Iterator[PostOffice]:
    """A mail server that takes letters."""
    with running(settings) as office:
        yield office


@pytest.fixture
def browser(published: str) -> Client:
    """A browser with nothing in it, in which a form without its token is refused."""
    return Client(enforce_csrf_checks=False)


@pytest.fixture
def answered(published: str, browser: Client) -> Answering:
    """Let this browser answer in the banner; gives its device secret."""
    secret = secrets.token_urlsafe(32)

    def answer(**said: str) -> str:
        choices = {getattr(linen, name.upper()): ConsentStatus(value) for name, value in said.items()}
        words = consent.centre_answer(BRAND, choices, 0, "choose", Voucher.DEVICE, "en")
        consent.record_answer(secret, None, BRAND, words, datetime.now(UTC))
        browser.cookies["sayso_device"] = secret
        return secret

    return answer


def code_from(post: PostOffice) -> str:
    """Send what is due and read the code out of the newest letter."""
    send_due(datetime.now(UTC))
    found = re.search(r"^ {4}([A-Z0-9-]{6,19})\r?$", post.text(), re.MULTILINE)
    assert found, post.text()
    return found.group(1)


@pytest.fixture
def signed_in(browser: Client, post: PostOffice) -> Client:
    """Ada, signed in by a code that came by mail."""
    return sign_in(browser, post)


def sign_in(browser: Client, post: PostOffice, address: str = ADA) -> Client:
    """Sign in by a code that comes by mail."""
    browser.post("/sign-in", {"email": address})
    answer = browser.post("/sign-in/code", {"code": code_from(post)})
    assert answer.status_code == 302, answer.content.decode()
    return browser
