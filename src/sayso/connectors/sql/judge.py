"""What an erasure does to each of the person's rows: goes, is emptied, is kept by law, or is also another's."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import sqlalchemy as sa

from sayso.connectors.sql.annotation import Annotation, Spot, Table
from sayso.connectors.sql.gather import Rows, kept_until
from sayso.connectors.sql.schema import Tables

Keys = dict[str, set[Any]]  # table → keys


@dataclass(frozen=True, slots=True)
class Verdict:
    """Keys by table. `until` is the last day a law keeps any row of the table."""

    delete: Keys = field(default_factory=dict)
    blank: Keys = field(default_factory=dict)
    keep: Keys = field(default_factory=dict)
    others: Keys = field(default_factory=dict)
    until: dict[str, date] = field(default_factory=dict)


def _keep_what_law_keeps(verdict: Verdict, table: Table, rows: dict[Any, Any], today: date) -> None:
    days = {key: kept_until(table, row) for key, row in rows.items()}
    # A row without its date is kept: what a law keeps cannot be brought back.
    kept = {key for key, day in days.items() if day is None or day > today}
    verdict.keep[table.name] = kept
    verdict.delete[table.name] = set(rows) - kept
    if known := [day for key in kept if (day := days[key])]:
        verdict.until[table.name] = max(known)


def _still_refers(
    connection: sa.Connection,
    annotation: Annotation,
    tables: Tables,
    verdict: Verdict,
    spot: Spot,
    value: Any,
) -> bool:
    """Tell whether a row that stays, hers or another's, refers to this value."""
    described = annotation.tables[spot.table]
    gone = set(verdict.delete.get(spot.table, ()))
    if described.keep and spot.column in described.keep.unlink:
        gone |= verdict.keep.get(spot.table, set())
    real = tables[spot.table]
    query = sa.select(real.c[described.key]).where(real.c[spot.column] == value).limit(len(gone) + 1)
    return any(key not in gone for key in connection.scalars(query))


def judge(
    connection: sa.Connection, annotation: Annotation, tables: Tables, rows: Rows, today: date
) -> Verdict:
    """Sort the person's rows by what an erasure does to them."""
    verdict = Verdict()
    mine = [table for table in annotation.tables.values() if table.owner == "mine"]
    for table in mine:
        if table.on_erasure == "keep":
            _keep_what_law_keeps(verdict, table, rows[table.name], today)
        else:
            getattr(verdict, table.on_erasure)[table.name] = set(rows[table.name])
    for table in annotation.tables.values():
        if table.owner == "shared":
            stays = {
                key
                for key in rows[table.name]
                if any(
                    _still_refers(connection, annotation, tables, verdict, spot, key)
                    for spot in table.shared_through
                )
            }
            verdict.others[table.name] = stays
            verdict.delete[table.name] = set(rows[table.name]) - stays
    return verdict
