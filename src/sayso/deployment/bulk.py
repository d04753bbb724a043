"""Read and write many rows at once by one statement that is the same however many they are.

PostgreSQL takes each column as an array (`unnest`), so that a batch is one round trip and one plan; SQLite takes one
prepared statement for all rows, and a list of values as JSON. Arrays are written here: the driver takes each value
apart by a regular expression, which took longer than all else it does.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
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


def _element(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, (bytes, bytearray, memoryview)):
        return f'"\\\\x{value.hex()}"'
    return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'


def array(values: Iterable[Any]) -> str:
    """Write values as PostgreSQL reads an array: whole numbers, text, bytes, moments with their zone, and None."""
    return "{" + ",".join(map(_element, values)) + "}"


def among(db: Database, column: str, values: Collection[Any], kind: str = "varchar") -> tuple[str, str]:
    """Give a condition that is true of a column of a kind that has one of these values, and the one value it takes."""
    if db.dialect == "sqlite":
        return f"{column} IN (SELECT value FROM json_each(%s))", json.dumps(list(values))  # noqa: S608 our own column
    return f"{column} = ANY(%s::{kind}[])", array(values)


def among_rows(db: Database, columns: Mapping[str, str], rows: Rows) -> tuple[str, list[str]]:
    """Give a condition that is true where these columns, each of a kind, are one of these rows; and what it takes."""
    named = ", ".join(columns)
    if db.dialect == "sqlite":
        each = ", ".join(f"json_extract(value, '$[{place}]')" for place in range(len(columns)))
        return f"({named}) IN (SELECT {each} FROM json_each(%s))", [json.dumps(list(rows))]  # noqa: S608 our own columns
    arrays = ", ".join(f"%s::{kind}[]" for kind in columns.values())
    return f"({named}) IN (SELECT * FROM unnest({arrays}))", _arrays(rows) or ["{}"] * len(columns)  # noqa: S608 our own columns


def _arrays(rows: Rows) -> list[str]:
    return [array(column) for column in zip(*rows, strict=True)]


def _unnested(table: Table) -> str:
    return f"unnest({', '.join(f'%s::{kind}[]' for kind in table.columns.values())}) AS fresh ({table.named})"


def _counted(db: Database, statement: str, rows: Rows) -> int:
    sql = f"WITH wrote AS ({statement} RETURNING 1) SELECT count(*) FROM wrote"  # noqa: S608 our own tables
    return int(db.run(sql, _arrays(rows))[0][0])


def insert(db: Database, table: Table, rows: Rows, *, skipping: bool = False) -> int:
    """Insert rows and give how many were written; with `skipping` those that are there already stay as they are."""
    if not rows:
        return 0
    end = " ON CONFLICT DO NOTHING" if skipping else ""
    into = f"INSERT INTO {table.name} ({table.named})"
    if db.dialect == "sqlite":
        marks = ", ".join(["%s"] * len(table.columns))
        return db.run_many(f"{into} VALUES ({marks}){end}", rows)
    return _counted(db, f"{into} SELECT * FROM {_unnested(table)}{end}", rows)  # noqa: S608 our own tables


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
    return _counted(db, statement, rows)


def _update_sqlite(
    db: Database, table: Table, rows: Rows, told: Sequence[str], by: Sequence[str], was: str
) -> int:
    places = {column: place for place, column in enumerate(table.columns)}
    order = [places[column] for column in (*told, *by)]
    sets = ", ".join(f"{column} = %s" for column in told)
    found = " AND ".join(f"{column} = %s" for column in (*by, was))
    statement = f"UPDATE {table.name} SET {sets} WHERE {found}"  # noqa: S608 our own tables
    return db.run_many(statement, [(*(row[place] for place in order), row[-1]) for row in rows])
