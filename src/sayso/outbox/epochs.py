"""Ledger epochs: whoever copied rows of this database reads them anew when the epoch is another.

An epoch ends when the database was put back to an earlier state: what was read from it since is no longer its
past. Plain SQL: edge and web share it.
"""

from sayso.deployment.database import Database

FIRST = 1


def epoch_of(db: Database) -> int:
    """Give the epoch this database is in; it begins with 1."""
    rows = db.run("SELECT max(number) FROM outbox_epoch")
    return int(rows[0][0] or FIRST)


def new_epoch(db: Database, above: int = 0) -> int:
    """Open a new epoch, in the caller's transaction, and give its number.

    `above` is the highest number known from outside: a database put back twice must not call two epochs alike.
    """
    number = max(epoch_of(db), above) + 1
    db.run("INSERT INTO outbox_epoch (number) VALUES (%s)", [number])
    return number
