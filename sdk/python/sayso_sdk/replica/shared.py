"""One copy for all processes of a host, in LMDB: one of them feeds it, the others read along.

A folder holds `feeder.lock`, which the feeding process keeps locked; `current`, the name of the copy in use; and a
folder for each copy. A copy is never rebuilt in place: the next one is written beside it and takes its name over.
Everything is readable by its owner alone, for the keys that identifiers are hashed with are in it.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import lmdb

from sayso_sdk.replica import clock
from sayso_sdk.replica.copies import Copy
from sayso_sdk.replica.shared_rows import SharedRows
from sayso_sdk.replica.wire import Head


class Shared:
    """Keeps copies in a folder of the host. `scope` is what the copies are about; each has a folder of its own."""

    def __init__(self, folder: str, scope: Any, show: Callable[[Copy], None], names_kept: int) -> None:
        if not clock.boot():
            raise OSError(
                "A shared store needs Linux: elsewhere a lease cannot be told from one before a restart."
            )
        digest = hashlib.sha256(json.dumps(scope).encode()).hexdigest()
        self._folder = Path(folder) / digest[:16]
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._tell, self._names_kept = show, names_kept
        self._name = ""
        self._shown: tuple[Copy, SharedRows] | None = None
        self._begun: tuple[Copy, SharedRows, str] | None = None
        self._lock: int | None = None

    def mine(self) -> bool:
        """Say whether this process feeds; it does once the one that did has ended."""
        if self._lock is not None:
            return True
        lock = os.open(self._folder / "feeder.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            return False
        self._lock = lock
        return True

    def look(self) -> None:
        """See which copy is in use, and until when it may be believed."""
        name = self._current()
        if name and name != self._name:
            self._open(name)
        if self._shown is not None:
            copy, rows = self._shown
            copy.renew(rows.until())

    def held(self) -> Copy | None:
        """Return the copy in use with all it takes to go on feeding it."""
        self.look()
        if self._shown is None:
            return None
        copy, rows = self._shown
        rows.take_over()
        copy.applied = rows.seq() or 0
        return copy

    def begin(self, head: Head) -> Copy:
        """Return an empty copy in a folder of its own; what an earlier attempt left is removed."""
        self._remove_all_but(self._name)
        name = secrets.token_hex(8)
        place = self._folder / name
        place.mkdir(mode=0o700)
        rows = SharedRows(place, head)
        copy = Copy(head, rows, self._names_kept)
        self._begun = (copy, rows, name)
        return copy

    def show(self, copy: Copy) -> None:
        """Let every process of the host use this copy from now on."""
        if self._begun is not None and self._begun[0] is copy:
            _, rows, self._name = self._begun
            self._begun, self._shown = None, (copy, rows)
            self._point_at(self._name)
            self._remove_all_but(self._name)
        self._tell(copy)

    def leave(self) -> None:
        """Let another process feed."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None
        if self._shown is not None:
            self._shown[1].close()
            self._shown = None

    def _open(self, name: str) -> None:
        try:
            rows = SharedRows(self._folder / name)
        except (lmdb.Error, OSError):  # the next copy has taken over meanwhile, or never was whole
            return
        if rows.of_this_start() and rows.seq() is not None:
            copy = Copy(rows.head, rows, self._names_kept)
            self._name, self._shown = name, (copy, rows)
            self._tell(copy)

    def _current(self) -> str:
        try:
            return (self._folder / "current").read_text()
        except FileNotFoundError:
            return ""

    def _point_at(self, name: str) -> None:
        fresh = self._folder / "current.new"
        fresh.write_text(name)
        os.replace(fresh, self._folder / "current")

    def _remove_all_but(self, kept: str) -> None:
        # Whoever still reads a copy that was removed reads on: its files live as long as somebody has them open.
        for place in self._folder.iterdir():
            if place.is_dir() and place.name != kept:
                shutil.rmtree(place, ignore_errors=True)
