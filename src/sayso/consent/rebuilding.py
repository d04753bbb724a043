"""Fold every event again, and compare what that comes to with the standings that are kept.

What is no answer (age, a guardian's proof, an erasure under way, a restriction) is no event of the ledger and is
taken from the standing as it is.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sayso.consent import events, standings, tidying
from sayso.consent.events import Recorded
from sayso.core.consent import Answer, Standing, fold
from sayso.core.editions import Editions
from sayso.core.errors import NotFound
from sayso.core.older_answer import read_provenance
from sayso.core.values import read_utc
from sayso.core.vocabulary import ConsentStatus, Voucher
from sayso.deployment.database import Database
from sayso.notices import store as notices
from sayso.outbox import epochs
from sayso.outbox import store as outbox

PAGE = 200  # standings of one look
_NEXT = """SELECT subject FROM (
 SELECT subject FROM consent_event WHERE brand = %s AND subject > %s
 UNION SELECT subject FROM consent_standing WHERE brand = %s AND subject > %s) AS anybody
 ORDER BY subject LIMIT %s"""


def count(db: Database, brand: str) -> int:
    """Give how many people stand somewhere with a brand."""
    return int(db.run("SELECT count(*) FROM consent_standing WHERE brand = %s", [brand])[0][0])


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What folding everything again came to: how many people, and the subjects whose standing was another.

    `carried` tells whether what reports read of earlier versions was what the notice in force lets stand.
    """

    people: int
    different: tuple[str, ...]
    carried: bool


def answer_of(event: Recorded) -> Answer:
    """Give the answer that an event recorded."""
    told = event.evidence
    return Answer(
        event=event.event,
        version=event.version,
        answers={choice: ConsentStatus(said) for choice, said in event.answers.items()},
        locale=told["locale"],
        text_hash=told["text_hash"],
        layout=told["layout"],
        surface=told["surface"],
        act=told["act"],
        voucher=Voucher(told["voucher"]),
        base=told["base"],
        gpc=told["gpc"],
        client_at=told["client_at"],
        proof_level=told["proof_level"],
        staff=told["staff"],
        guardian=told.get("guardian", ""),
        imported=read_provenance(told["imported"]) if "imported" in told else None,
    )


def fold_again(db: Database, subject: str, editions: Editions, kept: Standing | None) -> Standing:
    """Give where somebody stands by her events alone, with what is no answer taken from the standing kept."""
    standing = replace(kept or Standing(), rev=0, shown="", held={}, gpc=0, guardian_held={})
    for event in events.of_subject(db, subject, editions.versions[-1].notice.brand):
        published = editions.find(event.version) or editions.versions[-1]
        standing = fold(standing, answer_of(event), published, read_utc(event.recorded_at)).standing
    return standing


def _pages(db: Database, brand: str) -> Iterator[list[str]]:
    after = ""
    while page := [str(row[0]) for row in db.run(_NEXT, [brand, after, brand, after, PAGE])]:
        yield page
        after = page[-1]


def _held_back(db: Database, subject: str, editions: Editions, kept: Standing | None) -> Standing:
    """Fold somebody's events; whose events open no more, because her key was lost, is refused every use."""
    try:
        return fold_again(db, subject, editions, kept)
    except NotFound:
        return replace(kept or Standing(), restricted=True)


@dataclass(frozen=True, slots=True)
class _Looked:
    """What a look at some people found: the standings kept of them, and those that must be others."""

    kept: Mapping[str, Standing]
    other: Mapping[str, Standing]


def _look(db: Database, editions: Editions, subjects: Sequence[str], now: datetime) -> _Looked:
    brand = editions.versions[-1].notice.brand
    kept, told = standings.of(db, brand, subjects), standings.reported(db, brand, subjects)
    again = {subject: _held_back(db, subject, editions, kept.get(subject)) for subject in subjects}
    untrue = {
        subject
        for subject in kept.keys() & told.keys()
        if not standings.is_true(told[subject], kept[subject], editions, now)
    }
    other = {
        subject: found
        for subject, found in again.items()
        if found != kept.get(subject, Standing()) or subject in untrue
    }
    return _Looked(kept, other)


def _look_alone(db: Database, editions: Editions, subjects: Sequence[str], now: datetime) -> _Looked:
    """Look while nobody else writes a standing. For the caller's transaction."""
    outbox.take(db, 0)  # the lock under which standings are written
    return _look(db, editions, subjects, now)


def _check_page(db: Database, editions: Editions, page: Sequence[str], now: datetime) -> list[str]:
    differ = list(_look(db, editions, page, now).other)
    if not differ:
        return []
    # An answer that came between reading her standing and her events is no difference.
    with db.transaction():
        return list(_look_alone(db, editions, differ, now).other)


def _mend_page(db: Database, editions: Editions, page: Sequence[str], now: datetime) -> list[str]:
    with db.transaction():
        looked = _look_alone(db, editions, page, now)
        written = {
            subject: standings.write_down(found, editions.versions[-1], editions, now)
            for subject, found in looked.other.items()
        }
        standings.forget_patterns(db, [each.pattern for each in written.values()])
        kept = looked.kept
        fresh = {subject: each for subject, each in written.items() if subject not in kept}
        known = {subject: (kept[subject].rev, each) for subject, each in written.items() if subject in kept}
        if written:
            standings.write(db, editions.versions[-1].notice.brand, fresh, known)
    return list(written)


def rebuild(
    db: Database, brand: str, now: datetime, *, check: bool, told: Callable[[int], None] = lambda _: None
) -> Rebuilt:
    """Fold everybody's events with a brand again; with `check` compare only, else put right what differs.

    What reports read (`permitted_people`) is held to standing and notice as well. Whose key was lost is no
    difference while she is refused every use.
    `told` hears how many people were looked at so far. Raises `NotFound` before the first notice.
    """
    notices.current(db, brand)
    editions, people, different = notices.editions(db, brand), 0, list[str]()
    look, carried = _check_page if check else _mend_page, tidying.is_carried_true(db, editions)
    if not (carried or check):
        tidying.mend_what_is_carried(db, editions)
    for page in _pages(db, brand):
        different += look(db, editions, page, now)
        people += len(page)
        told(people)
    if different and not check:
        epochs.new_epoch(db)  # whoever copied the wrong ones reads them anew
    return Rebuilt(people, tuple(different), carried)
