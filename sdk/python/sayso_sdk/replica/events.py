"""Server-Sent Events, cut out of a stream of bytes (HTML Living Standard, 9.2)."""

from __future__ import annotations

from typing import NamedTuple

from sayso_sdk.errors import unreadable

LONGEST = 1 << 20
"""The most bytes of one event that are waited for: a row of 4 096 choices has 8 300."""


class Event(NamedTuple):
    """One event: its kind and its data."""

    kind: str
    data: str


class Events:
    """What has come of a stream so far."""

    def __init__(self) -> None:
        self._rest = b""
        self._kind = ""
        self._data: list[str] = []
        self._size = 0  # bytes of the event that has begun

    def read(self, more: bytes) -> list[Event]:
        """Take in more bytes and return the events that are now complete.

        Raises SaysoProblem `unreadable` for an event that never ends or is not text.
        """
        *lines, self._rest = (self._rest + more).replace(b"\r\n", b"\n").split(b"\n")
        try:
            found = [self._line(line) for line in lines]
        except UnicodeDecodeError as fault:
            raise unreadable(200) from fault
        self._need_an_end(len(self._rest))
        return [event for event in found if event is not None]

    def _need_an_end(self, more: int) -> None:
        if self._size + more > LONGEST:
            raise unreadable(200)

    def _line(self, raw: bytes) -> Event | None:
        self._size += len(raw) + 1  # a line of nothing takes its place too
        self._need_an_end(0)
        line = raw.decode()
        if not line:
            return self._end()
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "event":
            self._kind = value
        elif name == "data":
            self._data.append(value)
        return None

    def _end(self) -> Event | None:
        event = Event(self._kind or "message", "\n".join(self._data)) if self._data else None
        self._kind, self._data, self._size = "", [], 0
        return event
