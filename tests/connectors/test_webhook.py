import json
import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from sayso.connectors import http
from sayso.connectors.services import Done, Identifier, Impossible, NotNow, Person
from sayso.connectors.webhook import WebhookConnector
from sayso.core.errors import Forbidden, Misconfigured
from tests.connectors.conftest import system
from tests.rights.partner import SECRET, Partner, signed

CONFIG = {"url_env": "TEST_PARTNER_URL", "secret_env": "TEST_PARTNER_SECRET", "acknowledges": True}
MEMBER = {"member": "4dd1a0a8"}


@pytest.fixture
def partner(monkeypatch: pytest.MonkeyPatch) -> Iterator[Partner]:
    with Partner() as made:
        monkeypatch.setenv("TEST_PARTNER_URL", made.url)
        monkeypatch.setenv("TEST_PARTNER_SECRET", SECRET)
        monkeypatch.setenv("SAYSO_OUTBOUND_ALLOW", f"localhost:{made.port}")
        yield made


@pytest.fixture
def webhook() -> WebhookConnector:
    return WebhookConnector(system("brightside", "webhook", CONFIG))


def tell(webhook: WebhookConnector, at: datetime, key: str = "msg_1") -> Done:
    return webhook.tell(
        "audience.member.added", {**MEMBER, "interests": ["curtain"]}, key, at, datetime.now(UTC)
    )


def test_a_message_is_a_signed_event_and_awaits_the_partners_word(
    partner: Partner, webhook: WebhookConnector
) -> None:
    at = datetime(2026, 11, 23, 12, tzinfo=UTC)
    assert tell(webhook, at).awaiting
    event = json.loads(partner.bodies[0])
    assert (event["specversion"], event["id"], event["type"]) == ("1.0", "msg_1", "audience.member.added")
    assert event["time"] == "2026-11-23T12:00:00.000000Z"
    assert event["data"] == {**MEMBER, "interests": ["curtain"]}
    assert partner.forged == 0


def test_the_same_key_is_the_same_message_to_the_last_byte(
    partner: Partner, webhook: WebhookConnector
) -> None:
    at = datetime(2026, 11, 23, 12, tzinfo=UTC)
    tell(webhook, at)
    tell(webhook, at)
    assert partner.received == {"msg_1": 2}
    assert partner.bodies[0] == partner.bodies[1]
    assert len(partner.effects) == 1


def test_an_erasure_is_told_to_a_partner_that_knows_her_and_to_no_other(
    partner: Partner, webhook: WebhookConnector
) -> None:
    now = datetime.now(UTC)
    assert webhook.erase(Person(()), "msg_1", now, now).evidence == {"never_told": True}
    assert partner.received == {}
    webhook.erase(Person((Identifier("member", "4dd1a0a8"),)), "msg_2", now, now)
    assert partner.effects == {"msg_2": ("subject.erased", "4dd1a0a8")}


@pytest.mark.parametrize(
    ("status", "headers", "wait"),
    [
        (429, {"retry-after": "120"}, 120.0),
        (503, {}, None),
        (503, {"retry-after": "soon"}, None),
        (500, {}, None),
    ],
)
def test_a_partner_that_asks_to_wait_is_waited_for(
    partner: Partner,
    webhook: WebhookConnector,
    status: int,
    headers: dict[str, str],
    wait: float | None,
) -> None:
    partner.answers = [(status, headers)]
    with pytest.raises(NotNow) as later:
        tell(webhook, datetime.now(UTC))
    assert later.value.retry_after == wait
    assert not later.value.permanent


def test_a_date_to_wait_for_is_read(partner: Partner, webhook: WebhookConnector) -> None:
    then = datetime.now(UTC) + timedelta(seconds=300)
    partner.answers = [(503, {"retry-after": then.strftime("%a, %d %b %Y %H:%M:%S GMT")})]
    with pytest.raises(NotNow) as later:
        tell(webhook, datetime.now(UTC))
    assert 295 < (later.value.retry_after or 0) <= 300


@pytest.mark.parametrize("status", [301, 302, 400, 404, 410])
def test_a_partner_that_refuses_or_points_elsewhere_is_given_up(
    partner: Partner, webhook: WebhookConnector, status: int
) -> None:
    partner.answers = [(status, {"location": partner.url})]
    with pytest.raises(Impossible):
        tell(webhook, datetime.now(UTC))
    assert sum(partner.received.values()) == 1


def test_a_partner_that_is_down_is_tried_again(
    monkeypatch: pytest.MonkeyPatch, webhook: WebhookConnector
) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    monkeypatch.setenv("TEST_PARTNER_URL", f"http://localhost:{port}/")
    monkeypatch.setenv("TEST_PARTNER_SECRET", SECRET)
    monkeypatch.setenv("SAYSO_OUTBOUND_ALLOW", f"localhost:{port}")
    with pytest.raises(NotNow):
        tell(webhook, datetime.now(UTC))


def test_a_system_without_its_secret_says_which_variable_is_missing(
    monkeypatch: pytest.MonkeyPatch, partner: Partner, webhook: WebhookConnector
) -> None:
    monkeypatch.delenv("TEST_PARTNER_SECRET")
    with pytest.raises(Misconfigured) as missing:
        tell(webhook, datetime.now(UTC))
    assert "TEST_PARTNER_SECRET" in missing.value.remedy


def test_an_acknowledgement_is_taken_from_the_partner_alone_and_about_its_own_message(
    partner: Partner, webhook: WebhookConnector
) -> None:
    said = b'{"state":"done"}'
    assert webhook.read_acknowledgement("msg_1", signed("msg_1"), said) == {"state": "done"}
    for headers, body in (
        (signed("msg_2"), said),
        (signed("msg_1"), b'{"state":"done" }'),
        (signed("msg_1", secret="whsec_" + "A" * 32), said),
        ({}, said),
        (signed("msg_1", b"[]"), b"[]"),
        (signed("msg_1", b"no"), b"no"),
    ):
        with pytest.raises(Forbidden):
            webhook.read_acknowledgement("msg_1", headers, body)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.8",
        "172.16.3.4",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104 - refused
        "224.0.0.1",
        "::1",
        "fe80::1",
        "fc00::1",
        "::ffff:127.0.0.1",
        "2002:7f00:1::",
        "::127.0.0.1",
        "::ffff:0:127.0.0.1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::a9fe:a9fe",
        "fec0::1",
        "192.0.0.192",
    ],
)
def test_no_address_of_our_own_network_is_reached(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setattr(http, "_resolve", lambda host, port: ["93.184.215.14", address])
    with pytest.raises(Impossible) as refused:
        http.post("https://partner.example.test/hook", b"", {})
    assert refused.value.code == "address_refused"


@pytest.mark.parametrize(
    "url",
    [
        "ftp://a.example.test/",
        "http:///x",
        "https://user:pw@a.example.test/",
        "http://[::1",
        "file:///etc/passwd",
    ],
)
def test_only_plain_web_addresses_are_sent_to(url: str) -> None:
    with pytest.raises(Impossible):
        http.post(url, b"", {})


def test_the_connection_goes_to_the_address_that_was_checked(
    monkeypatch: pytest.MonkeyPatch, partner: Partner, webhook: WebhookConnector
) -> None:
    asked: list[str] = []
    looked_up = socket.getaddrinfo

    def watch(host: str, *given: object, **named: object) -> object:
        assert host != "localhost" or len(asked) == 1
        return looked_up(host, *given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(http, "_resolve", lambda host, port: (asked.append(host), ["127.0.0.1"])[1])
    monkeypatch.setattr(socket, "getaddrinfo", watch)
    tell(webhook, datetime.now(UTC))
    assert asked == ["localhost"]


def _serving(answer: Callable[[BaseHTTPRequestHandler], None]) -> HTTPServer:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            answer(self)

        def log_message(self, *said: object) -> None:
            """Stay quiet."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    return server


def test_an_answer_that_does_not_end_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    def floods(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.end_headers()
        for _ in range(100):
            try:
                request.wfile.write(b"x" * 8192)
            except OSError:
                return

    server = _serving(floods)
    monkeypatch.setenv("SAYSO_OUTBOUND_ALLOW", f"localhost:{server.server_port}")
    with pytest.raises(NotNow):
        http.post(f"http://localhost:{server.server_port}/", b"", {})
    server.shutdown()
    server.server_close()


def test_a_name_that_does_not_resolve_is_tried_again() -> None:
    with pytest.raises(NotNow):
        http.post("https://nowhere.invalid/", b"", {})
