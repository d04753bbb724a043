"""The replicas of one process and the one thread that fills them and keeps them current."""

import logging
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from threading import Event, Lock, Thread
from typing import Protocol

import psycopg

from sayso.core.errors import NotFound, SaysoError
from sayso.decisions.replica import Replica, boottime
from sayso.deployment.database import Database
from sayso.notices import store as notices
from sayso.outbox import epochs
from sayso.outbox import store as outbox

log = logging.getLogger("sayso.decisions")
LOOK = 0.1  # seconds between two looks when nothing wakes the thread
REST = 0.5  # seconds until the next try when the database does not answer
LOST = (sqlite3.Error, psycopg.Error, SaysoError)


class Followed(Database, Protocol):
    """A database that can be waited for."""

    def wait(self, seconds: float) -> None:
        """Wait until news was committed since the last wait, at most `seconds`."""

    def close(self) -> None:
        """End the connection."""


class Replicas:
    """Replicas by brand, made when a brand is first asked about.

    `connect` opens the thread's own connection. `changed` is called on the thread after every look that may have
    changed a replica.
    """

    def __init__(self, connect: Callable[[], Followed], changed: Callable[[], None] = lambda: None) -> None:
        self._connect, self._changed = connect, changed
        self._wanted: set[str] = set()
        self._ready: dict[str, Replica] = {}
        self._stop = Event()
        self._starting = Lock()
        self._thread: Thread | None = None

    def of(self, brand: str) -> Replica | None:
        """Give a brand's replica when it is filled and current; else None, and it is being filled."""
        found = self._ready.get(brand)
        if found is not None and found.fresh():
            return found
        if brand not in self._wanted:
            self._begin(brand)
        return None

    def _begin(self, brand: str) -> None:
        with self._starting:
            self._wanted.add(brand)
            if self._thread is None and not self._stop.is_set():
                self._thread = Thread(target=self._run, name="replicas", daemon=True)
                self._thread.start()

    def close(self) -> None:
        """Stop the thread and wait for it."""
        with self._starting:
            self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                db = self._connect()
                try:
                    self._follow(db)
                finally:
                    db.close()
            except LOST as broken:
                log.warning("replicas wait for the database: %s", type(broken).__name__)
                self._stop.wait(REST)
            except Exception as broken:
                # What cannot be compiled is answered from the database, by the plain rules.
                log.error("replicas begin again after %s", type(broken).__name__)
                for brand in list(self._ready):
                    self._ready.pop(brand).over = "behind"
                self._stop.wait(REST)

    def _follow(self, db: Followed) -> None:
        while not self._stop.is_set():
            db.wait(LOOK)
            looked = boottime()
            epoch, now = epochs.epoch_of(db), datetime.now(UTC)
            for brand in sorted(self._wanted):
                held, watermark = self._ready.get(brand), outbox.watermark(db)
                if held and (held.epoch != epoch or watermark < held.seq):
                    # A database that has lost what was known of it before gives the same numbers to other news.
                    held.over = "epoch"
                elif held and held.follow(db, watermark, now):
                    held.checked = looked
                    continue
                self._ready.pop(brand, None)
                self._fill(db, brand, epoch, now)
            self._changed()

    def _fill(self, db: Followed, brand: str, epoch: str, now: datetime) -> None:
        """Fill a brand's replica, and hand it out once it has caught up with what happened meanwhile."""
        self._changed()
        seq = outbox.watermark(db)  # read before the notice: one published in between is news
        try:
            fresh = Replica(notices.current(db, brand), epoch, seq)
        except NotFound:  # a brand without a notice
            self._wanted.discard(brand)
            return
        if not fresh.load(db, now, lambda: self._meanwhile(db, brand)):
            return
        looked = boottime()
        if fresh.follow(db, outbox.watermark(db), datetime.now(UTC)):
            fresh.checked = looked
            self._ready[brand] = fresh

    def _meanwhile(self, db: Followed, filling: str) -> bool:
        """Keep the other brands' replicas current between two pages; tell whether to stop."""
        for brand, held in self._ready.items():
            looked = boottime()
            if brand != filling and held.follow(db, outbox.watermark(db), datetime.now(UTC)):
                held.checked = looked
        return self._stop.is_set()
