"""One copy of the edge's rows, and what it answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol

from sayso_sdk.replica import clock
from sayso_sdk.replica.names import Names
from sayso_sdk.replica.patterns import Pattern, Patterns
from sayso_sdk.replica.table import Listed, compile_table
from sayso_sdk.replica.wire import PATTERN, PATTERN_BITS, Head, Row
from sayso_sdk.values import Decision

_SILENT = ("not_answered", "unknown_subject")
ROOM_FOR_PATTERNS = 10_000


class Store(Protocol):
    """Where the rows of a copy are: `Rows` in this process, `SharedRows` for the processes of a host."""

    patterns: Patterns

    @property
    def get(self) -> Callable[[bytes], int | None]:
        """What returns the row of a name."""

    @property
    def table(self) -> Sequence[Pattern] | Mapping[int, Pattern]:
        """The patterns by their numbers."""

    def __len__(self) -> int:
        """Return how many names have a row."""

    def put(self, rows: Iterable[Row], seq: int | None = None) -> None:
        """Take in rows, and that all changes up to `seq` are in."""

    def lease(self, until: float) -> None:
        """Note until when the rows may be believed, by `clock.now`."""


class Copy:
    """The head, compiled, over a store of rows.

    `until` is when the lease ends, by `clock.now`: whoever asks looks at it first. `applied` is the number of
    the newest change that is in. One thread changes them; any number of threads ask, without a lock.
    """

    __slots__ = (
        "_ahead",
        "_get",
        "_patterns",
        "_signal_stranger",
        "_stranger",
        "applied",
        "asked",
        "head",
        "names",
        "store",
        "until",
    )

    def __init__(self, head: Head, store: Store, names_kept: int, applied: int = 0) -> None:
        self.head, self.store, self.applied = head, store, applied
        self.asked = compile_table(head)
        self.names = Names(head.keys, names_kept)
        self.until = 0.0
        self._get, self._patterns = store.get, store.table
        self._stranger, self._signal_stranger = head.stranger, head.signal_stranger
        self._ahead = clock.ahead()

    def renew(self, until: float) -> None:
        """Let the copy be believed until then, and keep the time of day it counts by."""
        # A time of day that was set back revives nothing: a later one, once seen, stays.
        self._ahead = max(self._ahead, clock.ahead())
        self.until = until

    def crowded(self) -> bool:
        """Say whether most patterns that were ever seen must be out of use by now."""
        return len(self.store.patterns.table) > 2 * len(self.store) + ROOM_FOR_PATTERNS

    def answer(self, names: tuple[bytes, ...], listed: Listed, moment: float, gpc: bool) -> Decision | None:
        """Answer for the person these names mean, or None where only the edge can tell.

        `moment` is the time by `clock.now`; `gpc` says that Global Privacy Control came with the request.
        """
        if len(names) != 1:
            return self._together(names, listed, moment, gpc)
        row = self._get(names[0])
        return self._unknown(listed, gpc) if row is None else self._said(row, listed, moment, gpc)

    def _said(self, row: int, listed: Listed, moment: float, gpc: bool) -> Decision:
        pattern, old = self._patterns[row & PATTERN], row >> PATTERN_BITS
        code = (pattern.signal if gpc else pattern.codes)[listed.place]
        return (listed.aged if old and moment + self._ahead >= old else listed.answers)[code]

    def _unknown(self, listed: Listed, gpc: bool) -> Decision:
        return listed.answers[(self._signal_stranger if gpc else self._stranger)[listed.place]]

    def _together(
        self, names: tuple[bytes, ...], listed: Listed, moment: float, gpc: bool
    ) -> Decision | None:
        if not names:
            return listed.unavailable
        rows = [row for row in map(self._get, names) if row is not None]
        if any(self._patterns[row & PATTERN].minor for row in rows):
            return None
        said = [self._said(row, listed, moment, gpc) for row in rows] or [self._unknown(listed, gpc)]
        refused = [decision for decision in said if not decision.permitted]
        # A spoken no explains more than a missing answer.
        return min(refused, key=lambda decision: decision.reason in _SILENT) if refused else said[0]
