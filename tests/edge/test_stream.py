"""A stream ends when its key may follow no longer, also while there is much to tell."""

import asyncio
from collections.abc import Mapping
from typing import Any, cast

import pytest

from sayso.core.errors import Unproved
from sayso.edge import stream
from sayso.edge.copying import Follower
from sayso.edge.stream import Streams


class Telling:
    """A follower to whom there is always the same to tell."""

    def __init__(self, told: bytes) -> None:
        self.told = told

    def next(self) -> tuple[bytes, bool]:
        """Give it."""
        return self.told, False


async def _served(told: bytes, looks: int) -> tuple[list[Mapping[str, Any]], int]:
    sent, asked = list[Mapping[str, Any]](), 0

    async def may() -> None:
        nonlocal asked
        asked += 1
        if asked > looks:
            raise Unproved("key_unknown", "That server key is not one of ours.", "Make one.")

    async def receive() -> Mapping[str, Any]:
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: Mapping[str, Any]) -> None:
        sent.append(message)
        await asyncio.sleep(0)

    await asyncio.wait_for(Streams().serve(cast(Follower, Telling(told)), may, receive, send), 20)
    return sent, asked


@pytest.mark.parametrize("told", [b"", b"event: seq\ndata: 1\n\n"], ids=["silent", "busy"])
def test_a_stream_ends_once_its_key_is_revoked(monkeypatch: pytest.MonkeyPatch, told: bytes) -> None:
    monkeypatch.setattr(stream, "KEEP_ALIVE", 0.05)
    sent, asked = asyncio.run(_served(told, looks=2))
    assert asked == 3
    assert sent[0]["status"] == 200
    assert sent[-1] == {"type": "http.response.body", "body": b""}
    assert len(sent) > 3
