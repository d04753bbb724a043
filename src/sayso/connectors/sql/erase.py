"""Carry out a verdict in the one transaction it was made in: children first, all of it or nothing."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from sayso.connectors.base import Impossible
from sayso.connectors.sql.annotation import Annotation, Column, Table
from sayso.connectors.sql.gather import CHUNK
from sayso.connectors.sql.judge import Keys, Verdict
from sayso.connectors.sql.mentions import STRUCK_OUT, Mention, pattern
from sayso.connectors.sql.schema import Tables, children_first

_EMPTY: dict[type, Any] = {
    bool: False,
    bytes: b"",
    date: date(1970, 1, 1),
    datetime: datetime(1970, 1, 1),  # noqa: DTZ001 - a column without a zone
    Decimal: 0,
    float: 0,
    int: 0,
    str: "",
}


def _chunks(keys: Iterable[Any]) -> list[list[Any]]:
    ordered = sorted(keys, key=str)
    return [ordered[start : start + CHUNK] for start in range(0, len(ordered), CHUNK)]


def _unique(real: sa.Table, column: str) -> bool:
    kinds = (sa.UniqueConstraint, sa.PrimaryKeyConstraint)
    held = [set(each.columns.keys()) for each in real.constraints if isinstance(each, kinds)]
    held += [set(index.columns.keys()) for index in real.indexes if index.unique]
    return any(column in names for names in held)


def _blank_value(real: sa.Table, column: str, key: Any) -> Any:
    target = real.c[column]
    if target.nullable:
        return None
    if _unique(real, column):
        return f"erased-{key}"[: getattr(target.type, "length", None) or 200]
    return _EMPTY[target.type.python_type]


def _blanked(table: Table, real: sa.Table) -> list[str]:
    def is_hers(column: Column) -> bool:
        return not column.someone_elses

    own = [name for name, column in table.columns.items() if is_hers(column) and name != table.key]
    links = [edge.child.column for edge in table.edges if edge.child.table == table.name]
    return own + [name for name in links if real.c[name].nullable and name not in own]


def _blank(connection: sa.Connection, table: Table, real: sa.Table, keys: set[Any]) -> None:
    for key in sorted(keys, key=str):
        values = {name: _blank_value(real, name, key) for name in _blanked(table, real)}
        connection.execute(sa.update(real).where(real.c[table.key] == key).values(values))


def _unlink(connection: sa.Connection, table: Table, real: sa.Table, keys: set[Any]) -> None:
    if table.keep and table.keep.unlink:
        for chunk in _chunks(keys):
            emptied = dict.fromkeys(table.keep.unlink)
            connection.execute(sa.update(real).where(real.c[table.key].in_(chunk)).values(emptied))


def _strike_out(
    connection: sa.Connection, table: Table, real: sa.Table, found: Mention, values: list[str]
) -> None:
    alone = pattern(values)
    free = [name for name in found.columns if table.columns[name].names_others]
    changed = {name: alone.sub(STRUCK_OUT, found.row[name]) for name in free}
    connection.execute(sa.update(real).where(real.c[table.key] == found.key).values(changed))


def _count(connection: sa.Connection, real: sa.Table, key: str, wanted: set[Any]) -> int:
    counts = (
        connection.scalar(sa.select(sa.func.count()).select_from(real).where(real.c[key].in_(chunk)))
        for chunk in _chunks(wanted)
    )
    return sum(count or 0 for count in counts)


def _check_what_stays(connection: sa.Connection, annotation: Annotation, tables: Tables, stays: Keys) -> None:
    """Make sure that nothing of somebody else's, and nothing a law keeps, went with the rest."""
    for name, keys in stays.items():
        if _count(connection, tables[name], annotation.tables[name].key, keys) != len(keys):
            remedy = "The database deletes it along with what it refers to: add the column to `unlink`."
            raise Impossible("would_delete_too_much", f"{name} holds rows that must stay.", remedy)


def carry_out(
    connection: sa.Connection,
    annotation: Annotation,
    tables: Tables,
    verdict: Verdict,
    found: list[Mention],
    values: list[str],
) -> None:
    """Unlink what stays, strike out mentions, empty and delete the rest.

    Raises `Impossible` with code `would_delete_too_much`; the transaction is then rolled back.
    """
    for name, table in annotation.tables.items():
        _unlink(connection, table, tables[name], verdict.keep.get(name, set()))
        _blank(connection, table, tables[name], verdict.blank.get(name, set()))
    for mention in found:
        _strike_out(connection, annotation.tables[mention.table], tables[mention.table], mention, values)
    for name in children_first(annotation, tables):
        real, key = tables[name], annotation.tables[name].key
        for chunk in _chunks(verdict.delete.get(name, set())):
            connection.execute(sa.delete(real).where(real.c[key].in_(chunk)))
    for stays in (verdict.keep, verdict.others, verdict.blank):
        _check_what_stays(connection, annotation, tables, stays)
