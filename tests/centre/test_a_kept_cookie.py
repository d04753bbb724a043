"""Whoever planted or kept a browser's device cookie sees nothing of the account that signs in there."""

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from sayso_sdk.device import device_secret

from sayso.consent import queries as consent
from sayso.consent import services as answering
from sayso.core.consent import Answer
from sayso.core.device import SIGNED_IN
from sayso.core.vocabulary import ConsentStatus, Voucher
from sayso.identity import queries as identity
from sayso.identity import services as identity_services
from sayso.personalisation import queries as personalisation
from sayso.personalisation import services as facts
from tests import linen
from tests.centre.conftest import ADA, BRAND, Answering, code_from, sign_in
from tests.messages.post_office import PostOffice
from tests.personalisation.conftest import items as catalogue

BOUGHT = {"id": "order-1", "category": "purchases", "source": "observed", "at": "2026-05-04T09:00:00Z"}


def secret_in(browser: Client) -> str:
    """Give the secret a site's own host makes of this browser's cookies."""
    found = device_secret({name: one.value for name, one in browser.cookies.items()}, https=False)
    assert found
    return found


def reasons_of(secret: str) -> list[str]:
    """Give every reason a shop would show whoever comes with this device secret."""
    now = datetime.now(UTC)
    subjects = identity.resolve({"device": secret}, now).subjects
    found = personalisation.recommendations(BRAND, subjects, 4, "en", now)
    return [why.datum for item in found.items for why in item.reasons]


def yes(base: int = 0, **said: str) -> Answer:
    choices = {getattr(linen, name.upper()): ConsentStatus(value) for name, value in said.items()}
    return answering.centre_answer(BRAND, choices, base, "choose", Voucher.DEVICE, "en")


@pytest.fixture
def mallorys(browser: Client, answered: Answering, post: PostOffice) -> str:
    """Give the cookie Mallory planted in Ada's browser; Ada answered, bought, signed in and joined since."""
    now = datetime.now(UTC)
    facts.put_items(BRAND, catalogue())
    account = identity_services.link_customer({"customer": "C-1001", "email": ADA}, "", now)
    answering.record_for(account, BRAND, yes(purchases="given"), now)
    planted = answered(purchases="given")
    bought: list[dict[str, Any]] = [{**BOUGHT, "value": {"item": "p-002"}}]
    assert facts.add_facts(BRAND, {"customer": "C-1001"}, bought, now).accepted
    sign_in(browser, post)
    return planted


def test_a_planted_cookie_shows_no_reason_of_the_account(browser: Client, mallorys: str) -> None:
    assert reasons_of(mallorys) == []  # before Ada's browser was seen again
    browser.get("/centre/")
    assert reasons_of(mallorys) == []
    assert reasons_of(secret_in(browser)) != []


def test_a_planted_cookie_cannot_answer_for_the_device(browser: Client, mallorys: str) -> None:
    device = identity.device_subject(secret_in(browser))
    recorded = answering.record_answer(mallorys, None, BRAND, yes(pass_on="given"), datetime.now(UTC))
    assert device is not None
    assert recorded.subject != device
    assert consent.answered(device, BRAND, datetime.now(UTC)).statuses[linen.PASS_ON] is ConsentStatus.UNKNOWN


def test_a_planted_cookie_opens_no_page_of_hers(browser: Client, mallorys: str) -> None:
    assert ADA in browser.get("/centre/data").content.decode()
    mallory = Client()
    mallory.cookies["sayso_device"] = mallorys
    assert ADA not in mallory.get("/centre/data").content.decode()
    assert "Yes" not in mallory.get("/centre/history").content.decode()


def test_whoever_has_a_cookie_only_gets_no_ticket(browser: Client, mallorys: str) -> None:
    mallory = Client()
    mallory.cookies["sayso_device"] = mallorys
    for page in ("/centre/", "/centre/join", "/sign-in"):
        mallory.get(page)
    mallory.post("/sign-out")
    assert "sayso_renewal" not in mallory.cookies


def test_what_was_copied_while_she_was_signed_in_is_worth_nothing_after_she_signed_out(
    browser: Client, mallorys: str
) -> None:
    copied = secret_in(browser)
    browser.post("/sign-out")
    assert reasons_of(copied) == []
    browser.get("/centre/")
    assert identity.device_subject(copied) is None
    assert identity.device_subject(secret_in(browser)) is not None
    assert reasons_of(secret_in(browser)) == []


def test_the_browser_keeps_its_ticket_out_of_reach_of_scripts(browser: Client, mallorys: str) -> None:
    ticket = browser.cookies["sayso_renewal"]
    assert (ticket["httponly"], ticket["samesite"], ticket["path"]) == (True, "Lax", "/")
    assert secret_in(browser) not in ticket.value
    assert mallorys not in ticket.value


def test_no_answer_of_ours_carries_a_device_secret(browser: Client, mallorys: str) -> None:
    pages = [browser.get(page) for page in ("/centre/", "/centre/data", "/centre/history")]
    sent = [page.content.decode() + str(page.headers) + str(page.cookies) for page in pages]
    assert not any(mallorys in one or secret_in(browser) in one for one in sent)


def test_a_browser_that_never_answered_gets_no_ticket(browser: Client, post: PostOffice) -> None:
    sign_in(browser, post)
    assert "sayso_renewal" not in browser.cookies


def test_the_link_ends_in_the_same_moment_as_the_session(
    browser: Client, answered: Answering, post: PostOffice
) -> None:
    device = identity.device_subject(answered(purchases="given"))
    assert device is not None
    sign_in(browser, post)
    ends = browser.session.get_expiry_date()
    assert abs(ends - datetime.now(UTC) - SIGNED_IN) < timedelta(minutes=1)
    assert identity.active_link(device, ends - timedelta(seconds=1)) is not None
    assert identity.active_link(device, ends) is None
    browser.get("/centre/choices")
    assert browser.session.get_expiry_date() == ends


def test_over_https_every_cookie_is_one_no_other_host_can_plant(
    browser: Client, answered: Answering, post: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SAYSO_WEB_ADDRESS", "https://linenandloom.example.test")
    answered(purchases="given")
    plain = browser.cookies.pop("sayso_device").value
    browser.cookies["sayso_device"] = secrets.token_urlsafe(32)
    browser.cookies["__Host-sayso_device"] = plain
    browser.post("/sign-in", {"email": ADA}, secure=True)
    browser.post("/sign-in/code", {"code": code_from(post)}, secure=True)
    ticket = browser.cookies["__Host-sayso_renewal"]
    assert (ticket["secure"], ticket["path"], ticket["domain"]) == (True, "/", "")
    device = identity.device_subject(plain)
    assert device is not None
    assert identity.active_link(device, datetime.now(UTC)) is not None
