"""Sayso as the shop sees it, played by a small server that keeps to the API and can be told what to say."""

import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sayso.core import layout
from sayso.core.notice_reading import read_notice
from tests import linen

SDK = Path(__file__).parents[2] / "src" / "sayso" / "edge" / "static" / "sayso.js"
KEY = "sk_shop"
NOTICE = read_notice(linen.document())
ASK = {
    "id": "postcode",
    "title": "Shall we mind the weather for you?",
    "what_for": "To suggest things that suit the coming week where you live.",
    "by_whom": "Linen & Loom.",
    "how_long": "Twelve months, or until you take it back.",
    "benefit": "Suggestions for your weather, right here on this page.",
    "choices": [linen.LOCATION],
    "field": {"name": "postcode", "label": "Your postcode", "autocomplete": "postal-code", "max_length": 10},
    "words": layout.ask_words("en"),
    "version": NOTICE.version,
    "text_hash": "sha256:" + "0" * 64,
    "layout": "ask-1",
    "base": 1,
}
REASONS = [
    {
        "id": "bought:colour:blue",
        "kind": "bought",
        "text": "You bought blue curtains",
        "datum": "Harbour curtains",
    },
    {
        "id": "renewable",
        "kind": "renewable",
        "text": "You chose a fibre that grows again",
        "datum": "Strand linen towel",
    },
    {"id": "weather", "kind": "weather", "text": "A cold week is forecast", "datum": "96161: down to -11 °C"},
]


@dataclass
class Sayso:
    """What the stub knows, and everything it was sent: tests write the first and read the second."""

    address: str = ""
    slow: float = 0.0
    broken: bool = False
    states: dict[str, dict[str, str]] = field(default_factory=dict)
    letters_to: set[str] = field(default_factory=set)
    suppressed: set[str] = field(default_factory=set)
    given_up: set[str] = field(default_factory=set)
    asks: list[dict[str, Any]] = field(default_factory=lambda: [ASK])
    off: set[str] = field(default_factory=set)
    heard: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)

    def sent(self, path: str) -> list[dict[str, Any]]:
        """Give the bodies that were sent to one address."""
        return [body for _, where, body in self.heard if where == path]

    def given(self, device: str, *choices: str) -> None:
        """Let a browser have said yes to these choices and no to the rest."""
        self.states[device] = {
            choice.id: "given" if choice.id in choices else "refused" for choice in NOTICE.choices()
        }


def _decision(sayso: Sayso, subject: dict[str, str], question: dict[str, str]) -> dict[str, Any]:
    choice = ".".join(question[part] for part in ("purpose", "category", "operation", "recipient"))
    if subject.get("customer") in sayso.letters_to and choice == "newsletter.contact.use.self":
        reason = "given"
    else:
        reason = sayso.states.get(subject.get("device", ""), {}).get(choice, "unknown_subject")
    return {"choice": choice, "permitted": reason == "given", "reason": reason, "valid_until": None}


def _recommend(sayso: Sayso) -> dict[str, Any]:
    worth = {
        "p-037": (0.4, 0.3, 0.5),
        "p-020": (0.1, 0.3, 0.0),
        "p-039": (0.35, 0.3, 0.05),
        "p-099": (0.4, 0.3, 0.0),
    }
    items = []
    for item, values in worth.items():
        reasons = [
            {**reason, "contribution": value, "on": reason["id"] not in sayso.off}
            for reason, value in zip(REASONS, values, strict=True)
            if value
        ]
        score = sum(float(str(reason["contribution"])) for reason in reasons if reason["on"])
        items.append({"id": item, "score": score, "reasons": reasons})
    return {"items": items, "notes": [], "permitted": []}


def _answer(
    sayso: Sayso, method: str, path: str, device: str | None, body: dict[str, Any]
) -> tuple[int, Any]:
    where = path.removeprefix("/v1/")
    subject = body.get("subject", {})
    match method, where:
        case "GET", "":
            return 200, {"edge": sayso.address, "version": "0.1.0"}
        case "GET", "sites/shop/banner":
            return 200, _banner(sayso, device)
        case "POST", "sites/shop/answers":
            return _record(sayso, device, body)
        case "POST", "decide":
            return 200, {"decisions": [_decision(sayso, subject, question) for question in body["questions"]]}
        case "POST", "links":
            return 200, {"customer": "linked"}
        case "POST", "facts":
            return 200, {"accepted": [fact["id"] for fact in body["facts"]], "refused": []}
        case "PUT", "items":
            return 204, None
        case "POST", "recommendations":
            return 200, _recommend(sayso)
        case "POST", "recommendations/switches":
            (sayso.off.discard if body["on"] else sayso.off.add)(body["reason"])
            return 204, None
        case "POST", "asks/next":
            return 200, {"ask": sayso.asks[0] if sayso.asks else None}
        case "POST", "asks/postcode/answers":
            if body["answer"] == "given" and not body["value"]["postcode"]:
                return 422, {"code": "invalid_answer", "remedy": "Type a postcode."}
            sayso.asks.clear()
            return 200, {"receipt": "a.b.c", "standing": {"rev": 2, "states": {}}, "benefit": None}
        case "POST", "age":
            if len(body["born"]) != 7:
                return 422, {"code": "invalid_age", "remedy": "Send YYYY-MM."}
            return 200, {"band": "child"}
        case "GET", "systems/shop/fields":
            return 200, {"fields": [{"table": "customers", "column": name, "collect": name not in sayso.given_up}
                                    for name in ("phone", "fax")]}  # fmt: skip
        case "POST", "suppressions/check":
            found = [i for i, one in enumerate(body["identifiers"]) if one["value"] in sayso.suppressed]
            return 200, {"suppressed": found}
    return 404, {"code": "not_found", "remedy": "Look at /v1/openapi.json."}


def _banner(sayso: Sayso, device: str | None) -> dict[str, Any]:
    states = sayso.states.get(device or "")
    return {
        "site": "shop",
        "brand": NOTICE.brand,
        "version": NOTICE.version,
        "dir": "ltr",
        "text_hash": layout.text_hash(NOTICE, "banner-1", "en"),
        **layout.shown(NOTICE, "banner-1", "en"),
        "scripts": {part.choice.id: list(part.hosts) for _, part in NOTICE.parts() if part.hosts},
        "standing": {"rev": 1, "states": states, "version": NOTICE.version} if states else None,
        "links": {
            "notice": f"{sayso.address}/notice/{NOTICE.version}",
            "choices": f"{sayso.address}/centre/choices",
        },
    }


def _record(sayso: Sayso, device: str | None, body: dict[str, Any]) -> tuple[int, Any]:
    if device is None:
        return 401, {"code": "device_missing", "remedy": "Send Sayso-Device."}
    sayso.states[device] = {**sayso.states.get(device, {}), **body["answers"]}
    standing = {"rev": 1, "states": sayso.states[device]}
    return 201, {"event": body["event"], "seq": 1, "receipt": "a.b.c", "standing": standing}


def _handler(sayso: Sayso) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            path, device = urlsplit(self.path).path, self.headers.get("Sayso-Device")
            body = json.loads(raw) if raw else {}
            sayso.heard.append((self.command, path, {**body, "_headers": dict(self.headers)}))
            time.sleep(sayso.slow)
            if sayso.broken:
                self._send(500, b"<h1>Oops</h1>", "text/html")
            elif path == "/sayso.js":
                self._send(200, SDK.read_bytes(), "text/javascript")
            else:
                status, answer = _answer(sayso, self.command, path, device, body)
                self._send(status, b"" if answer is None else json.dumps(answer).encode(), "application/json")

        do_GET = do_POST = do_PUT = _serve

        def _send(self, status: int, body: bytes, kind: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            return

    return Handler


@contextmanager
def running() -> Iterator[Sayso]:
    """Run the stub on a free port."""
    sayso = Sayso()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(sayso))
    server.daemon_threads = True
    sayso.address = f"http://localhost:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield sayso
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def new_device() -> str:
    """Make a device secret as a browser does."""
    return secrets.token_urlsafe(32)
