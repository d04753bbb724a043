"""A real HTTP server that plays the shop and, on the same host, the edge as the API describes it."""

import json
import re
import threading
import uuid
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from . import notices

SDK = Path(__file__).parents[2] / "src/sayso/edge/static/sayso.js"
NONCE = "r4nd0m"
STRICT = f"default-src 'none'; script-src 'nonce-{NONCE}'; connect-src 'self'; base-uri 'none'"
PAGE = """<!doctype html><html lang="{locale}"><head><meta charset="utf-8"><title>Linen &amp; Loom</title>
<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">
<script nonce="{nonce}" src="/privacy/sayso.js" data-site="shop" data-base="/privacy" defer></script></head>
<body><main><h1>Linen &amp; Loom</h1><p><a id="first" href="/curtains">Curtains</a></p>
<p><a id="reopen" href="/centre/choices" data-sayso-open>Your privacy choices</a></p>
{body}</main></body></html>"""


@dataclass
class Call:
    """One request the browser made."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any = None


@dataclass
class Site:
    """What the server says and what it heard; a test changes the first and reads the second."""

    origin: str = ""
    body: str = ""
    csp: str | None = STRICT
    nonce: str = NONCE
    locale: str = "en"
    banner: dict[str, Any] = field(default_factory=notices.banner)
    problems: list[tuple[int, dict[str, str], dict[str, str]]] = field(default_factory=list)
    down: bool = False
    calls: list[Call] = field(default_factory=list)
    standing: dict[str, Any] | None = None
    ran: list[str] = field(default_factory=list)

    def answers(self) -> list[Call]:
        """Give the answers that were sent, in order."""
        return [call for call in self.calls if call.method == "POST"]

    def page(self) -> str:
        """Give the page of the shop."""
        return PAGE.format(locale=self.locale, nonce=self.nonce, body=self.body)

    def decide(self, call: Call) -> dict[str, Any]:
        """Add an answer to the standing and give the proof, as the ledger would."""
        before = self.standing or {"rev": 0, "states": {}}
        states = dict(before["states"])
        for choice, answer in call.body["answers"].items():
            permitted = states.get(choice) in ("given", "renewed")
            states[choice] = "withdrawn" if answer == "refused" and permitted else answer
        states = dict.fromkeys(notices.CHOICES, "unknown") | states
        # What the browser's signal holds back: a yes to all does not outrank it, one to this very thing does.
        masked = [notices.ADS] if call.body["gpc"] and call.body["act"] == "accept_all" else []
        shown = call.body["version"]
        self.standing = {"rev": before["rev"] + 1, "states": states, "masked": masked, "shown": shown}
        return {"event": call.body["event"], "seq": 7, "receipt": "aaa.bbb.ccc", "standing": self.standing}


class Handler(BaseHTTPRequestHandler):
    """Answers for one `Site`, kept on the server object."""

    protocol_version = "HTTP/1.1"
    server: "Server"

    def log_message(self, format: str, *args: object) -> None:
        """Stay quiet."""

    def reply(self, status: int, body: str | bytes, kind: str, headers: dict[str, str] | None = None) -> None:
        """Send one whole answer."""
        raw = body.encode() if isinstance(body, str) else body
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(raw)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(raw)

    def heard(self) -> Call:
        """Record the request."""
        length = int(self.headers.get("content-length", 0))
        raw = self.rfile.read(length)
        headers = {name.lower(): value for name, value in self.headers.items()}
        call = Call(self.command, self.path, headers, json.loads(raw) if raw else None)
        self.server.site.calls.append(call)
        return call

    def do_GET(self) -> None:
        """Serve pages, the SDK, the banner, and scripts that say they ran."""
        call, site = self.heard(), self.server.site
        path = urlsplit(self.path).path
        if path == "/privacy/sayso.js":
            self.reply(200, SDK.read_bytes(), "text/javascript")
        elif path == "/privacy/v1/sites/shop/banner":
            if site.down:
                return self.reply(503, "{}", "application/problem+json", {"Retry-After": "1"})
            known = "sayso_device" in SimpleCookie(call.headers.get("cookie", ""))
            held = [notices.ADS] if "gpc=1" in self.path else []
            standing = site.standing if known else site.banner["standing"]
            told = site.banner | {"standing": standing, "masked": held}
            self.reply(200, json.dumps(told), "application/json")
        elif script := re.fullmatch(r"/ran/(\w+)\.js", path):
            site.ran.append(script[1])
            self.reply(200, f"(window.ran ||= []).push('{script[1]}')", "text/javascript")
        else:
            self.reply(
                200,
                site.page(),
                "text/html; charset=utf-8",
                {"Content-Security-Policy": site.csp} if site.csp else {},
            )
        return None

    def do_POST(self) -> None:
        """Take an answer, keep the device secret in a cookie no script can read."""
        call, site = self.heard(), self.server.site
        uuid.UUID(call.body["event"])
        if site.problems:
            status, headers, problem = site.problems.pop(0)
            return self.reply(status, json.dumps(problem), "application/problem+json", headers)
        cookie = {}
        if secret := call.headers.get("sayso-device"):
            cookie = {
                "Set-Cookie": f"sayso_device={secret}; HttpOnly; SameSite=Lax; Path=/; Max-Age=15552000"
            }
        return self.reply(201, json.dumps(site.decide(call)), "application/json", cookie)


class Server(ThreadingHTTPServer):
    """Serves one `Site` on a free port of localhost."""

    daemon_threads = True

    def __init__(self, site: Site) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.site = site
        site.origin = f"http://localhost:{self.server_port}"
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def close(self) -> None:
        """Stop and give the port back."""
        self.shutdown()
        self.server_close()


def locale_of(call: Call) -> str:
    """Give the language a banner was asked for in."""
    return parse_qs(urlsplit(call.path).query)["locale"][0]
