"""Until when a copy may be believed: a poll that was answered, once everything it named has been applied."""

from __future__ import annotations

import threading
from collections import deque

MOST_WAITING = 64


class Lease:
    """The polls of one copy whose watermark has not been reached yet. Times are by `clock.now`.

    A lease counts from the moment the poll was *sent*: whatever the edge knew when it answered is no older.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._waiting: deque[tuple[float, int]] = deque(maxlen=MOST_WAITING)
        self._until = 0.0
        self._lock = threading.Lock()

    def answered(self, sent: float, watermark: int) -> None:
        """Note that the poll sent then was answered: all changes up to the watermark had been written."""
        with self._lock:
            self._waiting.append((sent, watermark))

    def until(self, applied: int) -> float:
        """Return when the lease ends, now that all changes up to `applied` are in."""
        with self._lock:
            # INVARIANT: a poll renews nothing before everything up to its watermark has been applied.
            reached = [poll for poll in self._waiting if poll[1] <= applied]
            for poll in reached:
                self._waiting.remove(poll)
                self._until = max(self._until, poll[0] + self._seconds)
            return self._until

    def overdue(self, moment: float) -> bool:
        """Say whether a watermark was not reached within a lease: the stream has stopped bringing changes."""
        with self._lock:
            return bool(self._waiting) and self._waiting[0][0] + self._seconds < moment

    def forget(self) -> None:
        """Drop what is waiting: the stream begins again, and polls sent from now on count."""
        with self._lock:
            self._waiting.clear()
