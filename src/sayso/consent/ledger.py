"""Write answers: the one function every surface goes through.

Plain SQL without Django, so that edge and web share it. One call is one transaction: events, standings and
news together, or nothing. Nothing is acknowledged that is not durable.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

from sayso.consent import events, journal, standings
from sayso.consent.events import Recorded, Said, Sealed
from sayso.consent.standings import Written
from sayso.core.age import MINORS, Band
from sayso.core.consent import Answer, Published, Standing, fold
from sayso.core.editions import Editions
from sayso.core.errors import Conflict, Unavailable
from sayso.core.masking import changes
from sayso.core.values import new_id, utc_text
from sayso.deployment.database import Database
from sayso.identity import keys
from sayso.identity import store as identity
from sayso.notices import store as notices
from sayso.outbox import store as outbox

__all__ = [
    "Recorded", "Submission", "body_hash_of", "event_of", "events_of", "mark_erasing", "mark_minor", "record",
    "standing_of",
]  # fmt: skip
TRIES = 20  # rounds against other writers of the same person's standing before we say "busy"
Out = TypeVar("Out")
events_of, event_of = events.of_subject, events.find


@dataclass(frozen=True, slots=True)
class Submission:
    """An answer and who gives it: a subject we know, or the hash of a device secret.

    `body_hash` identifies what was sent: the same event with another body is refused.
    """

    brand: str
    answer: Answer
    body_hash: str
    subject: str | None = None
    device: str | None = None


class _Stale(Exception):
    """Somebody else wrote this standing first."""


def body_hash_of(body: bytes) -> str:
    """Give the hash by which a repeated event is told from a changed one."""
    return hashlib.sha256(body).hexdigest()


def standing_of(db: Database, subject: str, brand: str) -> Standing | None:
    """Give a subject's standing with a brand, or None when nothing was ever answered."""
    return standings.of(db, brand, [subject]).get(subject)


@dataclass(frozen=True, slots=True)
class _Stands:
    """Where somebody stands after an answer, what that came to, and both ready to be written."""

    standing: Standing
    said: Said
    changed: dict[str, list[str]]
    written: Written


@dataclass(frozen=True, slots=True)
class _Brand:
    """A brand's notices as one batch sees them."""

    editions: Editions
    current: Published

    def version(self, name: str) -> Published:
        if published := self.editions.find(name):
            return published
        raise Conflict(
            "unknown_version", "That notice was never published.", "Show the current notice and ask again."
        )


class _Folder:
    """Folds the answers of one batch, in order.

    Newcomers who say the same at the same moment stand alike: what is worked out for the first of them is
    taken for all.
    """

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._alike: dict[tuple[Any, ...], _Stands] = {}

    def fold(self, was: Standing | None, band: Band, answer: Answer, brand: _Brand) -> _Stands:
        if was is not None or answer.imported is not None:
            return self._fold(was or Standing(band=band), answer, brand)
        how = (answer.version, answer.act, answer.voucher, answer.base, answer.gpc, band)
        key = (brand.current.notice.brand, *how, *answer.answers.items())
        if (known := self._alike.get(key)) is None:
            known = self._alike[key] = self._fold(Standing(band=band), answer, brand)
        return known

    def _fold(self, was: Standing, answer: Answer, brand: _Brand) -> _Stands:
        folded = fold(was, answer, brand.version(answer.version), self._now)
        return _Stands(
            folded.standing,
            events.said(answer.answers, folded.outcome),
            changes(was, folded.standing, brand.current),
            standings.write_down(folded.standing, brand.current, brand.editions, self._now),
        )


def _changed(number: int, recorded: Recorded, changed: Mapping[str, list[str]]) -> tuple[int, str, str]:
    news = {
        "subject": recorded.subject,
        "brand": recorded.brand,
        "seq": recorded.seq,
        "event": recorded.event,
        "changed": changed,
    }
    return outbox.news(number, "consent.changed", news)


class _Batch:
    """Answers being recorded in one transaction, whose lock on the counter keeps every other writer waiting."""

    def __init__(self, db: Database, items: Sequence[Submission], now: datetime) -> None:
        self._db, self._items, self._now = db, items, now
        self._brands = {
            brand: _Brand(notices.editions(db, brand), notices.current(db, brand))
            for brand in {item.brand for item in items}
        }

    def record(
        self, first: int, subjects: Sequence[str], fresh: set[str], sealed: Sequence[Sealed]
    ) -> list[Recorded]:
        """Record the answers of these subjects, in order, under two numbers each from `first` on.

        Those in `fresh` never answered before.
        """
        known = {subject for subject in subjects if subject not in fresh}
        said = zip(subjects, self._items, strict=True)
        asked = {(subject, item.answer.event) for subject, item in said if subject in known}
        before = events.find_all(self._db, asked)
        self._read_standings(subjects, known)
        out, written = list[Recorded](), list[tuple[Recorded, Said, Sealed]]()
        news = list[tuple[int, str, str]]()
        folder = _Folder(self._now)
        for place, (item, subject, box) in enumerate(zip(self._items, subjects, sealed, strict=True)):
            if replayed := self._replayed(before.get((subject, item.answer.event)), item):
                out.append(replayed)
                continue
            seq = first + 2 * place
            stands = self._fold(folder, item, subject)
            recorded = self._recorded(seq, item, subject, stands, box)
            before[subject, item.answer.event] = recorded
            out.append(recorded)
            written.append((recorded, stands.said, box))
            news.append(_changed(seq + 1, recorded, stands.changed))
        self._write(written, news)
        return out

    def _read_standings(self, subjects: Sequence[str], known: set[str]) -> None:
        """Read where everybody stands; of those who stand nowhere yet, what band of age is known."""
        self._before = {
            (subject, brand): standing
            for brand in self._brands
            for subject, standing in standings.of(self._db, brand, sorted(known)).items()
        }
        self._after: dict[tuple[str, str], _Stands] = {}
        nowhere = known - {subject for subject, _ in self._before}
        self._bands = identity.bands_of(self._db, sorted(nowhere))

    def _replayed(self, found: Recorded | None, item: Submission) -> Recorded | None:
        if found is None:
            return None
        if found.body_hash != item.body_hash:
            raise Conflict(
                "event_reused",
                "This event was recorded with other content.",
                "Give every new answer a new event id.",
            )
        return replace(found, replayed=True, after=self._now_at(found.subject, item.brand))

    def _now_at(self, subject: str, brand: str) -> Standing | None:
        stands = self._after.get((subject, brand))
        return stands.standing if stands else self._before.get((subject, brand))

    def _fold(self, folder: _Folder, item: Submission, subject: str) -> _Stands:
        was, band = self._now_at(subject, item.brand), Band(self._bands.get(subject, ""))
        stands = folder.fold(was, band, item.answer, self._brands[item.brand])
        self._after[subject, item.brand] = stands
        return stands

    def _recorded(self, seq: int, item: Submission, subject: str, stands: _Stands, box: Sealed) -> Recorded:
        at, version = utc_text(self._now), item.answer.version
        return Recorded(
            seq,
            subject,
            item.brand,
            item.answer.event,
            version,
            stands.said.answers,
            stands.said.outcome,
            at,
            events.leaf_of(seq, item.brand, version, stands.said, at, box.commitment),
            box.evidence,
            item.body_hash,
            box.commitment,
            after=stands.standing,
        )

    def _write(
        self, written: Sequence[tuple[Recorded, Said, Sealed]], news: Sequence[tuple[int, str, str]]
    ) -> None:
        for brand in self._brands:
            mine = {subject: each for (subject, of), each in self._after.items() if of == brand}
            if mine:
                self._write_standings(brand, mine)
        if not events.write(self._db, written):
            raise _Stale
        outbox.post_all(self._db, news, self._now)

    def _write_standings(self, brand: str, mine: Mapping[str, _Stands]) -> None:
        fresh, known = dict[str, Written](), dict[str, tuple[int, Written]]()
        for subject, stands in mine.items():
            was = self._before.get((subject, brand))
            if was is None:
                fresh[subject] = stands.written
            else:
                known[subject] = (was.rev, stands.written)
        if not standings.write(self._db, brand, fresh, known):
            raise _Stale


@dataclass(frozen=True, slots=True)
class _Whose:
    """Whose the answers of a batch are: the subject of each, and the subjects of its devices, known or new."""

    subjects: Sequence[str]
    known: Mapping[str, str]
    fresh: Mapping[str, str]


def _whose(db: Database, items: Sequence[Submission]) -> _Whose:
    """Find whose each answer is, and think up a subject for every device that never answered before."""
    devices = {item.device for item in items if item.subject is None and item.device}
    known = identity.subjects_of_devices(db, devices)
    fresh = {device: new_id() for device in sorted(devices - known.keys())}
    of = {**known, **fresh}
    return _Whose([item.subject or of[item.device or ""] for item in items], known, fresh)


def _sealed(items: Sequence[Submission], whose: _Whose) -> list[Sealed]:
    keys.make_keys(list(whose.fresh.values()))
    keys.make_missing({item.subject for item in items if item.subject})
    said = zip(items, whose.subjects, strict=True)
    return events.seal_all([(subject, item.answer, item.body_hash) for item, subject in said])


def _need_known(db: Database, subjects: set[str]) -> None:
    """Raise `Conflict` with code `subject_gone` for whoever was forgotten, and leave no key of theirs behind."""
    gone = subjects - identity.known_of(db, subjects)
    for subject in gone:
        keys.destroy(subject)
    if gone:
        raise Conflict("subject_gone", "This person was forgotten meanwhile.", "Nothing: it goes with them.")


def _record_once(db: Database, items: Sequence[Submission], now: datetime) -> list[Recorded]:
    whose = _whose(db, items)
    sealed = _sealed(items, whose)  # before the lock is taken that others wait for
    with db.transaction():
        first = outbox.take(db, 2 * len(items))
        # INVARIANT: whose an answer is holds under the lock: who was erased meanwhile is written no more.
        if identity.subjects_of_devices(db, [*whose.known, *whose.fresh]) != whose.known:
            raise _Stale
        _need_known(db, {item.subject for item in items if item.subject})
        if not identity.add_devices(db, whose.fresh, now):
            raise _Stale
        return _Batch(db, items, now).record(first, whose.subjects, set(whose.fresh.values()), sealed)


def record(db: Database, items: Sequence[Submission], now: datetime) -> list[Recorded]:
    """Record answers durably in one transaction and give them back as events, in order.

    The same event with the same body gives the event recorded before, marked `replayed`.
    Raises `Conflict` (`event_reused`, `unknown_version`, `subject_gone`) and `Unavailable` (`busy`); then nothing
    changed.
    """
    recorded = _against_others(lambda: _record_once(db, items, now))
    # A no outlives a restore, or nobody is told of it.
    journal.append(db, journal.narrowings(db, recorded, [item.device for item in items]))
    return recorded


def _against_others(write: Callable[[], Out]) -> Out:
    """Write again whenever somebody else was first. Raises `Unavailable` with code `busy` after many times."""
    for _ in range(TRIES):
        try:
            return write()
        except _Stale:
            continue
    raise Unavailable("busy", "Too many answers of one person at once.", "Send it again in a second.")


def mark_erasing(db: Database, subject: str, brand: str, now: datetime, erasing: bool = True) -> None:
    """Refuse every use of a subject's data from this moment, whatever was answered; or no longer do."""
    _mark(db, subject, brand, {"erasing": erasing}, now)


def mark_restricted(db: Database, subject: str, brand: str, now: datetime) -> None:
    """Refuse every use of a subject's data: what she said no to is not known any more."""
    _mark(db, subject, brand, {"restricted": True}, now)


def mark_minor(db: Database, subject: str, brand: str, flags: Mapping[str, Any], now: datetime) -> None:
    """Note a person's age band (`band`) or how her guardian was proved (`guardian_method`).

    What this permits or refuses from now on is news like any answer.
    """
    _mark(db, subject, brand, flags, now)


def _mark(db: Database, subject: str, brand: str, flags: Mapping[str, Any], now: datetime) -> None:
    seq = _against_others(lambda: _mark_once(db, subject, brand, flags, now))
    if flags.get("band") in MINORS:
        journal.append(db, journal.marked(subject, brand, seq, {"band": flags["band"]}))


def _mark_once(db: Database, subject: str, brand: str, flags: Mapping[str, Any], now: datetime) -> int:
    with db.transaction():
        first = outbox.take(db, 1)
        _need_known(db, {subject})
        published, editions = notices.current(db, brand), notices.editions(db, brand)
        before = standing_of(db, subject, brand)
        was = before or Standing(band=Band(identity.bands_of(db, [subject]).get(subject, "")))
        after = replace(was, **flags)
        written = standings.write_down(after, published, editions, now)
        known = {subject: (before.rev, written)} if before else {}
        if not standings.write(db, brand, {} if before else {subject: written}, known):
            raise _Stale
        # Told even where no answer changed: a mark alone can stop what was permitted.
        changed = changes(was, after, published)
        news = {"subject": subject, "brand": brand, "seq": first, "event": "", "changed": changed}
        outbox.post_all(db, [outbox.news(first, "consent.changed", news)], now)
        return first
