"""Count what is decided in this process, so that each person can read how often her data was used.

Counting never waits and never stands in the way of an answer: what does not fit or cannot be handed over is
lost, and how much was lost is told. No count is handed over twice.
"""

from __future__ import annotations

import logging
import os
import threading
import weakref
from collections.abc import Mapping
from itertools import islice
from typing import Any

import httpx

from sayso_sdk.client import Client
from sayso_sdk.errors import SaysoProblem
from sayso_sdk.values import Decision

MOST = 10_000  # different things held in memory, a few megabytes
EVERY = 3.0  # seconds between two batches
TOGETHER = 1_000  # things in one batch
MOST_TIMES = 1_000_000  # of one thing in one batch, and lost ones told at once
# Of these nothing was used and nothing of hers was held back.
UNCOUNTED = frozenset({"unknown_subject", "not_listed", "erasing", "unavailable"})
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_log = logging.getLogger("sayso_sdk")
Asked = tuple[tuple[bytes, ...], str, bool]  # names, choice, permitted


class Uses:
    """Counts of one process, handed to the edge by a thread of their own every few seconds and at `close`.

    `sayso` is a client whose key has the scope `replica` or `decide`. Safe to share between threads. After a fork
    the parent hands over what it had counted, and the child begins with nothing.
    """

    def __init__(self, sayso: Client, *, most: int = MOST, every: float = EVERY) -> None:
        self._sayso, self._most, self._every = sayso, most, every
        self._begin_anew()
        _all.add(self)

    def _begin_anew(self) -> None:
        self._waiting: dict[Asked, int] = {}
        self._lost, self._untold = 0, 0
        self._thread: threading.Thread | None = None
        self._waking, self._telling = threading.Lock(), threading.Lock()
        self._stop = threading.Event()

    @property
    def lost(self) -> int:
        """How many uses this process could not count or hand over."""
        return self._lost

    def count(self, names: tuple[bytes, ...], decision: Decision) -> None:
        """Count one decision about whoever these names mean (16 bytes each). Never raises, never waits."""
        if decision.reason in UNCOUNTED:
            return
        waiting, asked = self._waiting, (names, decision.choice, decision.permitted)
        # Without a lock: two threads that meet here lose one count, and nobody waits.
        held = waiting.get(asked)
        if held is not None or len(waiting) < self._most:
            waiting[asked] = (held or 0) + 1
        else:
            self._lose(1)
        if self._thread is None:
            self._wake()

    def _lose(self, times: int) -> None:
        self._lost += times
        self._untold += times

    def _wake(self) -> None:
        with self._waking:
            if self._thread is None and not self._stop.is_set():
                self._thread = threading.Thread(target=self._run, name="sayso-uses", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while not self._stop.wait(self._every):
            self.tell()

    def close(self) -> None:
        """Hand over what was counted and end. What is counted afterwards is not handed over."""
        with self._waking:
            self._stop.set()
            thread = self._thread
        if thread is not None:
            thread.join(self._every)
        self.tell()

    def tell(self) -> None:
        """Hand over what was counted so far."""
        with self._telling:
            taken, self._waiting = self._waiting, {}
            left = taken.copy()
            while left or self._untold:
                batch = dict(islice(left.items(), TOGETHER))
                if not self._tell(batch):
                    break
                for asked in batch:
                    del left[asked]
            self._put_back(left)

    def _tell(self, batch: Mapping[Asked, int]) -> bool:
        """Hand over one batch; False when Sayso cannot be reached and the batch may be sent again."""
        untold = min(self._untold, MOST_TIMES)
        try:
            self._sayso.edge()
            self._sayso.add_uses([_as_json(asked, times) for asked, times in batch.items()], lost=untold)
        except SaysoProblem as problem:
            if _certainly_not_taken(problem):
                return False
            _log.warning("sayso: uses were lost: %s", problem.code)
            self._lose(sum(batch.values()))
            return bool(batch)
        self._untold -= untold
        return True

    def _put_back(self, left: Mapping[Asked, int]) -> None:
        waiting = self._waiting
        for asked, times in left.items():
            held = waiting.get(asked)
            if held is not None or len(waiting) < self._most:
                waiting[asked] = (held or 0) + times
            else:
                self._lose(times)


def _as_json(asked: Asked, times: int) -> dict[str, Any]:
    names, choice, permitted = asked
    told = {"names": [name.hex() for name in names], "choice": choice, "permitted": permitted}
    return {**told, "times": min(times, MOST_TIMES)}


def _certainly_not_taken(problem: SaysoProblem) -> bool:
    """Whether the batch may be sent again: where it may have been taken, sending it again would count twice."""
    return isinstance(problem.__cause__, _NOT_SENT) or problem.status in (429, 503)


_all: weakref.WeakSet[Uses] = weakref.WeakSet()


def _after_fork() -> None:
    for uses in _all:
        uses._begin_anew()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
