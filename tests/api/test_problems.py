"""Every refusal is problem details (RFC 9457): a stable code, a remedy, and nothing of what was sent."""

import json
from typing import Any

import pytest
from django.test import Client

from sayso.api import discovery
from sayso.core import errors
from sayso.core.errors import SaysoError, problem, status_of
from tests.api.conftest import Call
from tools import make_docs

SECRET = "ada@example.test"
FIELDS = {"type", "title", "status", "code", "detail", "remedy"}
ENDPOINTS = [
    ("POST", "/v1/facts"),
    ("PUT", "/v1/items"),
    ("POST", "/v1/links"),
    ("POST", "/v1/recommendations"),
    ("POST", "/v1/recommendations/switches"),
    ("POST", "/v1/asks/next"),
    ("POST", "/v1/asks/postcode/answers"),
    ("POST", "/v1/suppressions/check"),
]


def refused(method: str, path: str, body: bytes, **headers: str) -> tuple[int, dict[str, Any]]:
    reply = Client(raise_request_exception=False).generic(
        method, path, body, content_type="application/json", headers=headers
    )
    assert reply.headers["content-type"] == "application/problem+json", reply.content
    told: dict[str, Any] = json.loads(reply.content)
    assert told.keys() == FIELDS
    assert told["status"] == reply.status_code
    assert told["remedy"]
    assert SECRET not in reply.content.decode()
    return reply.status_code, told


@pytest.mark.parametrize(("method", "path"), ENDPOINTS)
def test_whatever_is_wrong_with_a_call_is_said_in_the_same_form(
    call: Call, key: str, method: str, path: str
) -> None:
    bearer = {"Authorization": f"Bearer {key}"}
    assert refused(method, path, b"{}")[1]["code"] == "key_missing"
    assert refused(method, path, b"{}", Authorization="Bearer sk_no")[1]["code"] == "key_unknown"
    for body in (b"", b"{", b"[]", b'"text"', b"\xff", json.dumps({"subject": SECRET}).encode()):
        status, told = refused(method, path, body, **bearer)
        assert status in (400, 422), body
        assert told["code"] in ("malformed_json", "invalid_request", "invalid_subject"), body


@pytest.mark.parametrize(("method", "path"), [("GET", "/v1/nothing"), ("POST", "/v1/links/more")])
def test_an_address_that_is_none_says_so_without_a_page(method: str, path: str) -> None:
    status, told = refused(method, path, b"")
    assert (status, told["code"]) == (404, "unknown_address")


@pytest.mark.django_db
def test_a_message_whose_name_holds_a_nul_was_never_sent() -> None:
    status, told = refused("POST", "/v1/acknowledgements/msg_%00", b'{"state":"done"}')
    assert (status, told["code"]) == (404, "unknown_message")


@pytest.mark.parametrize(
    ("method", "path", "allowed"), [("DELETE", "/v1/links", "POST"), ("POST", "/v1/keys", "GET")]
)
def test_a_wrong_method_is_refused_in_the_same_form(method: str, path: str, allowed: str) -> None:
    status, told = refused(method, path, b"")
    assert (status, told["code"]) == (405, "wrong_method")
    assert Client().generic(method, path).headers["allow"] == allowed


def test_what_breaks_unexpectedly_tells_nothing_and_is_no_page(monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks() -> None:
        raise RuntimeError(SECRET)

    monkeypatch.setattr(discovery.consent, "public_keys", breaks)
    status, told = refused("GET", "/v1/keys", b"")
    assert (status, told["code"]) == (500, "internal")


def test_what_may_pass_by_itself_says_when_to_try_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def busy() -> None:
        raise errors.Unavailable("busy", "Too much is waiting.", "Send it again in a second.")

    monkeypatch.setattr(discovery.consent, "public_keys", busy)
    reply = Client().get("/v1/keys")
    assert (reply.status_code, reply.headers["retry-after"]) == (503, "1")


@pytest.mark.parametrize("kind", [kind for kind in errors.STATUS if kind is not errors.WrongMethod])
def test_each_kind_of_error_has_one_status(kind: type[SaysoError]) -> None:
    told = problem(kind("some_code", "What is wrong.", "What to do."))
    assert told["status"] == errors.STATUS[kind] == status_of(kind("c", "d", "r"))
    assert (told["type"], told["title"]) == ("urn:sayso:problem:some_code", "Some code")


def test_every_code_in_the_reference_comes_with_what_to_do() -> None:
    rows = [line.split(" | ") for line in make_docs.errors_page().splitlines() if line.startswith("| `")]
    assert len(rows) > 40
    assert [row[0] for row in rows if not row[-1].strip(" |")] == []
    assert [row[0] for row in rows if make_docs.OWN_REMEDY in row[-1]] == ["| `invalid_asks`"]
