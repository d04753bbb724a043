"""The edge obeys a browser's signal and a Block, and writes down a signal only when it is new."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from sayso.consent import models
from sayso.consent import services as consent
from sayso.core.opt_out import Scope
from sayso.identity import models as who
from sayso.identity import services as identity
from tests.edge.conftest import Caller
from tests.linen import ADS, LEARN, PASS_ON

QUESTIONS = [
    {"purpose": "ads", "category": "browsing", "operation": "share_ads", "recipient": "brightside"},
    {"purpose": "pass_on", "category": "purchases", "operation": "disclose", "recipient": "brightside"},
    {"purpose": "learn", "category": "purchases"},
    {"purpose": "orders", "category": "purchases"},
]


def reasons(browser: Caller, key: str, subject: dict[str, str], **more: Any) -> list[str]:
    body = json.dumps({"subject": subject, "questions": QUESTIONS, **more}).encode()
    status, _, reply = browser.request("POST", "/v1/decide", body, authorization=f"Bearer {key}")
    assert status == 200, reply
    return [entry["reason"] for entry in json.loads(reply)["decisions"]]


def look(browser: Caller, page: str = "banner", query: str = "", **headers: str) -> dict[str, Any]:
    status, _, body = browser.request(
        "GET", f"/v1/sites/shop/{page}", query=query, sayso_device=browser.device, **headers
    )
    assert status == 200, body
    read: dict[str, Any] = json.loads(body)
    return read if page == "standing" else read["standing"]


@pytest.mark.parametrize(
    ("page", "query", "headers"),
    [("banner", "", {"sec_gpc": "1"}), ("standing", "", {"sec_gpc": "1"}), ("banner", "gpc=1", {})],
)
def test_a_signal_is_taken_down_when_it_is_first_seen_and_obeyed(
    browser: Caller, server_key: str, page: str, query: str, headers: dict[str, str]
) -> None:
    browser.answer({ADS: "given", PASS_ON: "given", LEARN: "given"})
    assert look(browser)["masked"] == []
    for _ in range(3):
        standing = look(browser, page, query, **headers)
        assert (standing["masked"], standing["rev"]) == ([PASS_ON, ADS], 2)
    assert models.Event.objects.count() == 2
    assert look(browser)["masked"] == [PASS_ON, ADS]  # its later absence is no consent
    told = reasons(browser, server_key, {"device": browser.device})
    assert told == ["gpc", "gpc", "given", "told_basis"]


def test_of_a_browser_that_never_answered_nothing_is_written(browser: Caller, server_key: str) -> None:
    assert look(browser, sec_gpc="1") is None
    assert look(browser, "standing", sec_gpc="1")["masked"] == [PASS_ON, ADS]
    assert not models.Event.objects.exists()
    assert not who.Subject.objects.exists()
    told = reasons(browser, server_key, {"device": browser.device}, gpc=True)
    assert told == ["gpc", "gpc", "unknown_subject", "told_basis"]


def test_a_yes_to_this_very_thing_outranks_the_signal_and_accept_all_does_not(
    browser: Caller, server_key: str
) -> None:
    everything = browser.form({ADS: "given", PASS_ON: "given"}, act="accept_all", gpc=True)
    assert browser.post(everything)[1]["standing"]["masked"] == [PASS_ON, ADS]
    _, answered = browser.post(browser.form({ADS: "given"}, act="change", base=1, gpc=True))
    assert answered["standing"]["masked"] == [PASS_ON]
    told = reasons(browser, server_key, {"device": browser.device}, gpc=True)
    assert told[:2] == ["renewed", "gpc"]


def test_the_account_signed_in_on_a_browser_hears_of_its_signal(
    browser: Caller, server_key: str, now: datetime
) -> None:
    browser.answer({LEARN: "given"})
    account = identity.link_customer({"customer": "C-1001"}, "", now)
    device = str(who.Device.objects.get().subject_id)
    identity.start_link(device, account, datetime.now(UTC))
    look(browser, sec_gpc="1")
    look(browser, sec_gpc="1")
    standings = {row.subject: row.gpc for row in models.Standing.objects.all()}
    assert standings == {device: 2, account: 1}
    assert len(set(models.Event.objects.filter(answers="{}").values_list("event"))) == 1
    assert reasons(browser, server_key, {"customer": "C-1001"})[:2] == ["gpc", "gpc"]


@pytest.mark.parametrize("word", [False, None, 1, "1", "true"])
def test_only_true_is_the_signal_a_server_passes_on(browser: Caller, server_key: str, word: object) -> None:
    browser.answer({ADS: "given"})
    assert reasons(browser, server_key, {"device": browser.device}, gpc=word)[0] == "given"
    assert reasons(browser, server_key, {"device": browser.device}, gpc=True)[0] == "gpc"
    assert not models.Standing.objects.exclude(gpc=0).exists()


@pytest.mark.parametrize("subject", [{"email": "ADA@example.test"}, {"customer": "C-1001"}])
def test_a_block_is_obeyed_whether_we_know_the_person_or_not(
    browser: Caller, server_key: str, now: datetime, subject: dict[str, str]
) -> None:
    (kind, value), *_ = subject.items()
    consent.block(kind, value, {Scope.SHARE_ADS}, "page", now)
    assert reasons(browser, server_key, subject)[:2] == ["blocked", "blocked"]
    identity.link_customer({"customer": "C-1001", "email": "ada@example.test"}, "", now)
    assert reasons(browser, server_key, subject) == ["blocked", "blocked", "unknown_subject", "told_basis"]
    for other in ({"email": "ada@example.test"}, {"customer": "C-1001"}):
        assert reasons(browser, server_key, other)[0] == "blocked"  # one person, whichever way she is named


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", "/sayso.js", "GET, HEAD"),
        ("DELETE", "/healthz", "GET, HEAD"),
        ("POST", "/v1/sites/shop/banner", "GET, HEAD"),
        ("PUT", "/v1/sites/shop/standing", "GET, HEAD"),
        ("GET", "/v1/sites/shop/answers", "POST"),
        ("GET", "/v1/decide", "POST"),
    ],
)
def test_a_wrong_method_is_refused_in_the_same_form(
    browser: Caller, method: str, path: str, allowed: str
) -> None:
    status, headers, body = browser.request(method, path)
    assert (status, headers["content-type"]) == (405, "application/problem+json")
    assert (headers["allow"], json.loads(body)["code"]) == (allowed, "wrong_method")
