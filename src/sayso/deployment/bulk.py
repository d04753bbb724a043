"""Write many rows of one table at once: one statement on PostgreSQL, one prepared statement on SQLite.

PostgreSQL takes each column as an array (`unnest`), so that a batch is one round trip and one plan.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sayso.deployment.database import Database

Rows = Sequence[Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Table:
    """A table as it is written in bulk: its name, and each column with its type on PostgreSQL."""

    name: str
    columns: Mapping[str, str]

    @property
    def named(self) -> str:
        """Name the columns as SQL lists them."""
        return ", ".join(self.columns)


def _arrays(table: Table, rows: Rows) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]


def _unnested(table: Table) -> str:
    return f"unnest({', '.join(f'%s::{kind}[]' for kind in table.columns.values())}) AS fresh ({table.named})"


def _counted(db: Database, statement: str, table: Table, rows: Rows) -> int:
    sql = f"WITH wrote AS ({statement} RETURNING 1) SELECT count(*) FROM wrote"  # noqa: S608 our own tables
    return int(db.run(sql, _arrays(table, rows))[0][0])


def insert(db: Database, table: Table, rows: Rows, *, skipping: bool = False) -> int:
    """Insert rows and give how many were written; with `skipping` those that are there already stay as they are."""
    if not rows:
        return 0
    end = " ON CONFLICT DO NOTHING" if skipping else ""
    into = f"INSERT INTO {table.name} ({table.named})"
    if db.dialect == "sqlite":
        marks = ", ".join(["%s"] * len(table.columns))
        return db.run_many(f"{into} VALUES ({marks}){end}", rows)
    return _counted(db, f"{into} SELECT * FROM {_unnested(table)}{end}", table, rows)  # noqa: S608 our own tables


def update(db: Database, table: Table, rows: Rows, *, by: Sequence[str], was: str) -> int:
    """Update rows found by the columns `by`, and give how many were written.

    Each row carries one value more than the table has columns: what the column `was` must still hold, so that
    nothing is written over what somebody else wrote meanwhile.
    """
    if not rows:
        return 0
    told = [column for column in table.columns if column not in by]
    if db.dialect == "sqlite":
        return _update_sqlite(db, table, rows, told, by, was)
    widened = Table(table.name, {**table.columns, "before": table.columns[was]})
    sets = ", ".join(f"{column} = fresh.{column}" for column in told)
    found = " AND ".join(f"held.{column} = fresh.{column}" for column in by)
    statement = (
        f"UPDATE {table.name} AS held SET {sets} FROM {_unnested(widened)}"  # noqa: S608 our own tables
        f" WHERE {found} AND held.{was} = fresh.before"
    )
    return _counted(db, statement, widened, rows)


def _update_sqlite(
    db: Database, table: Table, rows: Rows, told: Sequence[str], by: Sequence[str], was: str
) -> int:
    places = {column: place for place, column in enumerate(table.columns)}
    order = [places[column] for column in (*told, *by)]
    sets = ", ".join(f"{column} = %s" for column in told)
    found = " AND ".join(f"{column} = %s" for column in (*by, was))
    statement = f"UPDATE {table.name} SET {sets} WHERE {found}"  # noqa: S608 our own tables
    return db.run_many(statement, [(*(row[place] for place in order), row[-1]) for row in rows])
