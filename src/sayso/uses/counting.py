"""Count in memory what was decided, and write it down beside the path: never in the way of an answer.

Counts are lost rather than anything be kept waiting: beyond `MOST` different things, in the second before a
process is killed, and where a commit may or may not have happened. What is lost in memory is counted as lost, so
that a page can say "at least".
"""

import logging
import sqlite3
import threading
import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

import psycopg

from sayso.core.errors import Unavailable
from sayso.deployment import env
from sayso.deployment.database import PostgreSQL, SQLite, open_database
from sayso.uses import store
from sayso.uses.store import Asked, Said

log = logging.getLogger("sayso.uses")
MOST = 65_536  # different choices of different people held in memory at most, about 20 MB
EVERY = 1.0  # seconds between two writings
TOGETHER = 500  # of them in one transaction, or those of one call
REST = 3  # a writing is followed by a pause this many times as long: whoever answers people goes first
PATIENCE = 3  # seconds a process that stops waits for what is still to be written
BROKEN = (sqlite3.OperationalError, psycopg.OperationalError, Unavailable)


class Counter:
    """Counts of one process, with a thread of its own that writes them and ends when there is nothing to write."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._waiting: dict[Asked, int] = {}
        self._size = 0
        self._missed: dict[tuple[str, str], int] = {}
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()

    def count(self, brand: str, key: str, names: tuple[str, ...], said: Said) -> None:
        """Count what one call decided about whoever these names mean: each choice, and whether it was permitted.

        `names` are those of `identity.named.names_of`, `key` is the hash of the server key that asked. However
        much was asked in the call, this is one entry of a dict.
        """
        with self._lock:
            self._put((brand, key, names, said), 1)
            if self._thread is None:
                self._begin()

    def add(self, counts: Iterable[tuple[Asked, int]]) -> None:
        """Count each call so many times."""
        with self._lock:
            for asked, times in counts:
                self._put(asked, times)
            if self._thread is None:
                self._begin()

    def miss(self, brand: str, key: str, times: int) -> None:
        """Remember that so many uses were not counted, of whomever they were."""
        with self._lock:
            self._missed[brand, key] = self._missed.get((brand, key), 0) + times
            if self._thread is None:
                self._begin()

    def _put(self, asked: Asked, times: int) -> None:
        held = self._waiting.get(asked)
        if held is not None:
            self._waiting[asked] = held + times
        elif self._size + len(asked[3]) <= self._most:
            self._waiting[asked] = times
            self._size += len(asked[3])
        else:
            self._lose(asked, times)

    def _lose(self, asked: Asked, times: int) -> None:
        brand, key, _names, said = asked
        self._missed[brand, key] = self._missed.get((brand, key), 0) + times * len(said)

    def _begin(self) -> None:
        if self._waiting or self._missed:
            self._thread = threading.Thread(target=self._run, name="uses", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Write what waits and end the thread; counting again begins another."""
        thread = self._thread
        self._stop.set()
        if thread:
            thread.join(PATIENCE)
        self._stop.clear()

    def _run(self) -> None:
        db: SQLite | PostgreSQL | None = None
        stopping = False
        while not stopping:
            stopping = self._stop.wait(EVERY)
            try:
                db = db or open_database(env.database_url())
                self._write(db)
            except BROKEN as broken:  # tried again in a second, for as long as there is room
                log.warning("uses could not be written: %s", type(broken).__name__)
            with self._lock:
                if stopping or not (self._waiting or self._missed):
                    stopping, self._thread = True, None
        if db:
            db.close()

    def _write(self, db: SQLite | PostgreSQL) -> None:
        """Write everything that waits, a few hundred things at a time. What is not written waits again."""
        with self._lock:
            waiting, self._waiting, self._size = self._waiting, {}, 0
            missed, self._missed = self._missed, {}
        try:
            while waiting or missed:
                batch = _first(waiting)
                began = time.monotonic()
                self._commit(db, batch, missed)
                for asked in batch:
                    del waiting[asked]
                missed = {}
                self._stop.wait(REST * (time.monotonic() - began))
        finally:
            self._put_back(waiting, missed)

    def _put_back(self, waiting: Mapping[Asked, int], missed: Mapping[tuple[str, str], int]) -> None:
        with self._lock:
            for asked, times in waiting.items():
                self._put(asked, times)
            for whose, times in missed.items():
                self._missed[whose] = self._missed.get(whose, 0) + times

    def _commit(
        self, db: SQLite | PostgreSQL, batch: dict[Asked, int], missed: Mapping[tuple[str, str], int]
    ) -> None:
        """Add one batch. Raises what a database that does not answer raises; then nothing was added.

        INVARIANT: nothing is counted twice. A batch that may have been committed, and one that cannot be
        written at all, is counted as lost.
        """
        committing = False
        try:
            with db.transaction():
                store.add(db, batch, missed, datetime.now(UTC))
                committing = True
        except Exception as broken:
            if isinstance(broken, BROKEN) and not committing:
                raise
            log.error("uses were lost: %s", type(broken).__name__)
            self._put_back({}, missed)
            with self._lock:
                for asked, times in batch.items():
                    self._lose(asked, times)


def _first(waiting: Mapping[Asked, int]) -> dict[Asked, int]:
    """Take what goes into one transaction."""
    batch: dict[Asked, int] = {}
    size = 0
    for asked, times in waiting.items():
        size += len(asked[3])
        if batch and size > TOGETHER:
            break
        batch[asked] = times
    return batch
