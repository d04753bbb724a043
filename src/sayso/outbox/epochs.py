"""Which life of the database this is. A restore begins another, and whoever copied the old one starts again.

Numbers (`seq`) alone cannot tell: after a restore they run on from an older point and mean other news.
"""

from datetime import datetime

from sayso.core.values import new_id, read_utc, utc_text
from sayso.deployment.database import Database

_NAME, _RESTORED = "ledger", "restored"


def epoch_of(db: Database) -> str:
    """Give the database's epoch, a random id made when it is first asked for."""
    rows = db.run("SELECT value FROM outbox_epoch WHERE name = %s", [_NAME])
    if rows:
        return str(rows[0][0])
    # Of two that ask first at once, one writes and both read what it wrote.
    db.run(
        "INSERT INTO outbox_epoch (name, value) VALUES (%s, %s) ON CONFLICT (name) DO NOTHING",
        [_NAME, new_id()],
    )
    return str(db.run("SELECT value FROM outbox_epoch WHERE name = %s", [_NAME])[0][0])


def new_epoch(db: Database) -> str:
    """Begin another epoch, as after a restore, and give it: every replica then starts again from the rows."""
    value = new_id()
    _write(db, _NAME, value)
    return value


def note_restored(db: Database, now: datetime) -> None:
    """Keep when a restore of this database was made good."""
    _write(db, _RESTORED, utc_text(now))


def restored_at(db: Database) -> datetime | None:
    """Give when this database was restored last, None when it never was."""
    rows = db.run("SELECT value FROM outbox_epoch WHERE name = %s", [_RESTORED])
    return read_utc(rows[0][0]) if rows else None


def _write(db: Database, name: str, value: str) -> None:
    db.run(
        "INSERT INTO outbox_epoch (name, value) VALUES (%s, %s)"
        " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        [name, value],
    )
