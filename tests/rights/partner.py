"""A partner on a real port: checks signatures, counts effects by webhook-id, acknowledges with its signature."""

import json
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, Self

from standardwebhooks import Webhook

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


class Partner:
    """`received`: how often each message came; `effects`: type and member of each message, once."""

    def __init__(self, answers: list[tuple[int, dict[str, str]]] | None = None) -> None:
        self.received: dict[str, int] = {}
        self.effects: dict[str, tuple[str, str]] = {}
        self.forged = 0
        self.answers = list(answers or [])
        self.bodies: list[bytes] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.port = self._server.server_port

    def __enter__(self) -> Self:
        Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *broken: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}/hook"

    def take(self, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str]]:
        """Check one message and count it."""
        try:
            event: dict[str, Any] = Webhook(SECRET).verify(body, headers)
        except Exception:
            self.forged += 1
            return 401, {}
        self.bodies.append(body)
        name = headers["webhook-id"]
        self.received[name] = self.received.get(name, 0) + 1
        if self.answers:
            return self.answers.pop(0)
        self.effects.setdefault(name, (event["type"], event["data"]["member"]))
        return 202, {}

    def _handler(partner) -> type[BaseHTTPRequestHandler]:
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["content-length"])
                headers = {name.lower(): value for name, value in self.headers.items()}
                status, more = partner.take(headers, self.rfile.read(length))
                self.send_response(status)
                for name, value in more.items():
                    self.send_header(name, value)
                self.send_header("content-length", "0")
                self.end_headers()

            def do_GET(self) -> None:
                body = json.dumps(list(partner.effects)).encode()
                self.send_response(200)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *said: object) -> None:
                """Stay quiet."""

        return Handler


def signed(message: str, body: bytes = b'{"state":"done"}', secret: str = SECRET) -> dict[str, str]:
    """Sign an acknowledgement as the partner does."""
    now = datetime.now(UTC)
    name = f"ack_{message}"
    return {
        "webhook-id": name,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(secret).sign(name, now, body.decode()),
    }
