"""Signing in: a code and nothing else, and nobody learns whether an address is known."""

import re
from datetime import UTC, datetime

from django.test import Client

from sayso.consent import queries as consent
from sayso.core.vocabulary import ConsentStatus
from sayso.identity import queries as identity
from sayso.identity import services as identity_services
from sayso.personalisation import services as facts
from tests import linen
from tests.centre.conftest import ADA, BRAND, Answering, code_from, sign_in
from tests.messages.post_office import PostOffice

HIDDEN = re.compile(r'name="csrfmiddlewaretoken" value="[^"]+"')


def _statuses(subject: str) -> dict[str, ConsentStatus]:
    return consent.answered(subject, BRAND, datetime.now(UTC)).statuses


def _ada() -> str:
    account = identity.account_by("email", ADA)
    assert account is not None
    return account


def test_an_address_linked_at_checkout_signs_in_with_a_code_and_no_further_step(
    browser: Client, post: PostOffice
) -> None:
    linked = identity_services.link_customer({"customer": "C-1001", "email": ADA}, "US-CA", linen.MONDAY)
    sign_in(browser, post)
    assert _ada() == linked
    assert [one.proved for one in identity.identifiers_of(linked) if one.kind == "email"] == [True]
    page = browser.get("/centre/data").content.decode()
    assert "C-1001" in page


def test_a_known_and_an_unknown_address_are_answered_alike(browser: Client, post: PostOffice) -> None:
    identity_services.link_customer({"customer": "C-1001", "email": ADA}, "", linen.MONDAY)
    pages = []
    for address in (ADA, "eve@example.test"):
        stranger = Client()
        first = stranger.post("/sign-in", {"email": address})
        second = stranger.get("/sign-in/code")
        pages.append(
            (
                first.status_code,
                first["Location"],
                HIDDEN.sub("", second.content.decode()).replace(address, ""),
            )
        )
        assert code_from(post)
    assert pages[0] == pages[1]
    assert len(post.letters) == 2


def test_a_wrong_code_is_refused_and_after_five_the_right_one_too(browser: Client, post: PostOffice) -> None:
    browser.post("/sign-in", {"email": ADA})
    code = code_from(post)
    for _ in range(4):
        page = browser.post("/sign-in/code", {"code": "WRONG1"})
        assert "not the code we sent" in page.content.decode()
    browser.post("/sign-in/code", {"code": "WRONG1"})
    assert browser.post("/sign-in/code", {"code": code})["Location"] == "/sign-in"
    assert "_auth_user_id" not in browser.session


def test_a_browser_gets_five_codes_in_a_quarter_of_an_hour_and_the_last_one_still_works(
    browser: Client, post: PostOffice
) -> None:
    answers = [browser.post("/sign-in", {"email": ADA}).status_code for _ in range(5)]
    code = code_from(post)
    refused = browser.post("/sign-in", {"email": ADA})
    assert [*answers, refused.status_code] == [302] * 5 + [422]
    assert "/sign-in/code" in refused.content.decode()
    assert browser.post("/sign-in/code", {"code": code})["Location"] == "/centre/"


def test_a_stranger_who_asks_and_asks_keeps_nobody_out(browser: Client, post: PostOffice) -> None:
    browser.post("/sign-in", {"email": ADA})
    hers = code_from(post)
    strangers = [Client() for _ in range(20)]
    for stranger in strangers:
        assert stranger.post("/sign-in", {"email": ADA}).status_code == 302
    another = Client()
    another.post("/sign-in", {"email": ADA})
    assert "newest letter" in another.get("/sign-in/code").content.decode()
    long_code = code_from(post)
    assert len(post.letters) == 9
    for stranger in strangers:
        for _ in range(6):
            assert "_auth_user_id" not in stranger.session
            stranger.post("/sign-in/code", {"code": "WRONG1"})
    assert another.post("/sign-in/code", {"code": long_code})["Location"] == "/centre/"
    assert browser.post("/sign-in/code", {"code": hers})["Location"] == "/centre/"


def test_a_get_on_sign_out_changes_nothing(signed_in: Client) -> None:
    assert signed_in.get("/sign-out").status_code == 405
    assert "_auth_user_id" in signed_in.session


def test_refusals_of_the_browser_join_the_account_at_once_and_permissions_wait_for_one_screen(
    browser: Client, answered: Answering, post: PostOffice
) -> None:
    answered(purchases="given", preferences="given", pass_on="refused")
    browser.post("/sign-in", {"email": ADA})
    response = browser.post("/sign-in/code", {"code": code_from(post)})
    assert response["Location"] == "/centre/join"
    account = _statuses(_ada())
    assert account[linen.PASS_ON] is ConsentStatus.REFUSED
    assert account[linen.PURCHASES] is ConsentStatus.UNKNOWN
    page = browser.get("/centre/join").content.decode()
    assert linen.PURCHASES in page
    assert linen.PREFERENCES in page
    assert linen.PASS_ON not in page
    assert "checked" not in page
    browser.post("/centre/join", {"choice": [linen.PURCHASES, linen.PASS_ON]})
    after = _statuses(_ada())
    assert after[linen.PURCHASES] is ConsentStatus.GIVEN
    assert after[linen.PREFERENCES] is ConsentStatus.UNKNOWN
    assert after[linen.PASS_ON] is ConsentStatus.REFUSED


def test_saying_not_now_leaves_the_permissions_with_the_browser(
    browser: Client, answered: Answering, post: PostOffice
) -> None:
    answered(purchases="given")
    sign_in(browser, post)
    browser.post("/centre/join", {})
    assert _statuses(_ada())[linen.PURCHASES] is ConsentStatus.UNKNOWN


def test_signing_out_ends_the_link_and_the_browser_shows_nothing_of_the_account(
    browser: Client, answered: Answering, post: PostOffice
) -> None:
    device = identity.device_subject(answered(purchases="given"))
    assert device is not None
    sign_in(browser, post)
    assert identity.active_link(device, datetime.now(UTC)) is not None
    browser.post("/sign-out")
    assert identity.active_link(device, datetime.now(UTC)) is None
    assert ADA not in browser.get("/centre/data").content.decode()


def test_no_address_of_the_network_is_stored_anywhere(signed_in: Client) -> None:
    assert "127.0.0.1" not in repr(dict(signed_in.session))


def test_after_signing_in_she_goes_back_to_where_she_was_going(browser: Client, post: PostOffice) -> None:
    browser.post("/sign-in", {"email": ADA, "next": "/centre/rules"})
    response = browser.post("/sign-in/code", {"code": code_from(post), "next": "/centre/rules"})
    assert response["Location"] == "/centre/rules"


def test_nobody_is_sent_to_another_site_after_signing_in(browser: Client, post: PostOffice) -> None:
    browser.post("/sign-in", {"email": ADA, "next": "https://evil.example.test/"})
    data = {"code": code_from(post), "next": "https://evil.example.test/"}
    assert browser.post("/sign-in/code", data)["Location"] == "/centre/"


def test_what_the_browser_gathered_is_hers_only_once_she_says_so(
    browser: Client, answered: Answering, post: PostOffice
) -> None:
    secret = answered(purchases="given")
    bought = {"id": "order-1", "category": "purchases", "source": "observed", "at": "2026-05-04T09:00:00Z"}
    device = identity.device_subject(secret)
    assert device is not None
    facts.add_facts(BRAND, {"device": secret}, [{**bought, "value": {"item": "p-017"}}], datetime.now(UTC))
    browser.post("/sign-in", {"email": ADA})
    assert browser.post("/sign-in/code", {"code": code_from(post)})["Location"] == "/centre/join"
    page = browser.get("/centre/join").content.decode()
    assert "your purchases (1)" in page
    browser.post("/centre/join", {"mine": "no"})
    assert not _joined(device)
    browser.post("/centre/join", {"mine": "yes"})
    assert _joined(device)


def _joined(device: str) -> bool:
    link = identity.active_link(device, datetime.now(UTC))
    return link is not None and link.joined
