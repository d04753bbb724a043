"""What a shop's server tells and asks, over HTTP, from the first order to the postcode's benefit."""

from datetime import UTC, datetime
from typing import Any

import pytest

from sayso.consent import services as answering
from sayso.core.values import new_id
from sayso.core.vocabulary import ConsentStatus
from sayso.identity import services as identity
from sayso.notices import queries as notices
from tests import linen
from tests.api.conftest import Call
from tests.linen import BRAND, LOCATION
from tests.personalisation.conftest import items as catalogue

AT = "2026-05-01T09:00:00Z"
COLD = "weather:week:cold"


@pytest.fixture(autouse=True)
def recorded_weather(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAYSO_WEATHER", f"recorded:{BRAND / 'weather.json'}")


def line(item: str) -> dict[str, Any]:
    return {
        "id": f"line-{item}",
        "category": "purchases",
        "source": "observed",
        "at": AT,
        "value": {"item": item},
    }


@pytest.fixture
def shop(call: Call, browser: str) -> Call:
    """The shop told its catalogue and Ada's order of blue curtains and a linen towel."""
    told = [{"id": i.id, "title": dict(i.title), "attributes": dict(i.attributes)} for i in catalogue()]
    assert call("PUT", "/v1/items", {"items": told}) == (200, {"items": len(told)})
    body = {"subject": {"device": browser}, "facts": [line("p-002"), line("p-019"), line("p-002")]}
    status, added = call("POST", "/v1/facts", body)
    assert (status, added) == (200, {"accepted": ["line-p-002", "line-p-019"], "refused": []})
    return call


def suggestions(shop: Call, browser: str, **more: Any) -> dict[str, Any]:
    status, body = shop("POST", "/v1/recommendations", {"subject": {"device": browser}, **more})
    assert status == 200
    return body


def question(shop: Call, browser: str) -> dict[str, Any]:
    body = {"subject": {"device": browser}, "moment": "order_confirmed", "locale": "en"}
    status, found = shop("POST", "/v1/asks/next", body)
    assert status == 200
    return found


def answer(
    shop: Call, browser: str, ask: dict[str, Any], said: str, **more: Any
) -> tuple[int, dict[str, Any]]:
    carried = {name: ask[name] for name in ("version", "text_hash", "layout", "base", "locale")}
    value = {"value": {"postcode": "96161"}} if said == "given" else {}
    body = {"subject": {"device": browser}, "event": new_id(), "answer": said, **value, **carried, **more}
    return shop("POST", f"/v1/asks/{ask['id']}/answers", body)


def test_the_postcode_brings_the_quilt_in_the_very_answer(shop: Call, browser: str) -> None:
    before = suggestions(shop, browser)
    status, taken = answer(shop, browser, question(shop, browser)["ask"], "given")
    assert status == 200
    assert taken["standing"]["states"][LOCATION] == "given"
    first = taken["benefit"]["items"][0]
    assert (first["id"], first["score"]) == ("p-037", 6.0)
    assert COLD in [why["id"] for why in first["reasons"]]
    assert COLD not in [why["id"] for item in before["items"] for why in item["reasons"]]
    assert question(shop, browser) == {"ask": None, "reason": "answered"}


def test_a_yes_to_the_use_leaves_the_postcode_to_be_asked_until_it_is_told(
    shop: Call, brand: str, browser: str
) -> None:
    published = notices.current(brand)
    yes = linen.answer(published, base=1, location=ConsentStatus.GIVEN)
    answering.record_answer(browser, None, brand, yes, datetime.now(UTC))
    ask = question(shop, browser)["ask"]
    assert ask["id"] == "postcode"
    status, taken = answer(shop, browser, ask, "given")
    assert (status, taken["standing"]["states"][LOCATION]) == (200, "renewed")
    assert question(shop, browser) == {"ask": None, "reason": "answered"}


def test_not_now_is_recorded_and_brings_nothing(shop: Call, browser: str) -> None:
    status, taken = answer(shop, browser, question(shop, browser)["ask"], "deferred")
    assert (status, taken["benefit"]) == (200, None)
    assert taken["receipt"]
    assert question(shop, browser)["reason"] == "not_now"


def test_a_switch_takes_effect_in_the_next_suggestion(shop: Call, browser: str) -> None:
    before = suggestions(shop, browser, limit=1)["items"][0]
    colour = before["reasons"][0]
    body = {"subject": {"device": browser}, "reason": colour["id"], "on": False}
    assert shop("POST", "/v1/recommendations/switches", body) == (204, {})
    after = suggestions(shop, browser, limit=100)
    same = next(item for item in after["items"] if item["id"] == before["id"])
    assert same["score"] == before["score"] - colour["contribution"]
    assert [why["id"] for why in after["switched_off"]] == [colour["id"]]


def test_a_stranger_gets_no_suggestion_and_no_question(shop: Call) -> None:
    stranger = "s" * 43
    assert suggestions(shop, stranger)["items"] == []
    assert question(shop, stranger) == {"ask": None, "reason": "unknown_subject"}


def test_each_refused_fact_is_named_with_a_code(shop: Call, browser: str) -> None:
    facts = [{**line("p-003"), "category": "shoes"}, {**line("p-004"), "at": "now"}, {}]
    status, told = shop("POST", "/v1/facts", {"subject": {"device": browser}, "facts": facts})
    assert status == 200
    assert [one["code"] for one in told["refused"]] == ["no_purpose", "invalid_fact", "no_purpose"]
    assert told["accepted"] == []


def test_an_import_finds_who_was_erased(call: Call, brand: str, now: Any) -> None:
    account = identity.link_customer({"customer": "C-1001", "email": "ada@example.test"}, "", now)
    identity.suppress(account, now)
    known = [
        {"kind": "customer", "value": "C-2002"},
        {"kind": "email", "value": "ADA@example.test"},
        {"kind": "shoe", "value": "38"},
    ]
    assert call("POST", "/v1/suppressions/check", {"identifiers": known}) == (200, {"suppressed": [1]})


PATHS = [
    ("POST", "/v1/facts", {"subject": {"device": "s" * 43}, "facts": [{}]}),
    ("PUT", "/v1/items", {"items": []}),
    ("POST", "/v1/recommendations", {"subject": {"device": "s" * 43}}),
    ("POST", "/v1/recommendations/switches", {"subject": {"device": "s" * 43}, "reason": "r", "on": True}),
    ("POST", "/v1/asks/next", {"subject": {"device": "s" * 43}, "moment": "home"}),
    ("POST", "/v1/suppressions/check", {"identifiers": []}),
]


@pytest.mark.parametrize(("method", "path", "body"), PATHS, ids=[path for _, path, _ in PATHS])
def test_without_a_key_of_the_right_scope_nothing_is_told(
    call: Call, brand: str, now: Any, method: str, path: str, body: Any
) -> None:
    narrow = identity.make_api_key(brand, "other", {"narrow"}, now)
    assert call(method, path, body, key="")[1]["code"] == "key_missing"
    assert call(method, path, body, key="sk_forged")[1]["code"] == "key_unknown"
    assert call(method, path, body, key=narrow)[1]["code"] == "scope_missing"


A: dict[str, Any] = {"id": "a", "title": {"en": "A"}}
NO_REASON = {"subject": {"device": "s" * 43}, "reason": "r", "on": True}


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("POST", "/v1/facts", {"subject": {"device": "short"}, "facts": [{}]}, 401, "device_malformed"),
        ("POST", "/v1/facts", {"subject": {}, "facts": [{}]}, 422, "invalid_subject"),
        ("POST", "/v1/facts", {"subject": {"device": "s" * 43}, "facts": []}, 422, "invalid_request"),
        ("PUT", "/v1/items", {"items": [{"id": "a\x00", "title": {"en": "A"}}]}, 422, "invalid_request"),
        ("PUT", "/v1/items", {"items": [A | {"attributes": {"b": []}}]}, 422, "invalid_request"),
        ("PUT", "/v1/items", {"items": [A | {"attributes": {"b": float("inf")}}]}, 422, "invalid_request"),
        ("POST", "/v1/recommendations", {"subject": {"device": "s" * 43}, "limit": 0}, 422, "invalid_request"),
        ("POST", "/v1/recommendations/switches", NO_REASON, 422, "unknown_reason"),
    ],
)  # fmt: skip
def test_a_malformed_call_gets_problem_details(
    call: Call, method: str, path: str, body: Any, status: int, code: str
) -> None:
    answered, problem = call(method, path, body)
    assert (answered, problem["code"]) == (status, code)
    assert problem["remedy"]


def test_an_answer_to_a_question_that_was_never_asked_is_refused(shop: Call, browser: str) -> None:
    ask = question(shop, browser)["ask"]
    assert answer(shop, browser, {**ask, "id": "shoe"}, "given")[1]["code"] == "unknown_ask"
    assert answer(shop, browser, ask, "given", text_hash="sha256:0")[1]["code"] == "text_mismatch"
    assert answer(shop, browser, ask, "given", value={"postcode": "x" * 40})[1]["code"] == "invalid_fact"
