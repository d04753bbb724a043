"""The two threads that keep a copy fresh: one follows the stream of changes, one polls for the lease."""

from __future__ import annotations

import json
import logging
import random
import secrets
import threading
from collections.abc import Iterable
from typing import NamedTuple, Protocol

from sayso_sdk.errors import UNREADABLE, SaysoProblem, unavailable, unreadable
from sayso_sdk.replica import clock
from sayso_sdk.replica.copies import Copy
from sayso_sdk.replica.events import Event
from sayso_sdk.replica.lease import Lease
from sayso_sdk.replica.line import Line
from sayso_sdk.replica.wire import Head, Page, Row, read_row

POLL = 1.0
POLLS_A_LEASE = 5
LOOK = 0.2
"""Seconds between two looks of a process that another one feeds."""
SILENCE = 3
"""Leases without a byte after which a stream is taken for dead. The edge says something every ten seconds."""
SHORTEST_PAUSE, LONGEST_PAUSE = 0.1, 5.0

_log = logging.getLogger("sayso_sdk")


class Keeping(Protocol):
    """Where copies are kept, and which process of this host feeds them."""

    def mine(self) -> bool:
        """Say whether this process is to feed."""

    def look(self) -> None:
        """See what the feeding process has shown, and until when it may be believed."""

    def held(self) -> Copy | None:
        """Return a copy that can be gone on with, if there is one."""

    def begin(self, head: Head) -> Copy:
        """Return an empty copy."""

    def show(self, copy: Copy) -> None:
        """Let questions be answered by this copy from now on."""

    def leave(self) -> None:
        """Let another process feed, and give back what was opened."""


class _Fed(NamedTuple):
    copy: Copy
    lease: Lease


class _Again(Exception):
    """The copy must be fetched anew: `why` is `epoch`, `notice`, `behind` or `crowded`."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Feeder:
    """Feeds the copies of one gate until it is stopped. Whatever goes wrong, no lease is renewed."""

    def __init__(self, line: Line, keeping: Keeping) -> None:
        self._line, self._keeping = line, keeping
        self._fed: _Fed | None = None
        self._shown: Copy | None = None
        self._begun = False
        self._failures = 0
        self._heard = 0.0
        self._lock = threading.Lock()
        self._stop, self._nudge = threading.Event(), threading.Event()
        targets = (self._follow_for_ever, self._poll_for_ever)
        self._threads = [threading.Thread(target=target, name="sayso", daemon=True) for target in targets]

    def start(self) -> None:
        """Start both threads."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End both threads, and wait for them."""
        self._stop.set()
        self._nudge.set()
        self._line.cut()
        for thread in self._threads:
            thread.join(LONGEST_PAUSE)
        self._line.close()
        self._keeping.leave()

    def leave_to_parent(self) -> None:
        """Give back, in a forked child, what the parent goes on using; the threads never came along."""
        self._keeping.leave()

    def _follow_for_ever(self) -> None:
        while not self._stop.is_set():
            began = clock.now()
            if not self._one_turn():
                self._stop.wait(LOOK)
                continue
            self._failures = 1 if clock.now() - began > LONGEST_PAUSE else self._failures + 1
            self._stop.wait(_pause(self._failures))

    def _one_turn(self) -> bool:
        """Feed until something ends it, or look at what another process feeds; say whether it was ours to feed."""
        try:
            if not self._keeping.mine():
                self._keeping.look()
                return False
            self._listen(self._fed or self._take_up())
        except _Again as again:
            _log.info("sayso: fetching everything again (%s)", again.why)
            self._drop(self._fed, revoke=again.why == "epoch")
        except SaysoProblem as problem:
            _log.warning("sayso: %s (%s)", problem.code, problem.status)
            self._recover(problem)
        except Exception as fault:
            # A full disk, a fault of ours: the lease runs out, and everything is tried anew.
            _log.error("sayso: %s", type(fault).__name__)
            self._drop(self._fed)
        return True

    def _listen(self, fed: _Fed) -> None:
        fed.lease.forget()
        self._heard = clock.now()
        head = fed.copy.head
        with self._line.stream(fed.copy.applied, head, silence=SILENCE * head.lease) as batches:
            self._nudge.set()
            for events in batches:
                self._heard = clock.now() if events else self._heard
                self._apply(fed, events)
                if self._stop.is_set() or fed is not self._fed:
                    return

    def _recover(self, problem: SaysoProblem) -> None:
        if problem.permanent or problem.code == "unreadable":
            self._drop(self._fed)
        elif self._failures > 1:
            self._line.find_edge_again()

    def _take_up(self) -> _Fed:
        # What was held before is gone on with once: whatever makes it useless later makes it useless for good.
        held, self._begun = None if self._begun else self._keeping.held(), True
        copy = held or self._load()
        with self._lock:
            self._fed = fed = _Fed(copy, Lease(copy.head.lease))
            if self._shown is None:
                self._show(copy)
        return fed

    def _show(self, copy: Copy) -> None:
        self._keeping.show(copy)
        self._shown = copy

    def _load(self) -> Copy:
        head = self._line.head()
        copy = self._keeping.begin(head)
        page = self._page(copy, None)
        copy.applied = page.seq  # what changed while the other pages came is in the stream
        while page.after is not None:
            page = self._page(copy, page.after)
            # INVARIANT: of the least number. A page may come from another edge, which has heard less by then.
            copy.applied = min(copy.applied, page.seq)
        copy.store.put((), copy.applied)
        return copy

    def _page(self, copy: Copy, after: str | None) -> Page:
        head = copy.head
        if self._stop.is_set():
            raise unavailable()
        page = self._line.page(after, copy.store.patterns, len(head.choices))
        if (page.epoch, page.version) != (head.epoch, head.version):
            raise _Again("behind")
        if page.after is not None and page.after <= (after or ""):
            raise unreadable(200)
        copy.store.put(page.rows)
        return page

    def _apply(self, fed: _Fed, events: Iterable[Event]) -> None:
        rows, seq, why = _read(events, fed.copy)
        if rows or seq is not None:
            fed.copy.store.put(rows, seq)
        if seq is not None:
            # INVARIANT: the rows are in before the number says so.
            fed.copy.applied = max(fed.copy.applied, seq)
            self._renew(fed)
        if why or fed.copy.crowded():
            raise _Again(why or "crowded")

    def _drop(self, fed: _Fed | None, *, revoke: bool = False) -> None:
        with self._lock:
            if fed is None or fed is not self._fed:
                return
            self._fed = None
            if revoke:
                # Another epoch: what this copy knows may belong to a history that no longer exists.
                fed.copy.until = 0.0
                fed.copy.store.lease(0.0)

    def _renew(self, fed: _Fed) -> None:
        with self._lock:
            until = fed.lease.until(fed.copy.applied)
            if self._stop.is_set() or fed is not self._fed or until <= fed.copy.until:
                return
            fed.copy.renew(until)
            fed.copy.store.lease(until)
            if self._shown is not fed.copy:
                self._show(fed.copy)

    def _poll_for_ever(self) -> None:
        while not self._stop.is_set():
            fed = self._fed
            period = POLL if fed is None else min(POLL, fed.copy.head.lease / POLLS_A_LEASE)
            try:
                if fed is not None:
                    self._poll(fed)
            except SaysoProblem as problem:
                _log.info("sayso: no lease: %s (%s)", problem.code, problem.status)
            except Exception as fault:
                _log.error("sayso: no lease: %s", type(fault).__name__)
            self._nudge.wait(period * random.uniform(0.9, 1))  # noqa: S311 - a pause, not a secret
            self._nudge.clear()

    def _poll(self, fed: _Fed) -> None:
        try:
            self._ask(fed)
        finally:
            moment = clock.now()
            # A stream that is late but still brings something is let alone: begun anew it would be later still.
            if fed.lease.overdue(moment) and moment - self._heard > fed.copy.head.lease:
                self._line.cut()

    def _ask(self, fed: _Fed) -> None:
        head, nonce = fed.copy.head, secrets.token_hex(16)
        sent, applied = clock.now(), fed.copy.applied
        told = self._line.poll(nonce, head)
        # INVARIANT: an old answer, or one about another ledger or notice, renews nothing.
        if told.nonce != nonce:
            return
        if told.epoch != head.epoch or told.seq < applied:  # or a ledger that has lost what was known before
            self._drop(fed, revoke=True)
            self._line.cut()
        elif told.version != head.version:
            self._drop(fed)
            self._line.cut()
        else:
            fed.lease.answered(sent, told.seq)
            self._renew(fed)


def _pause(failures: int) -> float:
    """Return the seconds to wait after so many failures, never twice the same: a hundred must not come at once."""
    longest: float = min(LONGEST_PAUSE, SHORTEST_PAUSE * 2 ** min(failures, 10))
    return longest * random.uniform(0.5, 1)  # noqa: S311 - a pause, not a secret


def _read(events: Iterable[Event], copy: Copy) -> tuple[list[Row], int | None, str | None]:
    rows: list[Row] = []
    seq: int | None = None
    try:
        for kind, data in events:
            if kind == "row":
                rows.append(read_row(json.loads(data), copy.store.patterns))
            elif kind == "seq":
                seq = int(data)
            elif kind == "reload":
                return rows, seq, str(json.loads(data)["why"])
            else:  # perhaps a change that lost its beginning: to pass over it could be to miss a withdrawal
                raise unreadable(200)
    except UNREADABLE as fault:
        raise unreadable(200) from fault
    return rows, seq, None
