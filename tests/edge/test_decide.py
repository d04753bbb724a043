"""The gate over HTTP: a reason for every answer, and no answer without a key."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.edge.conftest import Caller
from tests.linen import LEARN, PASS_ON, PURCHASES

CASES = json.loads((Path(__file__).parents[2] / "conformance" / "decisions.json").read_text())["cases"]
QUESTIONS = [
    {"purpose": "personalise", "category": "purchases"},
    {"purpose": "learn", "category": "purchases", "operation": "use", "recipient": "self"},
    {"purpose": "pass_on", "category": "purchases", "operation": "disclose", "recipient": "brightside"},
]


def _decide(browser: Caller, key: str, body: Any) -> tuple[int, dict[str, Any]]:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    status, _, reply = browser.request("POST", "/v1/decide", raw, authorization=f"Bearer {key}")
    return status, json.loads(reply)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_conformance(browser: Caller, server_key: str, case: dict[str, Any]) -> None:
    for step in case["steps"]:
        said = {name: step[name] for name in ("base", "act", "gpc") if name in step}
        assert browser.answer(step["answers"], **said)[0] == 201
    asked = {"questions": case["questions"], "gpc": case.get("gpc", False)}
    body = {"subject": {"device": browser.device}, **asked}
    _, reply = _decide(browser, server_key, body)
    told = [(entry["permitted"], entry["reason"]) for entry in reply["decisions"]]
    assert told == [(asked["permitted"], asked["reason"]) for asked in case["questions"]]


def test_every_question_is_answered_in_order_with_its_reason(browser: Caller, server_key: str) -> None:
    browser.answer({PURCHASES: "given", PASS_ON: "refused"})
    status, reply = _decide(
        browser, server_key, {"subject": {"device": browser.device}, "questions": QUESTIONS}
    )
    assert status == 200
    told = [(entry["choice"], entry["permitted"], entry["reason"]) for entry in reply["decisions"]]
    assert told == [(PURCHASES, True, "given"), (LEARN, False, "not_answered"), (PASS_ON, False, "refused")]
    assert reply["decisions"][0]["valid_until"] > "2026"


def test_a_stranger_is_refused_everything(browser: Caller, server_key: str) -> None:
    for subject in ({"device": browser.device}, {"customer": "C-404"}, {"email": "nobody@example.test"}):
        _, reply = _decide(browser, server_key, {"subject": subject, "questions": QUESTIONS})
        assert {entry["reason"] for entry in reply["decisions"]} == {"unknown_subject"}
        assert not any(entry["permitted"] for entry in reply["decisions"])


def test_a_withdrawal_is_obeyed_by_the_next_question(browser: Caller, server_key: str) -> None:
    browser.answer({PURCHASES: "given"})
    browser.answer({PURCHASES: "refused"}, base=1, act="change")
    _, reply = _decide(
        browser, server_key, {"subject": {"device": browser.device}, "questions": QUESTIONS[:1]}
    )
    assert (reply["decisions"][0]["permitted"], reply["decisions"][0]["reason"]) == (False, "withdrawn")


@pytest.mark.parametrize("key", ["", "sk_wrong"])
def test_without_a_key_nobody_learns_anything(browser: Caller, key: str) -> None:
    status, reply = _decide(browser, key, {"subject": {"device": browser.device}, "questions": QUESTIONS})
    assert status == 401
    assert reply["code"] in ("key_missing", "key_unknown")


def test_a_key_does_only_what_it_was_made_for(browser: Caller, brand: str, now: Any) -> None:
    from sayso.identity import services

    narrow = services.make_api_key(brand, "importer", {"facts"}, now)
    status, reply = _decide(browser, narrow, {"subject": {"device": browser.device}, "questions": []})
    assert (status, reply["code"]) == (403, "scope_missing")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "invalid_question"),
        ([], "invalid_question"),
        ({"subject": {"device": "x"}, "questions": []}, "device_malformed"),
        ({"subject": {}, "questions": []}, "invalid_subject"),
        ({"subject": {"name": "Ada"}, "questions": []}, "invalid_subject"),
        ({"subject": {"customer": 7}, "questions": []}, "invalid_subject"),
        ({"subject": {"customer": "C-1"}, "questions": [7]}, "invalid_question"),
        ({"subject": {"customer": "C-1"}, "questions": ["learn"]}, "unknown_choice"),
        (
            {"subject": {"customer": "C-1"}, "questions": [{"purpose": "<b>", "category": "x"}]},
            "unknown_choice",
        ),
        (b"{", "malformed_json"),
    ],
)
def test_a_question_that_cannot_be_read_is_refused(
    browser: Caller, server_key: str, body: Any, code: str
) -> None:
    status, reply = _decide(browser, server_key, body)
    assert status in (400, 401, 422)
    assert reply["code"] == code


def test_addresses_that_do_not_exist_say_so(browser: Caller) -> None:
    status, headers, body = browser.request("GET", "/v1/nothing")
    assert status == 404
    assert headers["content-type"] == "application/problem+json"
    assert json.loads(body)["code"] == "unknown_address"


def test_the_edge_says_that_it_lives(browser: Caller) -> None:
    assert browser.request("GET", "/healthz")[0] == 200
