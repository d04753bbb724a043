"""The rows of one copy in LMDB, for all processes of a host."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Iterable
from pathlib import Path

import lmdb

from sayso_sdk.replica import clock
from sayso_sdk.replica.patterns import Pattern, Patterns, pack, unpack
from sayso_sdk.replica.wire import Head, Row, read_head

LARGEST = 64 << 30
"""The most bytes of one copy; a file takes only what is in it."""
MOST_READERS = 1024
_MOMENT = struct.Struct("<d")
_NUMBER = struct.Struct(">I")


class SharedRows:
    """The rows of one copy in an LMDB environment. Reading takes no lock; one process writes."""

    def __init__(self, place: Path, head: Head | None = None) -> None:
        self._env = lmdb.open(
            str(place),
            map_size=LARGEST,
            max_dbs=3,
            mode=0o600,
            max_readers=MOST_READERS,
            sync=False,  # a copy does not outlive its machine's start, so nothing need reach the disk
            metasync=False,
            create=head is not None,
        )
        new = head is not None
        self._rows, self._packed, self._about = (
            self._env.open_db(name, create=new) for name in (b"rows", b"patterns", b"about")
        )
        if head is not None:
            self._say(head=head.told.encode(), boot=clock.boot().encode())
        self.head = head or read_head(json.loads(self._said("head")))
        self.patterns = Patterns(len(self.head.choices), len(self.head.reasons))
        self.table = _Table(self._pattern)
        self._written = 0
        self._filling = new

    def __len__(self) -> int:
        with self._env.begin() as txn:
            entries: int = txn.stat(self._rows)["entries"]
            return entries

    def get(self, name: bytes) -> int | None:
        """Return the row of a name."""
        value = self._env.begin(db=self._rows).get(name)
        return None if value is None else int.from_bytes(value, "little")

    def put(self, rows: Iterable[Row], seq: int | None = None) -> None:
        """Take in rows, and that all changes up to `seq` are in, in one transaction."""
        with self._env.begin(write=True) as txn:
            for name, row in rows:
                self._put(txn, name, row)
            new = self.patterns.table[self._written :]
            for number, pattern in enumerate(new, start=self._written):
                txn.put(_NUMBER.pack(number), pack(pattern), db=self._packed)
            if seq is not None:
                txn.put(b"seq", str(seq).encode(), db=self._about)
        self._written += len(new)
        self._filling = self._filling and seq is None

    def _put(self, txn: lmdb.Transaction, name: bytes, row: int | None) -> None:
        if row is None:
            txn.delete(name, db=self._rows)
            return
        value = row.to_bytes((row.bit_length() + 7) // 8 or 1, "little")
        # Rows come in the order of their names: appended, they fill their pages to the last byte.
        if not (self._filling and txn.put(name, value, db=self._rows, append=True)):
            txn.put(name, value, db=self._rows)

    def lease(self, until: float) -> None:
        """Note until when the rows may be believed, for every process."""
        self._env.reader_check()  # of a reader that was killed, whose place would keep old pages from being used
        self._say(until=_MOMENT.pack(until))

    def until(self) -> float:
        """Return until when the rows may be believed, by `clock.now`; 0 before the first lease."""
        held = self._said("until")
        return _MOMENT.unpack(held)[0] if held else 0.0

    def seq(self) -> int | None:
        """Return the number of the newest change that is in; None while the copy is being filled."""
        held = self._said("seq")
        return int(held) if held else None

    def of_this_start(self) -> bool:
        """Say whether the copy was made since this machine started: its lease counts from there."""
        return self._said("boot") == clock.boot().encode()

    def take_over(self) -> None:
        """Read the patterns that a process which was feeding has left."""
        read = unpack(len(self.head.choices))
        with self._env.begin(db=self._packed) as txn:
            known = [read(value) for _, value in txn.cursor()]
        self.patterns = Patterns(len(self.head.choices), len(self.head.reasons), known)
        self._written = len(known)

    def close(self) -> None:
        """Give the environment back."""
        self._env.close()

    def _pattern(self, number: int) -> Pattern:
        packed = self._env.begin(db=self._packed).get(_NUMBER.pack(number))
        if packed is None:
            raise KeyError(number)
        return unpack(len(self.head.choices))(packed)

    def _say(self, **told: bytes) -> None:
        with self._env.begin(write=True, db=self._about) as txn:
            for name, value in told.items():
                txn.put(name.encode(), value)

    def _said(self, name: str) -> bytes:
        return self._env.begin(db=self._about).get(name.encode()) or b""


class _Table(dict[int, Pattern]):
    """Patterns by number, each read once. A number keeps its pattern as long as the copy lives."""

    def __init__(self, read: Callable[[int], Pattern]) -> None:
        self._read = read

    def __missing__(self, number: int) -> Pattern:
        return self.setdefault(number, self._read(number))
