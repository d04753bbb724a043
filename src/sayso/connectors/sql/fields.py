"""How full the fields of a database are, and one of them emptied for everybody."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from sayso.connectors.base import Impossible, Measured
from sayso.connectors.sql.annotation import Annotation, Table
from sayso.connectors.sql.schema import Tables


def _holds_something(column: sa.Column[Any]) -> sa.ColumnElement[bool]:
    return sa.and_(column.is_not(None), sa.cast(column, sa.Text) != "")


def _day(value: Any) -> str:
    return value.isoformat()[:10] if isinstance(value, date | datetime) else str(value or "")[:10]


def _counts(table: Table, real: sa.Table) -> list[sa.ColumnElement[Any]]:
    wanted: list[sa.ColumnElement[Any]] = []
    for name in table.columns:
        holds = _holds_something(real.c[name])
        wanted.append(sa.func.count(sa.case((holds, 1))))
        if table.dated:
            wanted.append(sa.func.max(sa.case((holds, real.c[table.dated]))))
    return wanted


def measure(connection: sa.Connection, table: Table, real: sa.Table) -> list[Measured]:
    """Count, in one reading of the table, how many rows hold something in each described column."""
    query = sa.select(sa.func.count(), *_counts(table, real)).select_from(real)
    rows, *found = connection.execute(query).one()
    step = 2 if table.dated else 1
    newest = found[1::2] if table.dated else [""] * len(table.columns)
    return [
        Measured(table.name, column, rows, filled, _day(day))
        for column, filled, day in zip(table.columns, found[::step], newest, strict=True)
    ]


def check_droppable(annotation: Annotation, tables: Tables, table: str, column: str) -> None:
    """Make sure that a field can be emptied without breaking what refers to it.

    Raises `Impossible`: `unknown_field`, or `field_holds_structure` for keys, references, and columns that a
    law's clock or a rule of the database needs.
    """
    described = annotation.tables.get(table)
    if described is None or column not in described.columns or column not in tables[table].c:
        raise Impossible("unknown_field", "There is no such field.", "Read the report of fields again.")
    real = tables[table].c[column]
    text = isinstance(real.type, sa.String)
    if column in annotation.structure(table) or not (real.nullable or text):
        remedy = "Leave it; rows are found or kept by it."
        raise Impossible("field_holds_structure", "This field holds the tables together.", remedy)


def empty(connection: sa.Connection, real: sa.Table, column: str) -> int:
    """Empty one column in every row that holds something; give how many rows that were."""
    value = None if real.c[column].nullable else ""
    change = sa.update(real).where(_holds_something(real.c[column])).values({column: value})
    return connection.execute(change).rowcount
