"""What commands say of a database that was put back: look, refuse, replay."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from sayso.consent import restoring
from sayso.core.errors import Conflict
from sayso.core.values import read_utc
from sayso.deployment import env, journal
from sayso.deployment.database import PostgreSQL, SQLite, open_database
from sayso.identity import epochs, keys

Say = Callable[[str], None]


@contextmanager
def _database() -> Iterator[SQLite | PostgreSQL]:
    db = open_database(env.database_url())
    try:
        yield db
    finally:
        db.close()
        keys.close()


def need_replayed() -> None:
    """Refuse to start on a restored database; else write down what a crash left out of the journal.

    Raises `Conflict` with code `restored`.
    """
    with _database() as db:
        restoring.need_replayed(db)
        restoring.catch_up(db)


def check(say: Say) -> int:
    """Say whether the database lacks something the journal knows of; give the exit code."""
    with _database() as db:
        found = restoring.behind(db)
    if found is None:
        say("The database has everything the journal knows of.")
        return 0
    say(f"The database was restored: it has come to {found.has}, and the journal knows of {found.known}.")
    say("Run `sayso ledger replay`; until then nothing starts.")
    return 1


def replay(dry_run: bool, now: datetime, say: Say) -> None:
    """Replay the journal and say what came of it."""
    from sayso.config import replaying

    done = replaying.replay(now, dry_run)
    if not done.epoch:
        say("Nothing to replay: the database has everything the journal knows of.")
        return
    say(
        f"{done.narrowed} withdrawals and refusals, {done.minors} minors, {done.blocks} stops put back; "
        f"{done.erased} people erased again; {done.deletions} deletions wait for an officer again"
    )
    if done.revoked:
        say(f"{done.revoked} server keys and members of staff shut out again")
    if done.guardians:
        say(f"{done.guardians} guardians' links ended again")
    if done.held_back:
        say(f"{done.held_back} people whose entries no key opens: every use of their data is refused")
    say(f"{done.lost} entries of the log were lost with this restore, and the log declares it")
    say("nothing was changed: --dry-run" if dry_run else f"ledger epoch {done.epoch} begins")


def prune(now: datetime) -> int:
    """Delete the journal's files from before the oldest declared backup; give how many.

    Raises `Conflict` with code `no_backup_declared`.
    """
    kept = epochs.backups(now)
    if not kept:
        told = "No backup is declared, so that any may still be put back."
        raise Conflict("no_backup_declared", told, "Declare yours: `sayso backup declare NAME --days 30`.")
    oldest = min(read_utc(one.taken_at) for one in kept)
    return journal.drop_before(oldest.timestamp())
