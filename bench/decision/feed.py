"""An edge that only feeds replicas: the policy's people over the very wire that the real edge speaks.

It makes a million people in seconds instead of recording a million answers first. Served by granian; what it feeds
stands in BENCH_CHOICES and BENCH_PEOPLE.
"""

import asyncio
import base64
import hashlib
import hmac
import json
import os
from collections.abc import Awaitable, Callable, Mapping
from importlib import import_module
from typing import Any
from urllib.parse import parse_qs

from bench.decision import heart
from bench.decision.policy import PATTERNS, Pattern, Policy, make_policy

KEY = b"bench" * 8
LEASE = 5
WORDS = {"epoch": "bench", "version": "sha256:bench"}
Send = Callable[[Mapping[str, Any]], Awaitable[None]]


def _table(policy: Policy) -> Any:
    # By name: the heart's table is younger than this file, and older trees are measured too.
    notice = heart.published(policy)
    return import_module("sayso.core.table").Table(notice, notice_choices(policy))


def notice_choices(policy: Policy) -> list[str]:
    """List every choice of the notice, asked or told."""
    return [part.choice.id for _, part in heart.published(policy).notice.parts()]


def head_of(policy: Policy) -> dict[str, Any]:
    """Give what all rows have in common, as `GET /v1/replica` does."""
    table, decision = _table(policy), import_module("sayso.core.decision")
    reasons = import_module("sayso.core.table").REASONS
    key = base64.b64encode(KEY).decode()
    return WORDS | {
        "brand": "bench",
        "choices": list(table.choices),
        "reasons": [str(reason) for reason in reasons],
        "permits": [reason in decision.PERMITS for reason in reasons],
        "stranger": table.stranger.codes,
        "signal_stranger": table.stranger.signal_codes,
        "names": {"customer": key, "email": key},
        "lease": LEASE,
        "seq": 1,
    }


def _tail(table: Any, policy: Policy, pattern: Pattern) -> bytes:
    """Write all of a row behind its name: the same for everybody who answered alike."""
    row = table.row((heart.standing(policy, pattern),), heart.NOW)
    signal = "" if row.signal_codes == row.codes else row.signal_codes
    return json.dumps([row.codes, signal, int(heart.ENDS.timestamp()), int(row.minor)])[1:].encode()


def hashed(customer: str) -> bytes:
    """Give the name a customer's row is found by."""
    return hmac.digest(KEY, customer.encode(), hashlib.sha256)[:16]


class Feed:
    """The application. Rows are kept as name and number, and written when they are asked for."""

    def __init__(self, policy: Policy) -> None:
        self._head = json.dumps(head_of(policy)).encode()
        table = _table(policy)
        self._tails = [_tail(table, policy, pattern) for pattern in policy.patterns]
        self._people = sorted(hashed(name) + number.to_bytes(4) for number, name in enumerate(policy.names()))

    def _page(self, query: Mapping[str, list[str]]) -> bytes:
        # The name asked for is where the last page ended: its place is the cursor, so that nothing is searched.
        place = int(query["after"][0], 16) if "after" in query else 0
        most = int(query["most"][0])
        chosen = self._people[place : place + most]
        rows = b",".join(
            b'["%s",%s' % (one[:16].hex().encode(), self._tails[int.from_bytes(one[16:]) % PATTERNS])
            for one in chosen
        )
        following = place + most
        after = b'"%032x"' % following if following < len(self._people) else b"null"
        words = json.dumps(WORDS | {"seq": 1})[:-1].encode()
        return b'%s,"rows":[%s],"next":%s}' % (words, rows, after)

    def _reply(self, scope: Mapping[str, Any]) -> bytes:
        query = parse_qs(scope["query_string"].decode())
        match scope["path"]:
            case "/v1/replica":
                return self._head
            case "/v1/replica/rows":
                return self._page(query)
            case "/v1/replica/lease":
                return json.dumps(WORDS | {"nonce": query["nonce"][0], "seq": 1}).encode()
        return json.dumps({"edge": f"http://{dict(scope['headers'])[b'host'].decode()}"}).encode()

    async def __call__(self, scope: Mapping[str, Any], receive: Any, send: Send) -> None:
        """Answer one request; the stream stays open and tells again and again that nothing changed."""
        if scope["type"] == "lifespan":
            return await _lifespan(receive, send)
        kind = b"text/event-stream" if scope["path"].endswith("/stream") else b"application/json"
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", kind)]})
        if scope["path"].endswith("/stream"):
            return await _nothing_new(send)
        await send({"type": "http.response.body", "body": self._reply(scope)})
        return None


async def _nothing_new(send: Send) -> None:
    while True:
        await send({"type": "http.response.body", "body": b"event: seq\ndata: 1\n\n", "more_body": True})
        await asyncio.sleep(1)


async def _lifespan(receive: Any, send: Send) -> None:
    while (message := await receive())["type"] != "lifespan.shutdown":
        await send({"type": f"{message['type']}.complete"})
    await send({"type": "lifespan.shutdown.complete"})


def application() -> Feed:
    """Make the application from its environment."""
    return Feed(make_policy(int(os.environ["BENCH_CHOICES"]), int(os.environ["BENCH_PEOPLE"])))
