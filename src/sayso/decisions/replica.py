"""One brand's decisions in memory, by name: filled from the database in pages, kept current by its news.

Written by one thread and read by others: an entry is replaced as a whole, and a number (`seq`) is raised only
when everything up to it has been applied.
"""

import time
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from heapq import heappop, heappush
from threading import Lock

from sayso.consent import reading
from sayso.core.consent import Published
from sayso.core.table import Table, ticks
from sayso.decisions import entries
from sayso.decisions.entries import Entry
from sayso.deployment.database import Database
from sayso.identity import naming
from sayso.identity.naming import Named
from sayso.identity.store import Lookup
from sayso.outbox import store as outbox
from sayso.outbox.store import Told

PAGE = 2000  # names read at once
NEWS = 500  # items of news read at once
HISTORY = 200_000  # changes kept for those who follow; whoever is further behind starts again
SLOT = 10  # seconds: entries that end by age are looked at again in slots of this length
FRESH = 2.0  # seconds after which a replica that heard nothing of the database answers nobody
BREATH = 0.002  # seconds between two pages, so that those who decide get a turn

Change = tuple[int, str]  # the number up to which it is applied, and the name


def boottime() -> float:
    """Give seconds on a clock that runs on while the machine sleeps and that nobody sets."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


@dataclass(frozen=True, slots=True)
class Affected:
    """Whom a batch of news is about. `anew`: everything has to be compiled again."""

    subjects: set[str]
    lookups: set[Lookup]
    anew: bool = False


def affected(news: Iterable[Told], brand: str) -> Affected:
    """Say whom news concerns, of all that can change what a brand may do."""
    subjects: set[str] = set()
    lookups: set[Lookup] = set()
    anew = False
    for told in news:
        payload = told.payload
        match told.topic:
            case "consent.changed" if payload["brand"] == brand:
                subjects.add(payload["subject"])
            case "consent.lifted":
                subjects.add(payload["subject"])
            case "consent.forgotten" | "identity.changed":
                subjects.update(payload["subjects"])
            case "identity.joined" | "identity.left":
                subjects.update((payload["device"], payload["account"]))
            case "consent.blocked":
                lookups.add((payload["kind"], payload["lookup"]))
            case "notice.published" if payload["brand"] == brand:
                anew = True
    return Affected(subjects, lookups, anew)


class History:
    """Which names changed, in order. Places are counted from the beginning; the oldest are forgotten."""

    def __init__(self, complete_from: int) -> None:
        self.complete_from = complete_from  # every change of this number and above is still here
        # The place of the first that is kept, and the changes: replaced together, so that readers see both.
        self.kept: tuple[int, list[Change]] = (0, [])

    def add(self, seq: int, names: Iterable[str]) -> None:
        """Note that names changed, and forget the oldest half when too much is kept."""
        first, changes = self.kept
        changes.extend((seq, name) for name in names)
        if len(changes) > HISTORY:
            gone = len(changes) // 2
            self.complete_from = changes[gone - 1][0] + 1
            self.kept = (first + gone, changes[gone:])

    def place_after(self, seq: int) -> int | None:
        """Give the place from which on is everything above a number, or None when some of it is forgotten.

        What ends by age bears the number that stood, so those of the number itself are told once more.
        """
        first, changes = self.kept
        return first + bisect_left(changes, (seq, "")) if seq >= self.complete_from else None

    def some(self, place: int, most: int) -> list[Change] | None:
        """List changes from a place on, or None when they are forgotten."""
        first, changes = self.kept
        return changes[place - first : place - first + most] if place >= first else None


class Replica:
    """A brand's decisions by name, under the notice in force in one epoch of the database."""

    def __init__(self, published: Published, epoch: str, seq: int) -> None:
        self.brand, self.version = published.notice.brand, published.notice.version
        self.epoch, self.seq = epoch, seq
        self.table = Table(published, [part.choice.id for _, part in published.notice.parts()])
        self.stranger = Entry(*self.table.stranger[:4], False, False)
        self.entries: dict[str, Entry] = {}
        self.history = History(seq)
        self.checked = boottime()
        self.over = ""  # why it is of no use any more: `notice`, `epoch`, or `broken`
        self._names: dict[str, tuple[str, ...]] = {}  # of each subject, to know those that are gone
        self._blocked: dict[str, Lookup] = {}
        self._slots: dict[int, list[str]] = {}  # slot → subjects of whom something ends in it by age
        self._due: list[int] = []  # the slots, soonest first, as a heap
        self._slotted = 0
        self._order: list[str] = []
        self._unordered: list[str] = []
        self._ordering = Lock()

    # Reading

    def fresh(self) -> bool:
        """Tell whether the database was heard of lately enough to answer for it."""
        return boottime() - self.checked < FRESH

    def find(self, names: Iterable[str], now: int) -> list[Entry] | None:
        """Give the entries that speak for somebody known by these names; None: the database must be asked.

        A name nobody goes by says nothing beside one that somebody does. `now` is in `core.table.ticks`.
        """
        entry_of = self.entries.get
        found = [entry for name in names if (entry := entry_of(name)) is not None]
        for entry in found:
            if entry.awaited or (entry.until and entry.until <= now) or (entry.alone and len(found) > 1):
                return None
        return found or [self.stranger]

    def page(self, after: str, most: int) -> tuple[list[tuple[str, Entry]], str | None]:
        """List entries in the order of their names, from the one after a name, and where to go on."""
        with self._ordering:
            if self._unordered:
                fresh, self._unordered = self._unordered, []
                # Nearly all of it is in order already, which this sort is quick with; a name may stand twice.
                merged = sorted([*self._order, *fresh])
                pairs = zip(merged, ["", *merged], strict=False)
                self._order = [name for name, last in pairs if name != last and name in self.entries]
            order = self._order
        start = bisect_right(order, after)
        names = order[start : start + most]
        rows = [(name, entry) for name in names if (entry := self.entries.get(name)) is not None]
        return rows, names[-1] if start + most < len(order) else None

    # Writing

    def load(self, db: Database, now: datetime, stopping: Callable[[], bool]) -> bool:
        """Fill it from the database; False when it was told to stop. Changes meanwhile come as news."""
        for lookup, stopped in reading.all_blocks(db).items():
            self._blocked[naming.name_of(lookup[1])] = lookup
            self._put({naming.name_of(lookup[1]): entries.of_nobody(self.table, stopped, now)}, ())
        last = ""
        while devices := naming.devices_after(db, last, PAGE):
            last = devices[-1].lookup
            self._put(entries.of_everybody(db, self.table, devices, now), devices)
            if self._told_to_stop(stopping):
                return False
        number = 0
        while (page := naming.identifiers_after(db, number, PAGE))[1]:
            identifiers, number = page
            self._put(entries.of_everybody(db, self.table, identifiers, now), identifiers)
            if self._told_to_stop(stopping):
                return False
        return True

    def _told_to_stop(self, stopping: Callable[[], bool]) -> bool:
        time.sleep(BREATH)
        return stopping()

    def follow(self, db: Database, watermark: int, now: datetime) -> bool:
        """Apply all news up to a watermark read before, and what has ended by age; False: it is over."""
        self._age(db, now)
        read = self.seq
        while read < watermark and (news := outbox.after(db, read, NEWS)):
            found, read = affected(news, self.brand), news[-1].seq
            if found.anew:
                self.over = "notice"
                return False
            self._refresh(db, read, found.subjects, found.lookups, now)
        # INVARIANT: never more than the watermark, which no transaction straddles. What was read beyond it is
        # read again: of its transaction there may be more than this page held.
        self.seq = max(self.seq, watermark)
        return True

    def _age(self, db: Database, now: datetime) -> None:
        slot = ticks(now) // 1_000_000 // SLOT
        subjects: list[str] = []
        while self._due and self._due[0] < slot:
            subjects += self._slots.pop(heappop(self._due))
        self._slotted -= len(subjects)
        self._refresh(db, self.seq, set(subjects), set(), now)

    def _refresh(
        self, db: Database, seq: int, subjects: set[str], lookups: set[Lookup], now: datetime
    ) -> None:
        """Read again whoever these subjects are, whoever is signed in to them, and who goes by these identifiers."""
        if not subjects and not lookups:
            return
        self._blocked |= {naming.name_of(lookup): (kind, lookup) for kind, lookup in lookups}
        whom = subjects | naming.owners(db, lookups)
        whom |= naming.devices_signed_in(db, whom, now)
        named = naming.names_of(db, whom)
        made = entries.of_everybody(db, self.table, named, now)
        before = {name for subject in whom for name in self._names.pop(subject, ())}
        unowned = (before | {naming.name_of(lookup) for _, lookup in lookups}) - made.keys()
        made |= self._nobodies(db, unowned & self._blocked.keys(), now)
        gone = [name for name in before - made.keys() if self.entries.pop(name, None) is not None]
        self.history.add(seq, [*self._put(made, named), *gone])

    def _nobodies(self, db: Database, names: Collection[str], now: datetime) -> dict[str, Entry]:
        """Give the entries of blocked identifiers that nobody goes by any more, or ever did."""
        wanted = {self._blocked[name] for name in names}
        blocks = reading.blocks_on(db, wanted) if wanted else {}
        return {
            naming.name_of(lookup): entries.of_nobody(self.table, stopped, now)
            for (_, lookup), stopped in blocks.items()
        }

    def _put(self, made: dict[str, Entry], named: Sequence[Named]) -> list[str]:
        """Keep entries and whose they are; give the names for which something is new."""
        changed = [name for name, entry in made.items() if self.entries.get(name) != entry]
        fresh = [name for name in changed if name not in self.entries]
        self.entries.update({name: made[name] for name in changed})
        with self._ordering:
            self._unordered += fresh
        for each in named:
            known = self._names.get(each.subject, ())
            if each.name not in known:
                self._names[each.subject] = (*known, each.name)
            if until := made[each.name].until:
                self._slot(each.subject, until)
        if self._slotted > 2 * len(self.entries) + 10_000:
            self._slot_anew()
        return changed

    def _slot(self, subject: str, until: int) -> None:
        slot = until // 1_000_000 // SLOT
        if slot not in self._slots:
            self._slots[slot] = []
            heappush(self._due, slot)
        self._slots[slot].append(subject)
        self._slotted += 1

    def _slot_anew(self) -> None:
        """Forget the slots of what was answered again since: they would grow with every answer."""
        self._slots, self._due, self._slotted = {}, [], 0
        for subject, names in self._names.items():
            for name in names:
                if until := self.entries[name].until:
                    self._slot(subject, until)
