"""Where else a person's identifiers stand: in every text of every table, described or not."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from sayso.connectors.sql.annotation import Annotation
from sayso.connectors.sql.gather import Rows
from sayso.connectors.sql.schema import Tables

STRUCK_OUT = "[erased]"
# Anything shorter says too little to be searched for; bare digits are quantities and prices as well.
SHORTEST, SHORTEST_NUMBER = 4, 7  # characters
# An address or a telephone number. What else was typed into such a field may be any word of anybody's.
CONTACT = re.compile(r"\S@\S|(?:\d\D{0,3}){7}")


@dataclass(frozen=True, slots=True)
class Mention:
    """A row of somebody else that holds an identifier of this person, and in which columns."""

    table: str
    key: Any
    columns: tuple[str, ...]
    row: dict[str, Any]


def pattern(values: Sequence[str]) -> re.Pattern[str]:
    """Match any of these identifiers standing alone: C-100 is not found in C-1001."""
    each = "|".join(re.escape(value) for value in sorted(values, key=len, reverse=True))
    return re.compile(rf"(?<![\w+-])(?<!\w\.)(?:{each})(?![\w-]|\.\w)", re.IGNORECASE)


def _texts(table: sa.Table) -> list[sa.Column[Any]]:
    return [column for column in table.columns if isinstance(column.type, sa.String | sa.JSON)]


def _holding(
    connection: sa.Connection, table: sa.Table, columns: list[sa.Column[Any]], values: Sequence[str]
) -> Iterator[dict[str, Any]]:
    tests = [
        sa.cast(column, sa.Text).icontains(value, autoescape=True) for column in columns for value in values
    ]
    for row in connection.execute(sa.select(table).where(sa.or_(*tests))):
        yield dict(row._mapping)


def mentions(
    connection: sa.Connection, table: sa.Table, key: str, values: Sequence[str], hers: set[Any]
) -> Iterator[Mention]:
    """Find the rows of one table, other than hers, in which an identifier stands."""
    columns = _texts(table)
    if not columns or not values:
        return
    alone = pattern(values)
    for row in _holding(connection, table, columns, values):
        named = tuple(column.name for column in columns if alone.search(str(row[column.name] or "")))
        if named and row[key] not in hers:
            yield Mention(table.name, row[key], named, row)


def undescribed(
    connection: sa.Connection, annotation: Annotation, tables: Tables, values: Sequence[str]
) -> set[str]:
    """Name the tables nobody described that hold an identifier of this person all the same."""
    exempt = {annotation.suppression.table} if annotation.suppression else set()
    found = set()
    for name, table in tables.items():
        if name not in annotation.tables and name not in exempt and values and _texts(table):
            alone = pattern(values)
            rows = _holding(connection, table, _texts(table), values)
            if any(alone.search(str(value)) for row in rows for value in row.values()):
                found.add(name)
    return found


def _tells_apart(value: str) -> bool:
    return len(value) >= (SHORTEST_NUMBER if value.isdecimal() else SHORTEST)


def values_of(annotation: Annotation, tables: Tables, rows: Rows, known: Sequence[str]) -> list[str]:
    """List what identifies this person alone: what we know her by, and her row's own contact data."""
    subject = annotation.tables[annotation.subject.table]
    real = tables[subject.name]
    contact = [
        name
        for name, column in subject.columns.items()
        if column.category == "contact" and isinstance(real.c[name].type, sa.String)
    ]
    typed = [str(row[name]) for row in rows[subject.name].values() for name in contact if row[name]]
    held = [value for value in typed if CONTACT.search(value)]
    return sorted({value.strip() for value in (*known, *held) if _tells_apart(value.strip())})
