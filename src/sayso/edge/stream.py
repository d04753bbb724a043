"""Server-Sent Events to those who follow: nothing is queued for them, so that a slow one costs no memory."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any

from sayso.core.errors import SaysoError, Unavailable
from sayso.edge.copying import Follower

KEEP_ALIVE = 10.0  # seconds of silence after which a comment shows that somebody is still there
MOST_FOLLOWERS = 1000
HEADERS = [(b"content-type", b"text/event-stream"), (b"cache-control", b"no-store")]

Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]
May = Callable[[], Awaitable[object]]  # raises `SaysoError` once its key may follow no longer


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


class Streams:
    """The streams of one process, woken together when a replica may have changed."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Event] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closing = False

    def wake_from_afar(self) -> None:
        """Wake every stream, from any thread."""
        if self._loop is not None and self._waiting:
            with suppress(RuntimeError):  # the loop has ended meanwhile
                self._loop.call_soon_threadsafe(self._wake)

    def _wake(self) -> None:
        for waiting in self._waiting:
            waiting.set()

    def close(self) -> None:
        """End every stream."""
        self._closing = True
        self._wake()

    async def serve(self, follower: Follower, may: May, receive: Receive, send: Send) -> None:
        """Write to a follower until it goes, has to start again, may follow no longer, or everything stops.

        Raises `Unavailable` with code `busy` before the first byte when too many follow.
        """
        if len(self._waiting) >= MOST_FOLLOWERS:
            raise Unavailable("busy", "Too many follow already.", "Follow another edge, or try in a second.")
        self._loop, woken = asyncio.get_running_loop(), asyncio.Event()
        gone = asyncio.create_task(_gone(receive))
        gone.add_done_callback(lambda _: woken.set())
        self._waiting.add(woken)
        try:
            await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
            with suppress(SaysoError):  # its key was revoked, or cannot be looked up: it may ask anew
                await self._write(follower, may, gone, woken, send)
            await send({"type": "http.response.body", "body": b""})
        finally:
            self._waiting.discard(woken)
            gone.cancel()

    async def _write(
        self, follower: Follower, may: May, gone: asyncio.Task[None], woken: asyncio.Event, send: Send
    ) -> None:
        over, asked = False, time.monotonic()
        while not (over or gone.done() or self._closing):
            woken.clear()
            if time.monotonic() - asked >= KEEP_ALIVE:
                await may()
                asked = time.monotonic()
            written, over = follower.next()
            if written:
                # INVARIANT: the next changes are read only when these have left.
                await send({"type": "http.response.body", "body": written, "more_body": True})
                continue
            try:
                await asyncio.wait_for(woken.wait(), KEEP_ALIVE)
            except TimeoutError:
                await send({"type": "http.response.body", "body": b":\n\n", "more_body": True})
