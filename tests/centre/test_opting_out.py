"""Your privacy choices: no account, no cookie, no script, and the same answer for everybody."""

import re
from datetime import UTC, datetime

import pytest
from django.test import Client

from sayso.consent import models
from sayso.consent import queries as consent
from sayso.consent import services as answering
from sayso.core.errors import Unavailable
from sayso.core.opt_out import Scope
from sayso.identity import queries as identity
from sayso.identity import services as accounts
from sayso.messages.models import Letter
from sayso.signals import gpc
from tests.centre.conftest import ADA, BRAND, Answering, sign_in
from tests.linen import ADS, MONDAY, PASS_ON
from tests.messages.post_office import PostOffice

PAGE = "/privacy-choices"
SIGNAL = {"Sec-GPC": "1"}


def stop(browser: Client, identifier: str, what: str = "all", *scopes: str, status: int = 200) -> str:
    reply = browser.post(PAGE, {"identifier": identifier, "what": what, "scope": scopes})
    assert reply.status_code == status
    return reply.content.decode()


def blocked() -> set[str]:
    return set(models.Block.objects.values_list("scope", flat=True))


@pytest.mark.parametrize(
    "path", ["/centre/", "/centre/choices", "/sign-in", "/notice", PAGE, "/centre/nothing"]
)
def test_every_page_leads_to_it(browser: Client, path: str) -> None:
    assert f'href="{PAGE}"' in browser.get(path, follow=True).content.decode()


def test_it_is_used_without_an_account_and_without_a_cookie(published: str) -> None:
    stranger = Client(enforce_csrf_checks=True)
    assert "Stop all of this" in stranger.get(PAGE).content.decode()
    assert "全部停止" in stranger.get(f"{PAGE}?language=zh-hant").content.decode()
    assert "Opt-out request processed" in stop(stranger, ADA)
    assert not stranger.cookies
    assert blocked() == set(Scope)


@pytest.mark.parametrize("asked", ["", "xx", "<b>", "zh-hant-x"])
def test_a_language_that_is_none_changes_nothing(browser: Client, asked: str) -> None:
    assert 'lang="en"' in browser.get(PAGE, {"language": asked}).content.decode()


def test_a_known_and_an_unknown_address_are_answered_alike_and_nobody_is_written_to(browser: Client) -> None:
    accounts.link_customer({"customer": "C-1001", "email": ADA}, "US-CA", MONDAY)
    told = [
        re.sub(r"<time.*?</time>", "", stop(browser, who)).replace(who, "")
        for who in (ADA, "nobody@example.test", "C-1001", "C-9999")
    ]
    assert len(set(told)) == 1
    assert not Letter.objects.exists()


def test_only_what_was_ticked_is_stopped(browser: Client) -> None:
    assert "Selling my data" in stop(browser, ADA, "some", "sell", "marketing")
    assert blocked() == {"sell", "marketing"}


@pytest.mark.parametrize(
    ("identifier", "what", "scopes"),
    [
        ("", "all", ()),
        ("   ", "all", ()),
        ("ada@", "all", ()),
        ("@example.test", "all", ()),
        ("a da@example.test", "all", ()),
        ("ada@example.test\x00", "all", ()),
        ("x" * 255, "all", ()),
        (ADA, "some", ()),
        (ADA, "some", ("everything",)),
        (ADA, "", ()),
    ],
)
def test_what_cannot_be_read_is_said_at_once_and_stops_nothing(
    browser: Client, identifier: str, what: str, scopes: tuple[str, ...]
) -> None:
    assert 'role="alert"' in stop(browser, identifier, what, *scopes, status=422)
    assert not models.Block.objects.exists()


def test_what_was_typed_is_text_and_nothing_else(browser: Client) -> None:
    for typed in ("<script>alert(1)</script>", "<b>@example.test</b>@"):
        reply = browser.post(PAGE, {"identifier": typed, "what": "all"}).content.decode()
        assert typed not in reply


def test_this_browser_says_no_to_all_of_it_at_one_press(browser: Client, answered: Answering) -> None:
    answered(ads="given", pass_on="given", learn="given")
    text = browser.get(PAGE).content.decode()
    base = re.search(r'name="base" value="([\d.]+)"', text)
    assert base
    told = browser.post(f"{PAGE}/browser", {"base": base[1]}, follow=True).content.decode()
    assert "Stopped for this browser" in told
    device = identity.device_subject(browser.cookies["sayso_device"].value)
    where = consent.answered(device, BRAND, datetime.now(UTC)).statuses
    assert {choice for choice, status in where.items() if status == "withdrawn"} == {ADS, PASS_ON}
    assert where["learn.purchases.use.self"] == "given"


def test_a_browser_that_never_answered_has_nothing_to_stop(browser: Client) -> None:
    told = browser.post(f"{PAGE}/browser", {"base": "0"}, follow=True).content.decode()
    assert "nothing to stop" in told
    assert not models.Event.objects.exists()


def test_only_she_lifts_it_signed_in_and_it_says_yes_to_nothing(browser: Client, signed_in: Client) -> None:
    stop(Client(), ADA)
    text = signed_in.get(PAGE).content.decode()
    assert text.count("Lift this stop") == len(Scope)
    stranger = Client().post(f"{PAGE}/lift", {"scope": "sell"})
    assert (stranger.status_code, stranger["Location"].split("?")[0]) == (302, "/sign-in")
    assert blocked() == set(Scope)
    assert "Lifted." in signed_in.post(f"{PAGE}/lift", {"scope": "sell"}, follow=True).content.decode()
    assert blocked() == set(Scope) - {"sell"}
    assert (
        "not stopped any more"
        in signed_in.post(f"{PAGE}/lift", {"scope": "sell"}, follow=True).content.decode()
    )
    assert signed_in.post(f"{PAGE}/lift", {"scope": "everything"}).status_code == 422
    assert "Lifted a stop" in signed_in.get("/centre/history").content.decode()


PLACES = ("/centre/", "/centre/choices", PAGE)


def test_a_signal_is_shown_with_what_it_holds_back_and_written_once(
    browser: Client, answered: Answering
) -> None:
    answered(ads="given", pass_on="refused")
    events = models.Event.objects.count()
    for path in PLACES:
        assert "we obey" not in browser.get(path).content.decode()
    assert models.Event.objects.count() == events
    for path in PLACES * 2:
        text = browser.get(path, headers=SIGNAL).content.decode()
        assert "we obey" in text
        assert "Pass my purchases to Brightside Ads · Adverts on other sites" in text
        assert models.Event.objects.count() == events + 1
    assert "No: your browser asks so" in browser.get("/centre/choices").content.decode()


def test_the_signal_of_a_browser_that_never_answered_is_shown_and_nothing_is_written(browser: Client) -> None:
    browser.cookies["sayso_device"] = "of-a-browser-that-never-answered-anything-here"
    for path in PLACES:
        assert "we obey" in browser.get(path, headers=SIGNAL).content.decode()
        assert "we obey" not in browser.get(path).content.decode()
    assert not models.Event.objects.exists()


@pytest.mark.parametrize("path", [*PLACES, "/centre/devices", "/centre/data"])
def test_a_signal_first_seen_on_a_page_holds_for_the_account_in_every_other_browser(
    signed_in: Client, path: str
) -> None:
    for purpose in ("ads", "pass_on"):
        signed_in.post(f"/centre/choices/{purpose}", {"all": "given", "base": "0"})
    assert not consent.answered(her_account(), BRAND, datetime.now(UTC)).masked
    events = models.Event.objects.count()
    signed_in.get(path, headers=SIGNAL)
    assert consent.answered(her_account(), BRAND, datetime.now(UTC)).masked == {PASS_ON, ADS}
    signed_in.get(path, headers=SIGNAL)
    assert models.Event.objects.count() == events + 1


def test_a_signal_that_cannot_be_taken_down_now_is_a_page_that_says_so(
    signed_in: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise Unavailable("journal_unwritable", "The journal cannot be written.", "Send it again.")

    monkeypatch.setattr("sayso.centre.middleware.consent.heed_signal", fails)
    signed_in.raise_request_exception = False
    reply = signed_in.get("/centre/choices", headers=SIGNAL)
    assert reply.status_code == 503
    assert "journal_unwritable" in reply.content.decode()


def test_a_yes_by_name_outranks_the_signal_for_that_one_thing(browser: Client, answered: Answering) -> None:
    answered(ads="given", pass_on="given")
    browser.post("/centre/choices/ads", {"all": "given", "base": "1"}, headers=SIGNAL)
    text = browser.get("/centre/choices").content.decode()
    assert "stay off, whatever “Accept all” says: Pass my purchases to Brightside Ads." in text
    browser.post("/centre/choices/pass_on", {"all": "given", "base": "2"}, headers=SIGNAL)
    assert "said yes by name to everything" in browser.get("/centre/choices").content.decode()


@pytest.mark.parametrize("cookie", [True, False], ids=["a browser that answered", "a browser that did not"])
def test_the_signal_of_a_browser_holds_for_the_account_from_sign_in(
    browser: Client, answered: Answering, post: PostOffice, cookie: bool
) -> None:
    if cookie:
        answered(learn="given")
    browser.defaults["HTTP_SEC_GPC"] = "1"
    sign_in(browser, post)
    standing = consent.standing_of(her_account(), BRAND)
    assert standing is not None
    assert standing.gpc > 0
    del browser.defaults["HTTP_SEC_GPC"]
    history = browser.get("/centre/history").content.decode()
    assert history.count("<h2>Your browser asked not to sell or share") == 1
    assert "we obey" in browser.get("/centre/").content.decode()


def test_a_signal_a_browser_sent_earlier_comes_along_at_sign_in(
    browser: Client, answered: Answering, post: PostOffice
) -> None:
    device = identity.device_subject(answered(learn="given"))
    assert device
    answering.heed_signal([device], BRAND, datetime.now(UTC))
    sign_in(browser, post)
    assert consent.answered(her_account(), BRAND, datetime.now(UTC)).masked == {PASS_ON, ADS}


def her_account() -> str:
    account = identity.account_by("email", ADA)
    assert account is not None
    return account


def test_a_stop_for_her_address_is_shown_on_her_choices(browser: Client, signed_in: Client) -> None:
    signed_in.post("/centre/choices/ads", {"all": "given", "base": "0"})
    stop(Client(), ADA)
    assert "No: stopped for your address or number" in signed_in.get("/centre/choices").content.decode()


def test_it_is_stated_at_the_well_known_address(browser: Client) -> None:
    stated = browser.get("/.well-known/gpc.json")
    assert stated["Content-Type"] == "application/json"
    assert gpc.read_support(stated.json()).obeys is True
