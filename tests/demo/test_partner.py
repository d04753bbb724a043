"""Brightside Ads believes signed messages only, does each once, and tells Sayso until it is heard."""

import base64
import json
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from sayso_sdk.webhooks import ForgedWebhook, sign, verify

from tests.demo import programs

SECRET = "whsec_" + base64.b64encode(b"brightside-and-sayso-share-this!").decode()


class Ear:
    """The Sayso that hears acknowledgements, once it wants to."""

    def __init__(self) -> None:
        self.open = True
        self.heard: list[str] = []
        self.forged = 0
        ear = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(ear.take(self.path, body, dict(self.headers.items())))
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                return

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://localhost:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def take(self, path: str, body: bytes, headers: dict[str, str]) -> int:
        """Hear one acknowledgement if it is signed."""
        if not self.open:
            return 503
        try:
            done = verify(SECRET, body, headers)
        except ForgedWebhook:
            self.forged += 1
            return 401
        assert done == {"state": "done"}
        self.heard.append(path.removeprefix("/v1/acknowledgements/"))
        return 204

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture(scope="module")
def ear() -> Iterator[Ear]:
    """Give a Sayso that hears."""
    listening = Ear()
    yield listening
    listening.close()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the partner's folder."""
    return tmp_path_factory.mktemp("brightside")


def told(ear: Ear) -> dict[str, str]:
    """Give the partner's environment."""
    return {"BRIGHTSIDE_SAYSO_URL": ear.address, "BRIGHTSIDE_WEBHOOK_SECRET": SECRET}


@pytest.fixture(scope="module")
def partner(home: Path, ear: Ear) -> Iterator[str]:
    """Give the address of Brightside Ads."""
    with programs.program(home, programs.free_port(), "sayso_demo.partner", **told(ear)) as address:
        yield address


def tell(
    partner: str, kind: str, member: str, message_id: str = "", at: datetime | None = None, **data: Any
) -> int:
    """Send one signed event and give the status."""
    body = json.dumps({"specversion": "1.0", "type": kind, "data": {"member": member, **data}})
    headers = sign(SECRET, message_id or f"msg_{uuid.uuid4()}", body, at or datetime.now(UTC))
    return httpx.post(f"{partner}/webhooks/sayso", content=body, headers=headers, timeout=10).status_code


def add(partner: str, member: str, *interests: str, message_id: str = "") -> int:
    """Put somebody on the list."""
    return tell(partner, "audience.member.added", member, message_id, interests=list(interests))


def audience(partner: str) -> dict[str, list[str]]:
    """Read the list."""
    rows = httpx.get(f"{partner}/audience.json", timeout=10).json()
    return {row["member"]: row["interests"] for row in rows}


def webhook(partner: str, message_id: str) -> dict[str, Any]:
    """Read what the partner noted about one webhook."""
    rows = httpx.get(f"{partner}/webhooks.json", timeout=10).json()
    found: dict[str, Any] = next(row for row in rows if row["id"] == message_id)
    return found


def eventually(holds: Callable[[], bool], seconds: float = 10) -> None:
    """Wait until something holds."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it never came to hold"
        time.sleep(0.05)


@contextmanager
def flag(home: Path, name: str) -> Iterator[None]:
    """Let the partner misbehave for a while."""
    (home / f"brightside.{name}").touch()
    yield
    (home / f"brightside.{name}").unlink()


def test_somebody_added_is_on_the_list_and_on_the_page(partner: str) -> None:
    assert add(partner, "m-ada", "curtains", "towels") == 202
    assert audience(partner)["m-ada"] == ["curtains", "towels"]
    assert "curtains, towels" in httpx.get(partner).text


@pytest.mark.parametrize("kind", ["audience.member.removed", "subject.erased"])
def test_somebody_removed_or_erased_is_gone(kind: str, partner: str) -> None:
    add(partner, "m-gone", "rugs")
    assert "m-gone" in audience(partner)
    assert tell(partner, kind, "m-gone") == 202
    assert "m-gone" not in audience(partner)


def test_the_same_message_twice_has_one_effect(partner: str) -> None:
    for _ in range(2):
        assert add(partner, "m-twice", "quilts", message_id="msg_twice") == 202
    noted = webhook(partner, "msg_twice")
    assert (noted["received"], noted["effects"]) == (2, 1)


def test_a_replay_of_an_old_addition_after_a_removal_brings_nobody_back(partner: str) -> None:
    add(partner, "m-back", "quilts", message_id="msg_first")
    tell(partner, "audience.member.removed", "m-back")
    add(partner, "m-back", "quilts", message_id="msg_first")
    assert "m-back" not in audience(partner)


@pytest.mark.parametrize("minutes", [-6, 6])
def test_a_message_outside_the_replay_window_changes_nothing(minutes: int, partner: str) -> None:
    late = datetime.now(UTC) + timedelta(minutes=minutes)
    assert tell(partner, "audience.member.added", "m-late", at=late, interests=[]) == 401
    assert "m-late" not in audience(partner)


def test_an_unsigned_an_unknown_and_an_oversized_message_change_nothing(partner: str) -> None:
    body = json.dumps({"type": "audience.member.added", "data": {"member": "m-forged", "interests": []}})
    assert httpx.post(f"{partner}/webhooks/sayso", content=body).status_code == 401
    assert tell(partner, "audience.member.renamed", "m-forged") == 422
    assert tell(partner, "audience.member.added", "m-forged", interests="all") == 422
    assert httpx.post(f"{partner}/webhooks/sayso", content=b"x" * 70_000).status_code == 413
    assert "m-forged" not in audience(partner)


def test_each_message_is_acknowledged_with_a_signature(partner: str, ear: Ear) -> None:
    add(partner, "m-heard", message_id="msg_heard")
    eventually(lambda: "msg_heard" in ear.heard)
    eventually(lambda: webhook(partner, "msg_heard")["acknowledged_at"] is not None)
    assert ear.forged == 0


def test_an_acknowledgement_is_sent_again_until_sayso_hears(partner: str, ear: Ear) -> None:
    ear.open = False
    add(partner, "m-deaf", message_id="msg_deaf")
    time.sleep(0.7)
    assert webhook(partner, "msg_deaf")["acknowledged_at"] is None
    ear.open = True
    eventually(lambda: "msg_deaf" in ear.heard)


def test_a_partner_that_is_down_says_so_and_does_nothing(partner: str, home: Path) -> None:
    with flag(home, "down"):
        assert add(partner, "m-down") == 503
    assert "m-down" not in audience(partner)
    assert add(partner, "m-down") == 202


def test_a_partner_that_lies_says_done_and_keeps_the_row(partner: str, home: Path, ear: Ear) -> None:
    add(partner, "m-kept", "rugs")
    with flag(home, "lying"):
        assert tell(partner, "audience.member.removed", "m-kept", "msg_lie") == 202
        eventually(lambda: "msg_lie" in ear.heard)
    assert "m-kept" in audience(partner)


def test_what_was_not_yet_acknowledged_is_after_a_restart(home: Path, ear: Ear, tmp_path: Path) -> None:
    ear.open = False
    with programs.program(tmp_path, programs.free_port(), "sayso_demo.partner", **told(ear)) as address:
        add(address, "m-restart", message_id="msg_restart")
    ear.open = True
    with programs.program(tmp_path, programs.free_port(), "sayso_demo.partner", **told(ear)):
        eventually(lambda: "msg_restart" in ear.heard)


def test_what_was_received_is_written_as_text(partner: str) -> None:
    add(partner, "<script>alert(1)</script>", "<b>")
    text = httpx.get(partner).text
    assert "<script>" not in text
    assert "&lt;b&gt;" in text


def test_the_ad_script_stores_nothing_and_sends_nothing(partner: str) -> None:
    answer = httpx.get(f"{partner}/ad.js")
    assert not answer.headers.get_list("set-cookie")
    for word in (
        "cookie",
        "localStorage",
        "sessionStorage",
        "fetch",
        "XMLHttpRequest",
        "sendBeacon",
        "Image",
    ):
        assert word not in answer.text
