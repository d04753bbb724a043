"""Replay the journal on a restored database: what was withdrawn stays withdrawn, who was erased stays erased."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.db import transaction

from sayso.config.local_family import Family
from sayso.config.local_systems import Asked, Counts, Facts
from sayso.connectors.services import Identifier, Person
from sayso.consent import family, journal, restoring
from sayso.core.values import read_utc
from sayso.deployment import journal as outside
from sayso.deployment.django_database import DjangoDatabase
from sayso.deployment.journal import Entry
from sayso.identity import access, keys
from sayso.identity import journal as names
from sayso.identity.journal import Said
from sayso.notices import services as notices
from sayso.outbox import epochs
from sayso.rights import services as rights


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a replay did, in counts. `epoch` names the ledger epoch that begins; empty where nothing was to be done."""

    epoch: str = ""
    lost: int = 0  # entries of the log whose answers are gone
    narrowed: int = 0
    minors: int = 0
    blocks: int = 0
    erased: int = 0
    deletions: int = 0  # confirmed ones that wait for an officer again
    held_back: int = 0  # people whose entries could not be read
    revoked: int = 0  # server keys and staff that had come back
    guardians: int = 0  # links and askings that had come back


class _NotReally(Exception):
    """Undo what was only tried."""


def replay(now: datetime, dry_run: bool = False) -> Replayed:
    """Apply everything the journal knows that a restored database lost, in one transaction.

    Gives an empty result for a database that lacks nothing. Raises `Conflict`: `notice_lost` when a notice
    has to be published again first, `journal_damaged`, `log_broken`; then nothing is changed.
    """
    db, done = DjangoDatabase(), Replayed()
    if restoring.behind(db) is None:
        return done
    entries = sorted(outside.read(), key=lambda entry: int(entry["seq"]))
    said, unreadable = restoring.read_said(entries)
    try:
        with transaction.atomic():
            done = _apply(db, entries, said, unreadable, now)
            if dry_run:
                raise _NotReally
    except _NotReally:
        return done
    return done


def _apply(
    db: DjangoDatabase,
    entries: Sequence[Entry],
    said: Sequence[Said],
    unreadable: Sequence[str],
    now: datetime,
) -> Replayed:
    lost = restoring.mend_log(db, entries, now)
    for one in restoring.lost_notices(db, entries):
        notices.publish_notice(one["document"], restoring.ACT, now)
    restoring.need_versions(db, said)
    restoring.suppress_again(db, entries)
    erased = _erase_again(db, restoring.erased_in(entries), now)
    epoch = epochs.new_epoch(db)
    epochs.note_restored(db, now)
    done = Replayed(
        epoch,
        lost,
        restoring.narrow_again(db, said, now),
        restoring.mark_again(db, said, now),
        restoring.block_again(db, entries, now),
        erased,
        _take_up(db, restoring.deletions_in(entries, said), now),
        restoring.hold_back(db, unreadable, now),
        access.revoke_again(db, entries, now),
        family.end_guardians_again(entries, now),
    )
    journal.append(db, [journal.opened_epoch(db, epoch, now)])
    return done


def _erase_again(db: DjangoDatabase, subjects: Sequence[str], now: datetime) -> int:
    """Forget once more whoever came back, in every room of ours; whose key came back with a key store too."""
    for subject in subjects:
        if keys.has_key(subject):
            db.after_commit(partial(keys.destroy, subject))
    back = [subject for subject in subjects if names.exists(db, subject)]
    if back:
        person = Person(tuple(Identifier("subject", subject) for subject in back))
        for connector in (
            Counts,
            Facts,
            Asked,
            Family,
        ):
            connector().erase(person, "", now, now)
        rights.erase_again(back, now)
    return len(back)


def _take_up(db: DjangoDatabase, deletions: Sequence[Said], now: datetime) -> int:
    taken_up = 0
    for one in deletions:
        received = read_utc(one.body["received_at"])
        for subject, found in one.body["names"].items():
            if found:
                names.restore_names(db, subject, found, received)
        taken_up += rights.reopen_erasure(one.subject, one.body["locale"], received, now)
    return taken_up
