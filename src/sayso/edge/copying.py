"""What a brand's own servers copy from the edge: the head, the rows, what changes, and leases.

A copy holds, by name, a code per choice; it is told every change and refuses everything once its lease ends.
"""

import json
import re
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from operator import itemgetter
from typing import Any
from urllib.parse import parse_qs

from sayso.core.errors import Invalid
from sayso.core.table import CODE, PERMITTING_CODES, REASONS
from sayso.decisions.entries import Entry
from sayso.decisions.replica import Replica
from sayso.deployment.database import Database
from sayso.identity import keys
from sayso.identity.store import NAMED_BY
from sayso.notices import store as notices
from sayso.outbox import epochs
from sayso.outbox import store as outbox

LEASE = 5  # seconds a copy may answer after it sent the poll that was answered
MOST_ROWS = 10_000  # in one page
MOST_AT_ONCE = 500  # changes written to a follower in one go
MOST_PURPOSES = 200
_NONCE = re.compile(r"[0-9a-f]{32}\Z")
_NAME = re.compile(r"[0-9a-f]{0,32}\Z")
Query = Mapping[str, list[str]]


def read_query(raw: bytes) -> Query:
    """Read a query string."""
    return parse_qs(raw.decode("latin-1"))


def _text(query: Query, name: str) -> str:
    return query.get(name, [""])[0]


def _number(query: Query, name: str, otherwise: int) -> int:
    text = _text(query, name)
    if not text:
        return otherwise
    if not text.isascii() or not text.isdigit() or len(text) > 15:
        raise Invalid("invalid_request", f"`{name}` is not a number.", f"Send `{name}` as a decimal number.")
    return int(text)


class View:
    """A replica as far as one copy holds it: the choices of some purposes, all when none are named."""

    def __init__(self, replica: Replica, query: Query) -> None:
        wanted = [name for name in _text(query, "purposes").split(",") if name][:MOST_PURPOSES]
        every = replica.table.choices
        here = [i for i, choice in enumerate(every) if not wanted or choice.split(".")[0] in wanted]
        self.replica = replica
        self.choices = [every[index] for index in here]
        self._codes = lru_cache(maxsize=4096)(_picker(here, len(every)))

    def row(self, name: str, entry: Entry | None) -> list[Any]:
        """Write an entry as a copy holds it; the name alone when nobody goes by it any more."""
        if entry is None:
            return [name]
        codes, under_signal = self._codes(entry.codes), self._codes(entry.signal_codes)
        until = entry.until // 1_000_000
        return [name, codes, "" if under_signal == codes else under_signal, until, int(entry.alone)]

    def head(self) -> dict[str, Any]:
        """Give what a copy must know before its first row."""
        replica = self.replica
        _, codes, under_signal, _, _ = self.row("", replica.stranger)
        return {
            "brand": replica.brand,
            "epoch": replica.epoch,
            "version": replica.version,
            "choices": self.choices,
            "reasons": list(REASONS),
            "permits": [CODE[reason] in PERMITTING_CODES for reason in REASONS],
            "stranger": codes,
            "signal_stranger": under_signal,
            "names": {kind: b64encode(keys.lookup_key(kind)).decode() for kind in NAMED_BY},
            "lease": LEASE,
            "seq": replica.seq,
        }

    def rows(self, query: Query) -> dict[str, Any]:
        """Give one page of rows in the order of their names. Raises `Invalid`."""
        after, most = _text(query, "after"), _number(query, "most", MOST_ROWS)
        if not _NAME.match(after):
            raise Invalid("invalid_request", "`after` is no name.", "Send the `next` of the page before.")
        replica = self.replica
        seq = replica.seq  # read before the rows: they are of this number or newer
        rows, following = replica.page(after, max(1, min(most, MOST_ROWS)))
        told = [self.row(*pair) for pair in rows]
        place = {"epoch": replica.epoch, "version": replica.version, "seq": seq}
        return {**place, "rows": told, "next": following}


def _picker(here: list[int], among: int) -> Callable[[str], str]:
    if len(here) == among:
        return lambda codes: codes
    if not here:
        return lambda codes: ""
    pick = itemgetter(*here)
    return lambda codes: "".join(pick(codes))


def lease(db: Database, brand: str, query: Query) -> dict[str, Any]:
    """Answer a poll from the database as it is now: its epoch, the notice in force, and how far its news goes.

    Raises `Invalid` for a nonce that is none.
    """
    nonce = _text(query, "nonce")
    if not _NONCE.match(nonce):
        raise Invalid(
            "invalid_request", "`nonce` is not 32 hexadecimal digits.", "Send 16 random bytes as hex."
        )
    version = notices.current(db, brand).notice.version
    return {
        "nonce": nonce,
        "epoch": epochs.epoch_of(db),
        "version": version,
        "seq": outbox.watermark(db),
    }


def event(kind: str, data: object, number: int | None = None) -> bytes:
    """Write one Server-Sent Event."""
    told = f"id: {number}\n" if number is not None else ""
    return f"event: {kind}\n{told}data: {json.dumps(data, separators=(',', ':'))}\n\n".encode()


class Follower:
    """One copy that follows: where it is in the changes, and what to write to it next. It queues nothing itself."""

    def __init__(self, view: View, query: Query) -> None:
        self._view = view
        self._replica = view.replica
        self._told = _number(query, "seq", 0)
        self._place: int | None = self._replica.history.place_after(self._told)
        known = {"epoch": self._replica.epoch, "version": self._replica.version}
        asked = {name: _text(query, name) for name in known}
        self._other = "epoch" if asked["epoch"] != known["epoch"] else "notice"
        self._stale = asked != known

    def next(self) -> tuple[bytes, bool]:
        """Give what to write now, perhaps nothing, and whether it is the end."""
        if self._stale or self._replica.over:
            return event("reload", {"why": self._other if self._stale else self._replica.over}), True
        seq = self._replica.seq  # read before the changes: all up to it are among them
        some = self._replica.history.some(self._place, MOST_AT_ONCE) if self._place is not None else None
        if some is None or self._place is None:
            return event("reload", {"why": "behind"}), True
        self._place += len(some)
        written = b"".join(self._rows(some))
        if len(some) < MOST_AT_ONCE and seq > self._told:
            self._told = seq
            written += event("seq", seq)
        return written, False

    def _rows(self, changes: list[tuple[int, str]]) -> Iterator[bytes]:
        for seq, name in changes:
            yield event("row", self._view.row(name, self._replica.entries.get(name)), seq)
