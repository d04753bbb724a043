"""What the shop asked Sayso lately, per visitor: for the developer's page, in memory only."""

from __future__ import annotations

import hashlib
from collections import OrderedDict, deque
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

VISITORS, ENTRIES = 200, 30


@dataclass(frozen=True)
class Entry:
    """One question, its answer and the reason given."""

    at: datetime
    use: str
    choice: str
    permitted: bool
    reason: str


_pages: OrderedDict[str, deque[Entry]] = OrderedDict()
_lock = Lock()


def note(visitor: str, entries: list[Entry]) -> None:
    """Write down what was asked for one visitor; the oldest visitors and entries fall out."""
    with _lock:
        page = _pages.setdefault(_hidden(visitor), deque(maxlen=ENTRIES))
        page.extend(entries)
        _pages.move_to_end(_hidden(visitor))
        while len(_pages) > VISITORS:
            _pages.popitem(last=False)


def read(visitor: str) -> list[Entry]:
    """Return what was asked for this visitor, newest first."""
    with _lock:
        return list(reversed(_pages.get(_hidden(visitor), ())))


def _hidden(visitor: str) -> str:
    return hashlib.sha256(visitor.encode()).hexdigest()
