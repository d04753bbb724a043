"""Master keys by epoch, and the backups that still need them. No Django here.

Subjects' keys are wrapped under the master key of an epoch. A new epoch is cut, every key is wrapped anew
under it, and once no backup of the older wrapping is left its master key is destroyed: then no copy of the
key store that was ever taken in that epoch opens anything.
"""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sayso.core.errors import Conflict, NotFound
from sayso.core.values import utc_text
from sayso.deployment import secrets
from sayso.identity import keys

BATCH = 500  # keys wrapped anew in one commit: other writers wait for no longer than that


@dataclass(frozen=True, slots=True)
class Epoch:
    """One epoch: how many keys are wrapped under its master key, and which backups need it.

    Times are as `core.values.utc_text` writes them; `cut_at` is empty for the first, which came with the
    deployment, and `destroyed_at` for one that still opens its keys.
    """

    number: int
    keys: int
    cut_at: str
    destroyed_at: str
    backups: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup somebody declared: when it was taken, until when it is kept, and the epochs it needs."""

    name: str
    taken_at: str
    until: str
    epochs: tuple[int, ...]


@contextmanager
def _alone() -> Iterator[sqlite3.Connection]:
    """Hold the store's one write lock, so that nobody makes a key meanwhile."""
    store = keys.store()
    store.execute("BEGIN IMMEDIATE")
    try:
        yield store
    except BaseException:
        store.execute("ROLLBACK")
        raise
    store.execute("COMMIT")


def _counts() -> dict[int, int]:
    return dict(keys.store().execute("SELECT epoch, count(*) FROM key GROUP BY epoch"))


def backups(now: datetime) -> list[Backup]:
    """List the declared backups that have not ended, oldest first."""
    rows = keys.store().execute(
        "SELECT name, taken_at, until, epochs FROM backup WHERE until > ? ORDER BY taken_at, name",
        (utc_text(now),),
    )
    return [Backup(name, taken, until, tuple(json.loads(needed))) for name, taken, until, needed in rows]


def epochs(now: datetime) -> list[Epoch]:
    """List every epoch there was, oldest first."""
    counts, kept = _counts(), backups(now)
    rows = keys.store().execute("SELECT number, cut_at, destroyed_at FROM epoch ORDER BY number").fetchall()
    return [
        Epoch(
            number,
            counts.get(number, 0),
            cut_at,
            gone or "",
            tuple(one.name for one in kept if number in one.epochs),
        )
        for number, cut_at, gone in rows
    ]


def cut(now: datetime) -> int:
    """Cut a new master key, which wraps every key made from now on; give the number of its epoch.

    The key is in the secrets file before anybody learns of its epoch: broken off between the two, the next
    call takes up the same number and the same key.
    """
    with _alone() as store:
        number = int(store.execute("SELECT max(number) FROM epoch").fetchone()[0]) + 1
        secrets.add_master(number)
        store.execute("INSERT INTO epoch (number, cut_at) VALUES (?, ?)", (number, utc_text(now)))
    return number


def left() -> int:
    """Count the keys that are wrapped under an older epoch than the newest."""
    newest = keys.newest_epoch()
    return sum(count for number, count in _counts().items() if number < newest)


def _rewrap_some(after: str, newest: int) -> list[str]:
    """Wrap the next keys beyond a subject anew, in one commit; give whose they were."""
    with _alone() as store:
        rows = store.execute(
            "SELECT subject, wrapped, epoch FROM key WHERE subject > ? AND epoch < ? ORDER BY subject LIMIT ?",
            (after, newest, BATCH),
        ).fetchall()
        held = keys.masters()
        fresh = [
            (keys.wrap(keys.unwrap(blob, subject, epoch, held), subject, newest, held), newest, subject)
            for subject, blob, epoch in rows
        ]
        store.executemany("UPDATE key SET wrapped = ?, epoch = ? WHERE subject = ?", fresh)
    return [row[0] for row in rows]


def rotate(progress: Callable[[int], None]) -> int:
    """Wrap every key of an older epoch anew under the newest; give how many that were.

    Each batch is a commit of its own, and `progress` is told how many are done after each. Broken off
    anywhere and called again it goes on with what is left. What is sealed under the keys is not touched.
    """
    newest, done, after = keys.newest_epoch(), 0, ""
    while some := _rewrap_some(after, newest):
        done, after = done + len(some), some[-1]
        progress(done)
    keys.settle()
    return done


def _need_unused(store: sqlite3.Connection, epoch: int, now: datetime) -> None:
    row = store.execute("SELECT destroyed_at FROM epoch WHERE number = ?", (epoch,)).fetchone()
    if row is None:
        raise NotFound("unknown_epoch", f"There is no epoch {epoch}.", "See `sayso keys list`.")
    if epoch == keys.newest_epoch():
        raise Conflict(
            "epoch_in_use", "The newest epoch wraps every new key.", "Cut a new one: `sayso keys new-epoch`."
        )
    if used := _counts().get(epoch, 0):
        told = f"{used} keys are still wrapped under epoch {epoch}."
        raise Conflict("epoch_in_use", told, "Wrap them anew first: `sayso keys rotate`.")
    if names := [one.name for one in backups(now) if epoch in one.epochs]:
        told = f"Backups need epoch {epoch}: {', '.join(names)}."
        raise Conflict("epoch_in_use", told, "Wait until they end, or end them: `sayso backup end NAME`.")


def destroy(epoch: int, now: datetime) -> None:
    """Destroy the master key of an epoch for ever. Repeating it changes nothing.

    Raises `Conflict` with code `epoch_in_use` while a key or a declared backup needs it, `NotFound`.
    """
    # INVARIANT: marked first and removed after: whatever is broken off between, no key is made under it.
    with _alone() as store:
        _need_unused(store, epoch, now)
        store.execute(
            "UPDATE epoch SET destroyed_at = ? WHERE number = ? AND destroyed_at IS NULL",
            (utc_text(now), epoch),
        )
    secrets.remove_master(epoch)


def declare_backup(name: str, until: datetime, now: datetime) -> Backup:
    """Note that a backup is being taken now and how long it is kept. Raises `Conflict` for a name in use."""
    with _alone() as store:
        needed = sorted({*_counts(), keys.newest_epoch()})
        if store.execute("SELECT 1 FROM backup WHERE name = ?", (name,)).fetchone():
            raise Conflict("backup_known", f"{name!r} was declared already.", "Give every backup its name.")
        made = Backup(name, utc_text(now), utc_text(until), tuple(needed))
        row = (made.name, made.taken_at, made.until, json.dumps(needed))
        store.execute("INSERT INTO backup (name, taken_at, until, epochs) VALUES (?, ?, ?, ?)", row)
    return made


def end_backup(name: str) -> None:
    """Note that a backup is gone from everywhere it was kept. Raises `NotFound`."""
    with _alone() as store:
        if not store.execute("DELETE FROM backup WHERE name = ? RETURNING name", (name,)).fetchall():
            raise NotFound("unknown_backup", f"No backup {name!r}.", "See `sayso backup list`.")
