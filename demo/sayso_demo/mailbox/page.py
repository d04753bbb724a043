"""The mailbox as a page: plain text, links that can be followed, a button to clear it."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from html import escape
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.parse import urlsplit

from sayso_demo.mailbox.store import Letter, Store

STYLE = (Path(__file__).parent / "page.css").read_bytes()
POLICY = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
LINK = re.compile(r"""https?://[^\s<>"']*[^\s<>"'.,;:!?)]""")
FRAME = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>Mailbox of the demo</title>
<link rel="stylesheet" href="/page.css"></head><body><main><h1>Mailbox</h1>
<p class="quiet">Every letter the demo sends ends here. None leaves this machine.</p>
<form method="post" action="/clear"><button>Throw all letters away</button></form>
<p role="status">{count}</p>{letters}</main></body></html>"""


def page(letters: list[Letter]) -> str:
    """Return the page as HTML; letters are written as text."""
    count = "1 letter" if len(letters) == 1 else f"{len(letters)} letters"
    return FRAME.format(count=count, letters="".join(_letter(letter) for letter in letters))


def _letter(letter: Letter) -> str:
    return (
        f"<article><h2>{escape(letter.subject)}</h2>"
        f'<p class="quiet">To {escape(letter.recipient)} · from {escape(letter.sender)} · {escape(letter.at)}</p>'
        f"<pre>{_linked(letter.text)}</pre></article>"
    )


def _linked(text: str) -> str:
    parts, end = [], 0
    for link in LINK.finditer(text):
        address = escape(link.group())
        parts += [escape(text[end : link.start()]), f'<a href="{address}" rel="noreferrer">{address}</a>']
        end = link.end()
    return "".join(parts) + escape(text[end:])


def handler(store: Store) -> type[BaseHTTPRequestHandler]:
    """Return the request handler that shows this store."""

    class Mailbox(BaseHTTPRequestHandler):
        server_version, sys_version = "mailbox", ""

        def do_GET(self) -> None:
            if self.path == "/":
                self._send(200, "text/html; charset=utf-8", page(store.letters()).encode())
            elif self.path == "/messages.json":
                rows = [asdict(letter) for letter in store.letters()]
                self._send(200, "application/json", json.dumps(rows, ensure_ascii=False).encode())
            elif self.path == "/page.css":
                self._send(200, "text/css", STYLE)
            elif self.path == "/healthz":
                self._send(200, "text/plain", b"ok")
            else:
                self._send(404, "text/plain", b"There is no such page.")

        def do_POST(self) -> None:
            origin = self.headers.get("Origin")
            ours = origin is None or urlsplit(origin).netloc == self.headers.get("Host")
            if self.path != "/clear" or not ours:
                self._send(403, "text/plain", b"Only the mailbox's own button clears it.")
                return
            store.clear()
            self.send_response(303)
            self.send_header("Location", "/")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def _send(self, status: int, kind: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Content-Security-Policy", POLICY)
            self.send_header("X-Content-Type-Options", "nosniff")
            self.end_headers()
            self.wfile.write(body)

        # Letters hold names and links with secrets in them: no line about a request is written.
        def log_message(self, *_: object) -> None:
            return

    return Mailbox
