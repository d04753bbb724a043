"""Which life of the database this is. A restore begins another, and whoever copied the old one starts again.

Numbers (`seq`) alone cannot tell: after a restore they run on from an older point and mean other news.
"""

from sayso.core.values import new_id
from sayso.deployment.database import Database

_NAME = "ledger"


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
    db.run(
        "INSERT INTO outbox_epoch (name, value) VALUES (%s, %s)"
        " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        [_NAME, value],
    )
    return value
