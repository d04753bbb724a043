"""Which rows are the person's: along the paths from the subject's key, and what her traces recognise."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time
from typing import Any

import sqlalchemy as sa

from sayso.connectors.base import Person
from sayso.connectors.sql.annotation import Annotation, Edge, Spot, Table
from sayso.connectors.sql.schema import Tables
from sayso.core.errors import Misconfigured
from sayso.core.values import canonical

Row = Mapping[str, Any]
Rows = dict[str, dict[Any, Row]]  # table → key → row
CHUNK = 500


def select_by(
    connection: sa.Connection, table: sa.Table, column: str, wanted: Iterable[Any]
) -> Iterator[Row]:
    """Read the rows of a table whose column holds one of these values, a few hundred at a time."""
    values = sorted({value for value in wanted if value not in (None, "")}, key=str)
    for start in range(0, len(values), CHUNK):
        chunk = values[start : start + CHUNK]
        for row in connection.execute(sa.select(table).where(table.c[column].in_(chunk))):
            yield dict(row._mapping)


def _sides(edge: Edge, table: str) -> tuple[Spot, Spot]:
    """Give where an edge arrives in this table and where it comes from."""
    return (edge.child, edge.parent) if edge.child.table == table else (edge.parent, edge.child)


def _paths_order(annotation: Annotation) -> list[Table]:
    """Order the tables so that each is reached from tables before it."""
    reached, order = {annotation.subject.table}, [annotation.tables[annotation.subject.table]]
    left = [
        table for name, table in annotation.tables.items() if name not in reached and table.owner != "others"
    ]
    while left:
        ready = [t for t in left if all(_sides(edge, t.name)[1].table in reached for edge in t.edges)]
        if not ready:
            remedy = "Let each path start at a table that is itself reached."
            raise Misconfigured("annotation_wrong", "A path leads nowhere.", remedy)
        order += ready
        reached |= {table.name for table in ready}
        left = [table for table in left if table.name not in reached]
    return order


def digest(table: Table, row: Row) -> str:
    """Give the hash of what is described of a row: a restored row is known by it, a reused key is not."""
    return hashlib.sha256(canonical([str(row[column]) for column in sorted(table.columns)])).hexdigest()


def _native(column: sa.Column[Any], text: str) -> Any:
    return column.type.python_type(text)


def _recognised(connection: sa.Connection, real: sa.Table, table: Table, digests: Row) -> Iterator[Row]:
    keys = [_native(real.c[table.key], key) for key in digests]
    for row in select_by(connection, real, table.key, keys):
        if digests[str(row[table.key])] == digest(table, row):
            yield row


def gather(connection: sa.Connection, annotation: Annotation, tables: Tables, person: Person) -> Rows:
    """Give the person's rows, table by table; shared rows among them."""
    rows: Rows = {name: {} for name in annotation.tables}
    for table in _paths_order(annotation):
        real = tables[table.name]
        found = list(
            _recognised(connection, real, table, person.traces.get("digests", {}).get(table.name, {}))
        )
        if table.name == annotation.subject.table:
            found += select_by(
                connection, real, annotation.subject.column, person.values(annotation.identifier)
            )
        for edge in table.edges:
            here, there = _sides(edge, table.name)
            values = (row[there.column] for row in rows[there.table].values())
            found += select_by(connection, real, here.column, values)
        rows[table.name] = {row[table.key]: row for row in found}
    return rows


def _day(value: Any) -> date:
    return (
        date.fromisoformat(value[:10]) if isinstance(value, str) else date(value.year, value.month, value.day)
    )


def kept_until(table: Table, row: Row) -> date | None:
    """Give the day the law stops keeping a row, or None when its date is missing."""
    if table.keep is None or row[table.keep.until] is None:
        return None
    start = datetime.combine(_day(row[table.keep.until]), time(), UTC)
    return table.keep.plus.after(start).date()
