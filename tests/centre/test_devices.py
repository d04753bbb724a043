"""Two browsers of one person: what joins her account, what she is told, and what she can unlink."""

import re
import secrets
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from sayso.consent import queries as consent
from sayso.consent import services as answering
from sayso.core.vocabulary import ConsentStatus, Voucher
from sayso.identity import queries as identity
from sayso.identity import services as identity_services
from sayso.messages.services import send_due
from tests import linen
from tests.centre.conftest import ADA, BRAND, Answering, sign_in
from tests.messages.post_office import PostOffice

GIVEN, REFUSED, WITHDRAWN = ConsentStatus.GIVEN, ConsentStatus.REFUSED, ConsentStatus.WITHDRAWN


def ada() -> str:
    account = identity.account_by("email", ADA)
    assert account is not None
    return account


def hers() -> dict[str, ConsentStatus]:
    return consent.answered(ada(), BRAND, datetime.now(UTC)).statuses


def account_says(**said: ConsentStatus) -> None:
    """Let her answer in the centre, signed in somewhere else."""
    choices = {getattr(linen, name.upper()): status for name, status in said.items()}
    base = consent.answered(ada(), BRAND, datetime.now(UTC)).rev
    words = answering.centre_answer(BRAND, choices, base, "change", Voucher.ACCOUNT, "en")
    answering.record_for(ada(), BRAND, words, datetime.now(UTC))


def here() -> str:
    """Give the one device signed in now."""
    [device] = identity.devices_of(ada(), datetime.now(UTC))
    return device.device


@pytest.fixture
def at_home(browser: Client, answered: Answering, post: PostOffice) -> Client:
    """Ada signed in on a browser in which she refused learning and allowed her purchases."""
    answered(purchases="given", learn="refused")
    return sign_in(browser, post)


def test_she_is_told_in_a_letter_and_on_the_page_what_joined_at_once(
    at_home: Client, post: PostOffice
) -> None:
    page = at_home.get("/centre/join").content.decode()
    assert "your account says no to from now on: Learn from me" in page
    send_due(datetime.now(UTC))
    letter = post.text()
    assert "on a browser that had answers of its own" in letter
    assert "- Learn from me" in letter
    assert "/centre/devices" in letter
    assert "Personalise" not in letter


def test_a_no_that_joined_before_takes_back_no_yes_she_said_since(at_home: Client, post: PostOffice) -> None:
    account_says(learn=GIVEN)
    at_home.post("/sign-out")
    sign_in(at_home, post)
    assert hers()[linen.LEARN] is GIVEN


def test_a_no_said_in_that_browser_since_joins_at_the_next_sign_in(at_home: Client, post: PostOffice) -> None:
    account_says(learn=GIVEN, pass_on=GIVEN)
    device = here()
    at_home.post("/sign-out")
    words = answering.centre_answer(BRAND, {linen.PASS_ON: REFUSED}, 1, "change", Voucher.DEVICE, "en")
    answering.record_for(device, BRAND, words, datetime.now(UTC))
    sign_in(at_home, post)
    assert (hers()[linen.LEARN], hers()[linen.PASS_ON]) == (GIVEN, WITHDRAWN)


def test_a_tablet_whose_page_lay_open_cannot_undo_a_withdrawal(at_home: Client) -> None:
    shown = at_home.get("/centre/join").content.decode()
    base = re.search(r'name="base" value="(\d+)"', shown)
    assert base
    account_says(purchases=GIVEN)
    account_says(purchases=REFUSED)
    said = at_home.post("/centre/join", {"choice": linen.PURCHASES, "base": base[1]}, follow=True)
    assert "Your no stands." in said.content.decode()
    assert hers()[linen.PURCHASES] is WITHDRAWN
    at_home.post("/centre/join", {"choice": linen.PURCHASES})
    assert hers()[linen.PURCHASES] is WITHDRAWN


def test_each_device_says_since_when_how_and_what_was_answered_there(at_home: Client) -> None:
    page = at_home.get("/centre/devices").content.decode()
    assert page.count('<article class="card"') == 2  # one browser, one address
    for said in (
        "Browser 1",
        "this browser",
        "You signed in there.",
        "Learn from me",
        "Also for your account?",
    ):
        assert said in page
    assert "Mozilla" not in page
    at_home.post("/centre/join", {"choice": linen.PURCHASES, "base": "1", "mine": "yes"})
    assert "You said that what it had gathered was you" in at_home.get("/centre/devices").content.decode()


def test_what_was_answered_in_a_browser_she_did_not_call_hers_is_not_shown_elsewhere(
    at_home: Client, published: str, post: PostOffice
) -> None:
    away = sign_in(Client(), post)
    page = away.get("/centre/devices").content.decode()
    assert "Browser 1" in page
    assert "Learn from me" not in page
    at_home.post("/centre/join", {"mine": "yes"})
    assert "Learn from me" in away.get("/centre/devices").content.decode()


def test_she_gives_a_device_a_name_and_takes_it_away(at_home: Client) -> None:
    address = f"/centre/devices/{here()}/name"
    at_home.post(address, {"name": "<b>Kitchen</b> tablet"})
    assert "&lt;b&gt;Kitchen&lt;/b&gt; tablet" in at_home.get("/centre/devices").content.decode()
    at_home.post(address, {"name": " "})
    assert "Browser 1" in at_home.get("/centre/devices").content.decode()
    assert at_home.post(address, {"name": "x" * 41}).status_code == 422


def test_unlinking_another_browser_signs_it_out_and_she_is_told(
    at_home: Client, published: str, post: PostOffice
) -> None:
    away = sign_in(Client(), post)
    address = f"/centre/devices/{here()}/unlink"
    assert "It is signed out, wherever it is." in away.get(address).content.decode()
    assert identity.links_of(ada(), datetime.now(UTC)) != []  # looking changed nothing
    away.post(address)
    assert identity.devices_of(ada(), datetime.now(UTC)) == []
    assert ADA not in at_home.get("/centre/data").content.decode()
    assert ADA in away.get("/centre/data").content.decode()
    send_due(datetime.now(UTC))
    assert "no longer joined to your account" in post.text()


def test_unlinking_the_browser_in_hand_signs_out_and_renews_its_secret(at_home: Client) -> None:
    before = at_home.cookies["sayso_renewal"].value
    response = at_home.post(f"/centre/devices/{here()}/unlink", follow=True)
    assert response.redirect_chain == [("/centre/", 302)]
    assert "Unlinked: Browser 1." in response.content.decode()
    assert ADA not in at_home.get("/centre/data").content.decode()
    assert at_home.cookies["sayso_renewal"].value != before


def test_the_only_way_in_has_no_button_and_no_address_that_would_take_it(at_home: Client) -> None:
    [address] = identity.identifiers_of(ada())
    assert "your only way to sign in" in at_home.get("/centre/devices").content.decode()
    page = at_home.get(f"/centre/addresses/{address.number}/unlink").content.decode()
    assert "Unlink it now" not in page
    assert at_home.post(f"/centre/addresses/{address.number}/unlink").status_code == 403
    assert identity.account_by("email", ADA) == ada()


def test_she_unlinks_her_customer_number(browser: Client, published: str, post: PostOffice) -> None:
    now = datetime.now(UTC) - timedelta(days=1)
    identity_services.link_customer({"customer": "C-1001", "email": ADA}, "", now)
    sign_in(browser, post)
    [number] = [one.number for one in identity.identifiers_of(ada()) if one.kind == "customer"]
    page = browser.get("/centre/devices").content.decode()
    assert "The shop&#x27;s server" in page
    assert "C-1001" in browser.get(f"/centre/addresses/{number}/unlink").content.decode()
    assert identity.account_by("customer", "C-1001")
    done = browser.post(f"/centre/addresses/{number}/unlink", follow=True).content.decode()
    assert "Unlinked: C-1001." in done
    assert identity.account_by("customer", "C-1001") is None
    send_due(datetime.now(UTC))
    assert "C-1001" in post.text()


@pytest.mark.parametrize("path", ["devices/{}/unlink", "devices/{}/name", "addresses/99999/unlink"])
def test_what_is_not_hers_is_not_there(at_home: Client, path: str) -> None:
    stranger = "11111111-1111-4111-8111-111111111111"
    assert at_home.post(f"/centre/{path.format(stranger)}", {"name": "Mine"}).status_code == 404


def test_nobody_sees_devices_without_signing_in(browser: Client, published: str) -> None:
    browser.cookies["sayso_device"] = secrets.token_urlsafe(32)
    assert browser.get("/centre/devices")["Location"] == "/sign-in?next=%2Fcentre%2Fdevices"
