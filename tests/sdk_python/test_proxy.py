"""The site's own host answers for Sayso: what passes, what does not, and which cookie is kept."""

import dataclasses
import secrets

import httpx
import pytest
from sayso_sdk.device import is_device_secret
from sayso_sdk.proxy import ProxyRequest, forward

JSON = {"Content-Type": "application/json", "Sec-Fetch-Site": "same-origin"}
OWN = "https://shop.example.test"
FROM = {"Content-Type": "application/json", "Host": "shop.example.test"}
FRESH, KEPT = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
ANSWER = ProxyRequest("POST", "v1/sites/shop/answers", headers={**JSON, "Sayso-Device": FRESH}, body=b"{}")


class Edge:
    """An edge that remembers what reached it."""

    def __init__(self, status: int = 201) -> None:
        self.seen: list[httpx.Request] = []
        self.http = httpx.Client(transport=httpx.MockTransport(self._answer))
        self._status = status

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(request)
        headers = {"etag": '"1"', "set-cookie": "edge=1", "connection": "close", "server": "edge"}
        return httpx.Response(self._status, json={"ok": True}, headers=headers)

    def forward(self, request: ProxyRequest) -> tuple[int, dict[str, str], str | None]:
        """Forward and give status, headers and the device to keep."""
        answer = forward(request, "http://edge.example.test", self.http)
        return answer.status, answer.headers, answer.keep_device


@pytest.mark.parametrize("status", [200, 201])
def test_the_first_answer_keeps_the_device_that_the_browser_made(status: int) -> None:
    assert Edge(status).forward(ANSWER)[2] == FRESH


@pytest.mark.parametrize("status", [400, 409, 422, 503])
def test_an_answer_that_was_not_recorded_keeps_no_device(status: int) -> None:
    assert Edge(status).forward(ANSWER)[2] is None


def test_a_device_already_kept_is_used_and_not_renewed() -> None:
    edge = Edge()
    assert edge.forward(dataclasses.replace(ANSWER, cookie=KEPT))[2] is None
    assert edge.seen[0].headers["sayso-device"] == KEPT


def test_reading_what_is_asked_keeps_no_device() -> None:
    request = ProxyRequest("GET", "v1/sites/shop/banner", headers={"Sayso-Device": FRESH})
    assert Edge(200).forward(request)[2] is None


def test_a_malformed_cookie_is_never_passed_on_and_a_malformed_header_never_kept() -> None:
    edge = Edge()
    edge.forward(ProxyRequest("GET", "v1/sites/shop/standing", cookie="x" * 42))
    assert "sayso-device" not in edge.seen[0].headers
    assert edge.forward(dataclasses.replace(ANSWER, headers={**JSON, "Sayso-Device": "short"}))[2] is None


def test_nothing_else_of_the_visitor_reaches_the_edge() -> None:
    edge = Edge()
    noisy = {
        **JSON,
        "Cookie": "loom_session=1",
        "User-Agent": "Ada's browser",
        "X-Forwarded-For": "192.0.2.1",
    }
    edge.forward(dataclasses.replace(ANSWER, headers={**noisy, "Sec-GPC": "1", "Sayso-Device": FRESH}))
    seen = edge.seen[0].headers
    assert "cookie" not in seen
    assert "x-forwarded-for" not in seen
    assert "Ada" not in seen["user-agent"]
    assert seen["sec-gpc"] == "1"


def test_only_named_headers_come_back() -> None:
    assert set(Edge().forward(ANSWER)[1]) == {"content-type", "etag"}


def test_the_query_is_passed_on() -> None:
    edge = Edge(200)
    edge.forward(ProxyRequest("GET", "v1/sites/shop/banner", query="locale=zh-Hant"))
    assert str(edge.seen[0].url) == "http://edge.example.test/v1/sites/shop/banner?locale=zh-Hant"


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"method": "PUT"}, 405),
        ({"path": "v1/decide"}, 404),
        ({"path": "v1/sites/../decide"}, 404),
        ({"path": "v1/sites/shop/%2e%2e/decide"}, 404),
        ({"path": "healthz"}, 404),
        ({"body": b"x" * (16 * 1024 + 1)}, 413),
        ({"headers": {**JSON, "Sec-Fetch-Site": "same-site"}}, 403),
        ({"headers": {**JSON, "Sec-Fetch-Site": "cross-site"}}, 403),
        ({"headers": {**JSON, "Content-Type": "text/plain"}}, 415),
        # Who says nothing of where it comes from is no page of this site; nor is another port of its host.
        ({"headers": {"Content-Type": "application/json"}}, 403),
        ({"headers": {**FROM, "Origin": "https://shop.example.test:8443"}}, 403),
        ({"headers": {**FROM, "Origin": "null"}}, 403),
        ({"headers": {"Content-Type": "application/json", "Origin": "https://shop.example.test"}}, 403),
        ({"headers": {**FROM, "Origin": OWN, "Sec-Fetch-Site": "cross-site"}}, 403),
    ],
)
def test_what_does_not_belong_here_never_reaches_the_edge(change: dict[str, object], status: int) -> None:
    edge = Edge()
    assert edge.forward(dataclasses.replace(ANSWER, cookie=KEPT, **change))[0] == status
    assert edge.seen == []


@pytest.mark.parametrize("origin", [OWN, "http://shop.example.test"])
def test_a_browser_that_names_its_origin_alone_may_answer(origin: str) -> None:
    older = dataclasses.replace(ANSWER, headers={**FROM, "Origin": origin, "Sayso-Device": FRESH})
    assert Edge().forward(older)[0] == 201


def test_an_edge_that_is_gone_is_a_503_and_keeps_nothing() -> None:
    answer = forward(ANSWER, "http://localhost:9", httpx.Client(trust_env=False))
    assert (answer.status, answer.keep_device) == (503, None)


def test_a_device_secret_is_32_bytes_as_43_characters() -> None:
    assert is_device_secret(FRESH)
    for wrong in (None, "", FRESH + "A", FRESH[:-1], FRESH[:-1] + "B", FRESH[:-1] + "=", FRESH + "\n"):
        assert not is_device_secret(wrong)


def test_a_header_of_bytes_that_are_no_text_is_left_behind() -> None:
    edge = Edge(200)
    headers = {"Accept-Language": "zh\x84", "Sayso-Device": FRESH, "Sec-GPC": "1"}
    assert edge.forward(ProxyRequest("GET", "v1/sites/shop/banner", headers=headers))[0] == 200
    assert edge.seen[0].headers["sec-gpc"] == "1"
    assert "zh" not in edge.seen[0].headers.get("accept-language", "")
