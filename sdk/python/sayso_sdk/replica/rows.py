"""The rows of one copy in this process: a dictionary of names."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sayso_sdk.replica.copies import Copy
from sayso_sdk.replica.patterns import Patterns
from sayso_sdk.replica.wire import Head, Row


class Rows:
    """One number per name. One thread writes, any number of threads read, without a lock."""

    def __init__(self, head: Head) -> None:
        self.patterns = Patterns(len(head.choices), len(head.reasons))
        self.table = self.patterns.table
        self._rows: dict[bytes, int] = {}
        self.get: Callable[[bytes], int | None] = self._rows.get

    def __len__(self) -> int:
        return len(self._rows)

    def put(self, rows: Iterable[Row], seq: int | None = None) -> None:
        """Take in rows; the dictionary of a process need not remember up to where."""
        for name, row in rows:
            if row is None:
                self._rows.pop(name, None)
            else:
                self._rows[name] = row

    def lease(self, until: float) -> None:
        """Nobody else reads these rows, so nobody is told until when they may be believed."""


class Alone:
    """Keeps copies in this process, for nobody else. `held` is one it was forked with."""

    def __init__(self, show: Callable[[Copy], None], names_kept: int, held: Copy | None) -> None:
        self._tell, self._names_kept, self._held = show, names_kept, held

    def mine(self) -> bool:
        """Say whether this process feeds: always."""
        return True

    def look(self) -> None:
        """See nothing: nobody else feeds."""

    def held(self) -> Copy | None:
        """Return the copy this process was forked with."""
        return self._held

    def begin(self, head: Head) -> Copy:
        """Return an empty copy."""
        return Copy(head, Rows(head), self._names_kept)

    def show(self, copy: Copy) -> None:
        """Let questions be answered by this copy from now on."""
        self._tell(copy)

    def leave(self) -> None:
        """Give nothing back: nothing was opened."""
