"""Compute the whole log anew from the rows it stands for, and say where they no longer agree.

What somebody with access to the database can do unseen by the pages is seen here: an answer rewritten, removed,
put in or exchanged, an entry or a signed root changed, news of a key invented or hushed up. A row may be missing
under a tombstone only.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sayso.consent.log import reading
from sayso.consent.receipts import IN_LOG_WITHIN
from sayso.core import merkle
from sayso.core.errors import NotFound
from sayso.core.leaf import KeyAct, Tombstone, answer_leaf, commitment, key_leaf, tombstone_leaf
from sayso.core.values import utc_text
from sayso.deployment.database import Database
from sayso.identity import keys

BATCH = 1000  # entries looked at together

_EVENTS = (
    "SELECT seq, brand, version, answers, outcome, recorded_at, commitment, subject, event, body_hash, sealed"
    " FROM consent_event WHERE seq > %s AND seq <= %s"
)
_EVIDENCE = (
    "SELECT seq, brand, version, answers, outcome, recorded_at, commitment FROM consent_evidence"
    " WHERE seq > %s AND seq <= %s AND commitment <> ''"
)
_TOMBSTONES = (
    "SELECT seq, why, covers, at, keep_until FROM consent_tombstone WHERE seq > %s AND seq <= %s ORDER BY seq"
)
_KEY_NEWS = "SELECT seq, act, role, public, since, at FROM consent_keynews WHERE seq > %s AND seq <= %s"
_LEAVES = "SELECT position, seq, leaf_hash FROM consent_leaf WHERE position >= %s AND position < %s ORDER BY position"
_EVERYTHING = 2**62  # above every number


@dataclass(frozen=True, slots=True)
class Finding:
    """One place where ledger and log do not agree, by a stable code."""

    code: str
    detail: str


@dataclass(slots=True)
class Swept:
    """What a sweep over all rows came to."""

    size: int = 0
    answers: int = 0
    erased: int = 0
    lost: int = 0
    findings: list[Finding] = field(default_factory=list)


@dataclass(slots=True)
class _Excused:
    """What tombstones say of entries, by number: the entry's hash, and until when, or when, it was kept.

    `lost` are entries that a restore of the database lost, as was declared then.
    """

    erased: dict[int, tuple[str, str]] = field(default_factory=dict)
    ended: dict[int, tuple[str, str]] = field(default_factory=dict)
    lost: dict[int, str] = field(default_factory=dict)
    _last: int = 0

    def read_on(self, db: Database) -> None:
        """Read the tombstones laid since the last look. Numbers are commit order: none appears below another."""
        for number, why, covers, at, keep_until in db.run(_TOMBSTONES, [self._last, _EVERYTHING]):
            self._last = number
            for seq, leaf in json.loads(covers):
                if why == Tombstone.ERASURE:
                    self.erased[seq] = (leaf, keep_until)
                elif why == Tombstone.LOST:
                    self.lost[seq] = leaf
                else:
                    self.ended[seq] = (leaf, at)


def _answer_hash(row: tuple[Any, ...]) -> str:
    try:
        return answer_leaf(row[0], row[1], row[2], json.loads(row[3]), json.loads(row[4]), row[5], row[6])
    except (TypeError, ValueError):  # somebody wrote what is no JSON
        return ""


def _sealed_hash(row: tuple[Any, ...]) -> str:
    subject, event, body_hash, sealed = row[7:]
    try:
        return commitment(json.loads(keys.unseal(subject, sealed)), subject, event, body_hash)
    except NotFound:  # it does not open with this person's key: it is somebody else's, or was changed
        return ""


@dataclass(slots=True)
class _Batch:
    """The rows that a run of entries stands for, by number."""

    events: Mapping[int, tuple[Any, ...]]
    evidence: Mapping[int, tuple[Any, ...]]
    tombstones: Mapping[int, tuple[Any, ...]]
    key_news: Mapping[int, tuple[Any, ...]]
    excused: _Excused

    def judge(self, seq: int, leaf: str) -> Finding | None:
        """Say what is wrong with one entry, or None."""
        if event := self.events.get(seq):
            same = _answer_hash(event) == leaf and _sealed_hash(event) == event[6]
            return None if same else Finding("rewritten", f"answer {seq} is not what was recorded")
        if stone := self.tombstones.get(seq):
            same = tombstone_leaf(seq, stone[1], json.loads(stone[2]), stone[3], stone[4]) == leaf
            return None if same else Finding("rewritten", f"tombstone {seq} is not what was laid")
        if told := self.key_news.get(seq):
            same = told[1] in set(KeyAct) and key_leaf(*told) == leaf
            return None if same else Finding("rewritten", f"news {seq} of a key is not what was entered")
        return self._missing(seq, leaf)

    def _missing(self, seq: int, leaf: str) -> Finding | None:
        if self.excused.lost.get(seq) == leaf:
            return None
        erased_leaf, keep_until = self.excused.erased.get(seq, ("", ""))
        if erased_leaf != leaf:
            return Finding("removed", f"answer {seq} is gone, and no tombstone says why")
        if row := self.evidence.get(seq):
            same = _answer_hash(row) == leaf
            return None if same else Finding("rewritten", f"evidence {seq} is not what was recorded")
        ended_leaf, at = self.excused.ended.get(seq, ("", ""))
        if ended_leaf != leaf or at < keep_until:
            return Finding("removed", f"evidence {seq} is gone before its end date, {keep_until}")
        return None


class _Sweep:
    def __init__(self, db: Database, signed: Mapping[int, frozenset[bytes]]) -> None:
        self._db, self._signed = db, signed
        self._last = 0
        self._peaks: dict[int, bytes] = {}  # by level, the newest complete subtree: all that a root needs
        self.excused = _Excused()
        self.result = Swept()

    def root(self) -> bytes:
        return merkle.root(self.result.size, lambda level, _: self._peaks[level])

    def run(self) -> None:
        self._compare_root()
        while leaves := self._db.run(_LEAVES, [self.result.size, self.result.size + BATCH]):
            found = self._judge(leaves)
            # Once more: an erasure may have moved rows between two of our looks.
            self.result.findings += self._judge(leaves) if found else []
            for position, seq, leaf in leaves:
                self._grow(position, seq, leaf)

    def _judge(self, leaves: list[tuple[Any, ...]]) -> list[Finding]:
        reach = [self._last, max(row[1] for row in leaves)]
        events, evidence, tombstones, news = (
            {row[0]: row for row in self._db.run(query, reach)}
            for query in (_EVENTS, _EVIDENCE, _TOMBSTONES, _KEY_NEWS)
        )
        self.excused.read_on(self._db)
        batch = _Batch(events, evidence, tombstones, news, self.excused)
        placed = {seq for _, seq, _ in leaves}
        found = [Finding("inserted", f"answer {seq} was never logged") for seq in sorted({*events} - placed)]
        found += [
            Finding("inserted", f"news {seq} of a key was never logged") for seq in sorted({*news} - placed)
        ]
        return found + [wrong for _, seq, leaf in leaves if (wrong := batch.judge(seq, leaf))]

    def _grow(self, position: int, seq: int, leaf: str) -> None:
        result = self.result
        if position != result.size:
            result.findings.append(Finding("removed", f"entry {result.size} of the log is gone"))
        if seq <= self._last:
            result.findings.append(Finding("exchanged", f"entry {position} stands out of its order"))
        grown = list(merkle.completed(result.size, bytes.fromhex(leaf), lambda level, _: self._peaks[level]))
        self._peaks |= {level: own for (level, _), own in grown}
        result.size, self._last = result.size + 1, max(seq, self._last)
        self._compare_root()

    def _compare_root(self) -> None:
        signed = self._signed.get(self.result.size)
        if signed is not None and signed != {self.root()}:
            told = f"the entries do not add up to the root signed for {self.result.size}"
            self.result.findings.append(Finding("changed_root", told))

    def after_the_last(self, now: datetime) -> Iterator[Finding]:
        """Find what ought to have been logged by now: receipts promised it."""
        late = utc_text(now - IN_LOG_WITHIN)
        query = "SELECT seq FROM consent_event WHERE seq > %s AND recorded_at < %s ORDER BY seq"
        for row in self._db.run(query, [self._last, late]):
            yield Finding("late", f"answer {row[0]} is not in the log, though its receipt promised it")

    def stored_nodes(self) -> Iterator[Finding]:
        """Find whether proofs would still be made from the same tree."""
        told = Finding("changed_root", "the stored nodes of the tree are not those of its entries")
        try:
            if merkle.root(self.result.size, reading.nodes_of(self._db)) != self.root():
                yield told
        except NotFound:
            yield told


def sweep(db: Database, signed: Mapping[int, bytes], now: datetime) -> Swept:
    """Compute every entry, every root that was signed, and the order of all, anew; give what does not agree.

    `signed` holds roots by size that the auditor has seen himself; the stored checkpoints are added to them.
    """
    roots = {size: frozenset([root]) for size, root in signed.items()}
    for size, root in db.run("SELECT size, root FROM consent_checkpoint"):
        roots[size] = roots.get(size, frozenset()) | {bytes.fromhex(root)}
    work = _Sweep(db, roots)
    work.run()
    result = work.result
    largest = max(roots, default=0)
    if largest > result.size:
        told = f"{largest} entries were signed and {result.size} are left"
        result.findings.append(Finding("removed", told))
    result.findings += [*work.after_the_last(now), *work.stored_nodes()]
    result.answers = int(db.run("SELECT count(*) FROM consent_event")[0][0])
    work.excused.read_on(db)
    result.erased, result.lost = len(work.excused.erased), len(work.excused.lost)
    return result
