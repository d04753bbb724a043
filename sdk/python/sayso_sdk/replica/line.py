"""The requests of one replica, and the one stream that stays open."""

from __future__ import annotations

import json
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

import httpx

from sayso_sdk.client import TIMEOUT, Client
from sayso_sdk.errors import UNREADABLE, SaysoProblem, problem_from, unavailable, unreadable
from sayso_sdk.replica.events import Event, Events
from sayso_sdk.replica.patterns import Patterns
from sayso_sdk.replica.wire import Head, Page, Watermark, read_head, read_page, read_watermark
from sayso_sdk.whole import PLAIN, whole

LARGEST = 64 * 1024 * 1024
"""The most bytes of one page that are taken in."""
MOST_ROWS = 10_000
_CODES_OF_A_PAGE = 4_000_000


class Line:
    """The wire to the edge. Every method raises SaysoProblem when the edge refuses or does not answer."""

    def __init__(self, url: str, key: str, purposes: tuple[str, ...] | None) -> None:
        self._url, self._key = url, key
        self._client = Client(url, key)
        self._scope = {} if purposes is None else {"purposes": ",".join(purposes)}
        self._http = httpx.Client(
            timeout=TIMEOUT,
            headers=PLAIN | {"Authorization": f"Bearer {key}"},
            follow_redirects=False,
            trust_env=False,
        )
        self._socket: socket.socket | None = None

    def head(self) -> Head:
        """Ask for what all rows have in common."""
        return read_head(self._ask("", {}))

    def page(self, after: str | None, patterns: Patterns, choices: int) -> Page:
        """Ask for some rows, from the first name or after one; the more choices, the fewer rows."""
        most = max(1, min(MOST_ROWS, _CODES_OF_A_PAGE // max(1, choices)))
        return read_page(self._ask("/rows", {"most": most, **({"after": after} if after else {})}), patterns)

    def poll(self, nonce: str, head: Head) -> Watermark:
        """Ask up to which change there is something to know."""
        told = {"nonce": nonce, "epoch": head.epoch, "version": head.version}
        return read_watermark(self._ask("/lease", told))

    @contextmanager
    def stream(self, seq: int, head: Head, silence: float) -> Iterator[Iterator[list[Event]]]:
        """Open the stream of all changes after `seq` for a block; it ends after that many seconds of silence."""
        told = {"seq": seq, "epoch": head.epoch, "version": head.version}
        waits = httpx.Timeout(TIMEOUT.connect, read=silence)
        headers = {"Accept": "text/event-stream"}
        try:
            with self._http.stream(
                "GET", self._address("/stream", told), timeout=waits, headers=headers
            ) as reply:
                if not reply.is_success:
                    raise problem_from(httpx.Response(reply.status_code, content=whole(reply)))
                self._socket = reply.extensions["network_stream"].get_extra_info("socket")
                yield _events(reply)
        except (httpx.HTTPError, httpx.StreamError) as fault:
            raise unavailable() from fault
        finally:
            self._socket = None

    def cut(self) -> None:
        """End the stream, if one is open, from whichever thread."""
        held = self._socket
        if held is not None:
            try:
                # Not the TLS socket's own shutdown: that would pull the session away under the reading thread.
                socket.socket.shutdown(held, socket.SHUT_RDWR)
            except (OSError, ssl.SSLError):
                return

    def find_edge_again(self) -> None:
        """Ask where the edge is by now; the address known so far stays when nobody answers."""
        fresh = Client(self._url, self._key)
        try:
            fresh.edge()
        except SaysoProblem:
            fresh.close()
        else:
            self._client, old = fresh, self._client
            old.close()

    def close(self) -> None:
        """Give the connections back."""
        self._http.close()
        self._client.close()

    def _address(self, path: str, told: dict[str, Any]) -> str:
        return f"{self._client.edge()}/v1/replica{path}?{urlencode({**self._scope, **told})}"

    def _ask(self, path: str, told: dict[str, Any]) -> Any:
        try:
            with self._http.stream("GET", self._address(path, told)) as reply:
                body = whole(reply, LARGEST)
                if not reply.is_success:
                    raise problem_from(httpx.Response(reply.status_code, content=body))
        except httpx.DecodingError as fault:
            raise unreadable(reply.status_code) from fault
        except (httpx.HTTPError, httpx.StreamError) as fault:
            raise unavailable() from fault
        try:
            return json.loads(body)
        except UNREADABLE as fault:
            raise unreadable(200) from fault


def _events(reply: httpx.Response) -> Iterator[list[Event]]:
    events = Events()
    for part in reply.iter_raw():
        yield events.read(part)
