"""The edge as it runs, called without a network: the same application object the server loads."""

import asyncio
import json
import secrets
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest

from sayso.core.values import new_id
from sayso.edge.app import Edge
from sayso.identity import services as identity
from sayso.notices import services as notices
from tests import linen


@dataclass
class Caller:
    """Calls the edge as one browser or one server does."""

    device: str = field(default_factory=lambda: secrets.token_urlsafe(32))

    def request(
        self, method: str, path: str, body: bytes = b"", query: str = "", **headers: str
    ) -> tuple[int, dict[str, str], bytes]:
        """Send one request and give status, headers and body."""
        with closing(Edge()) as edge:
            return asyncio.run(self.send(edge, method, path, body, query, **headers))

    async def send(
        self, edge: Edge, method: str, path: str, body: bytes = b"", query: str = "", **headers: str
    ) -> tuple[int, dict[str, str], bytes]:
        """Send one request to a running edge."""
        sent: list[Any] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def collect(message: Any) -> None:
            sent.append(message)

        named = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
        scope = {"type": "http", "method": method, "path": path, "headers": named}
        await edge({**scope, "query_string": query.encode()}, receive, collect)
        heads = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
        return sent[0]["status"], heads, sent[1]["body"]

    def banner(self) -> dict[str, Any]:
        """Fetch what is asked."""
        status, _, body = self.request(
            "GET", "/v1/sites/shop/banner", query="locale=en", sayso_device=self.device
        )
        assert status == 200, body
        read: dict[str, Any] = json.loads(body)
        return read

    def form(self, answers: dict[str, str], **change: Any) -> dict[str, Any]:
        """Make the body of an answer to the current notice."""
        shown = self.banner()
        copied = {name: shown[name] for name in ("version", "locale", "text_hash", "layout")}
        made = {
            "event": new_id(),
            **copied,
            "surface": "banner",
            "act": "choose",
            "base": 0,
            "answers": answers,
        }
        return {**made, **change}

    def answer(self, answers: dict[str, str], **change: Any) -> tuple[int, dict[str, Any]]:
        """Send an answer as this browser."""
        return self.post(self.form(answers, **change))

    def post(self, body: Any, **headers: str) -> tuple[int, dict[str, Any]]:
        """Send any body to the address of answers."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        sent = {"sayso_device": self.device, **headers}
        status, _, reply = self.request("POST", "/v1/sites/shop/answers", raw, **sent)
        return status, json.loads(reply)


@pytest.fixture
def brand(transactional_db: None, now: datetime) -> str:
    notices.publish_notice(linen.document(), "Otto", now)
    notices.set_site("shop", "linen-and-loom", "http://localhost:8710", "EU")
    return "linen-and-loom"


@pytest.fixture
def browser(brand: str) -> Caller:
    return Caller()


@pytest.fixture
def server_key(brand: str, now: datetime) -> str:
    return identity.make_api_key(brand, "shop", {"decide"}, now)
