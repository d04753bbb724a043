"""Brightside's doors: the webhook, the list anybody may look at in the demo, and the ad script."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sayso_sdk.webhooks import ForgedWebhook, verify

from sayso_demo.partner.acknowledge import Acknowledger
from sayso_demo.partner.page import page
from sayso_demo.partner.settings import Settings
from sayso_demo.partner.store import Store

Environ = dict[str, Any]
StartResponse = Callable[[str, list[tuple[str, str]]], Any]
Answer = tuple[str, str, bytes]
HERE = Path(__file__).parent
LARGEST_BODY = 64 * 1024
KINDS = ("audience.member.added", "audience.member.removed", "subject.erased")
POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


class Brightside:
    """The partner as a WSGI application."""

    def __init__(self, settings: Settings) -> None:
        settings.home.mkdir(parents=True, exist_ok=True)
        self._settings = settings
        self._store = Store(settings.home / "brightside.sqlite3")
        self._acknowledger = Acknowledger(settings, self._store)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        status, kind, body = self._answer(environ)
        headers = [
            ("Content-Type", kind),
            ("Content-Length", str(len(body))),
            ("Content-Security-Policy", POLICY),
        ]
        headers += [("X-Content-Type-Options", "nosniff"), ("Cache-Control", "no-store")]
        start_response(status, headers)
        return [body]

    def _answer(self, environ: Environ) -> Answer:
        door = (environ["REQUEST_METHOD"], environ.get("PATH_INFO", "/"))
        if door == ("POST", "/webhooks/sayso"):
            return self._webhook(environ)
        pages: dict[tuple[str, str], Callable[[], Answer]] = {
            ("GET", "/"): lambda: ("200 OK", "text/html; charset=utf-8", page(self._store).encode()),
            ("GET", "/audience.json"): lambda: _json([asdict(row) for row in self._store.audience()]),
            ("GET", "/webhooks.json"): lambda: _json([asdict(row) for row in self._store.webhooks()]),
            ("GET", "/ad.js"): lambda: (
                "200 OK",
                "text/javascript; charset=utf-8",
                (HERE / "ad.js").read_bytes(),
            ),
            ("GET", "/page.css"): lambda: (
                "200 OK",
                "text/css; charset=utf-8",
                (HERE / "page.css").read_bytes(),
            ),
            ("GET", "/healthz"): lambda: ("200 OK", "text/plain", b"ok"),
        }
        found = pages.get(door)
        return found() if found else ("404 Not Found", "text/plain", b"There is no such page.")

    def _webhook(self, environ: Environ) -> Answer:
        if self._settings.down:
            return "503 Service Unavailable", "text/plain", b"Closed for repairs."
        length = environ.get("CONTENT_LENGTH") or "0"
        if not length.isdecimal() or int(length) > LARGEST_BODY:
            return "413 Content Too Large", "text/plain", b"Too large."
        headers = {
            name[5:].replace("_", "-").lower(): text
            for name, text in environ.items()
            if name.startswith("HTTP_")
        }
        try:
            message = verify(self._settings.secret, environ["wsgi.input"].read(int(length)), headers)
        except ForgedWebhook:
            return "401 Unauthorized", "text/plain", b"Not signed by Sayso, or too old."
        if not _is_complete(message):
            return "422 Unprocessable Content", "text/plain", b"Not one of the events we know."
        self._store.take(headers["webhook-id"], message, _now(), lying=self._settings.lying)
        self._acknowledger.wake()
        return "202 Accepted", "text/plain", b""


def _is_complete(message: dict[str, Any]) -> bool:
    data = message.get("data")
    return (
        message.get("type") in KINDS
        and isinstance(data, dict)
        and isinstance(data.get("member"), str)
        and (message["type"] != KINDS[0] or isinstance(data.get("interests"), list))
    )


def _json(rows: list[dict[str, Any]]) -> Answer:
    return "200 OK", "application/json", json.dumps(rows, ensure_ascii=False).encode()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
