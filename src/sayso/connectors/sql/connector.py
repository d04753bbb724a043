"""The connector of an annotated database."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from sayso.connectors.base import (
    Connector,
    Done,
    Exported,
    Found,
    Impossible,
    Measured,
    Person,
    Seen,
    Sheet,
    Verb,
)
from sayso.connectors.sql import fields, schema
from sayso.connectors.sql.annotation import Annotation, Table, read_annotation
from sayso.connectors.sql.erase import carry_out
from sayso.connectors.sql.gather import Rows, digest, gather
from sayso.connectors.sql.judge import Verdict, judge
from sayso.connectors.sql.mentions import Mention, mentions, undescribed, values_of
from sayso.core.plan import TablePlan
from sayso.inventory.queries import System

WITHHELD_OTHERS = "names_others"  # free text in which somebody else may be named (GDPR art. 15(4))
WITHHELD_AUTHOR = "someone_elses"
STANDS_ELSEWHERE = "undescribed_table_holds_person"


@dataclass(frozen=True, slots=True)
class _View:
    """One person in one database, inside one transaction."""

    connection: sa.Connection
    annotation: Annotation
    tables: schema.Tables
    rows: Rows
    verdict: Verdict
    values: list[str]
    stay: Mapping[str, set[str]]

    def mentions(self) -> list[Mention]:
        """List the rows of others that hold her identifiers, but for those known to stay."""
        return [
            mention
            for name, table in self.annotation.tables.items()
            for mention in mentions(
                self.connection, self.tables[name], table.key, self.values, set(self.rows[name])
            )
            if str(mention.key) not in self.stay.get(name, ())
        ]

    def is_free_text(self, mention: Mention) -> bool:
        """Tell whether striking her identifiers out of this row takes nothing from its owner."""
        columns = self.annotation.tables[mention.table].columns
        return all(name in columns and columns[name].names_others for name in mention.columns)


def _table_plan(view: _View, name: str, found: list[Mention]) -> TablePlan:
    here = [mention for mention in found if mention.table == name]
    free = sum(view.is_free_text(mention) for mention in here)
    table, verdict = view.annotation.tables[name], view.verdict
    return TablePlan(
        name,
        delete=len(verdict.delete.get(name, ())),
        blank=len(verdict.blank.get(name, ())),
        keep=len(verdict.keep.get(name, ())),
        others=len(verdict.others.get(name, ())) + len(here) - free,
        mentions=free,
        until=verdict.until.get(name),
        law=dict(table.keep.law) if table.keep and verdict.keep.get(name) else None,
    )


def _traces(view: _View, found: list[Mention]) -> dict[str, Any]:
    stay: dict[str, list[str]] = {}
    for keys in (view.verdict.keep, view.verdict.others, view.verdict.blank):
        for name, each in keys.items():
            stay.setdefault(name, []).extend(sorted(map(str, each)))
    for mention in found:
        if not view.is_free_text(mention):
            stay.setdefault(mention.table, []).append(str(mention.key))
    digests = {
        name: {str(key): digest(view.annotation.tables[name], view.rows[name][key]) for key in keys}
        for name, keys in view.verdict.delete.items()
        if view.annotation.tables[name].owner == "mine"
    }
    return {"values": view.values, "digests": digests, "stay": stay}


def _withheld(table: Table) -> dict[str, str]:
    reasons = {}
    for name, column in table.columns.items():
        if column.names_others:
            reasons[name] = WITHHELD_OTHERS
        if column.someone_elses:
            reasons[name] = WITHHELD_AUTHOR
    return reasons


def _sheet(table: Table, rows: Mapping[Any, Mapping[str, Any]]) -> Sheet:
    withheld = _withheld(table)
    shown = [name for name in table.columns if name not in withheld]
    values = tuple(
        tuple(row[name] for name in shown) for _, row in sorted(rows.items(), key=lambda each: str(each[0]))
    )
    return Sheet(
        table.name, tuple(shown), tuple(table.columns[name].title for name in shown), values, withheld
    )


class SqlConnector(Connector):
    """Acts on one annotated database. Every call is one transaction."""

    def __init__(self, system: System) -> None:
        self._config = dict(system.config)
        self._annotation = read_annotation(self._config)
        never = set() if self._annotation.suppression else {Verb.SUPPRESS}
        self.offers = frozenset(Verb) - {Verb.TELL} - never

    @contextmanager
    def _look(self, person: Person, today: date) -> Iterator[_View]:
        with schema.transaction(schema.address(self._config)) as connection:
            tables = schema.reflect(connection)
            schema.check_coverage(self._annotation, tables)
            rows = gather(connection, self._annotation, tables, person)
            verdict = judge(connection, self._annotation, tables, rows, today)
            known = [*person.values("customer"), *person.values("email"), *person.traces.get("values", ())]
            values = values_of(self._annotation, tables, rows, known)
            stay = {name: set(keys) for name, keys in person.traces.get("stay", {}).items()}
            yield _View(connection, self._annotation, tables, rows, verdict, values, stay)

    def _refuse_what_nobody_described(self, view: _View) -> None:
        if found := undescribed(view.connection, self._annotation, view.tables, view.values):
            detail = f"This person stands in tables nobody described: {', '.join(sorted(found))}."
            remedy = "Describe these tables in the file of this system, then try again."
            raise Impossible("not_annotated", detail, remedy)

    def find(self, person: Person, now: datetime) -> Found:
        """Say what an erasure would do, table by table.

        Raises `Impossible` with code `not_annotated` when the database holds what nobody described.
        """
        with self._look(person, now.date()) as view:
            self._refuse_what_nobody_described(view)
            found = view.mentions()
            plans = (_table_plan(view, name, found) for name in self._annotation.tables)
            return Found(tuple(plan for plan in plans if plan.touches), _traces(view, found))

    def export(self, person: Person) -> Exported:
        """Give the person's rows; of a shared row only what is described, of free text nothing."""
        with self._look(person, date.min) as view:
            tables = [table for name, table in self._annotation.tables.items() if view.rows[name]]
            return Exported(tuple(_sheet(table, view.rows[table.name]) for table in tables))

    def rectify(self, person: Person, field: str, value: str, key: str) -> Done:
        """Correct a column of this name wherever the file says `rectify`, in her own rows only."""
        changed = 0
        with self._look(person, date.min) as view:
            for name, table in self._annotation.tables.items():
                if table.owner == "mine" and field in table.columns and table.columns[field].rectify:
                    real = view.tables[name]
                    for row in view.rows[name]:
                        query = sa.update(real).where(real.c[table.key] == row).values({field: value})
                        changed += view.connection.execute(query).rowcount
        return Done({"rows": changed})

    def erase(self, person: Person, key: str, at: datetime, now: datetime) -> Done:
        """Carry out what `find` says, all of it in one transaction."""
        with self._look(person, now.date()) as view:
            self._refuse_what_nobody_described(view)
            found = view.mentions()
            free = [mention for mention in found if view.is_free_text(mention)]
            carry_out(view.connection, self._annotation, view.tables, view.verdict, free, view.values)
            plans = [_table_plan(view, name, found) for name in self._annotation.tables]
        return Done({
            "deleted": {plan.table: plan.delete for plan in plans if plan.delete},
            "blanked": {plan.table: plan.blank for plan in plans if plan.blank},
            "kept": {plan.table: plan.keep for plan in plans if plan.keep},
            "others": {plan.table: plan.others for plan in plans if plan.others},
            "struck_out": {plan.table: plan.mentions for plan in plans if plan.mentions},
        })  # fmt: skip

    def suppress(self, person: Person, key: str) -> Done:
        """Enter the keyed hashes of her identifiers (kind `suppression`) where the brand's imports look."""
        spot = self._annotation.suppression
        if spot is None:
            return super().suppress(person, key)
        with schema.transaction(schema.address(self._config)) as connection:
            real = sa.Table(spot.table, sa.MetaData(), autoload_with=connection)
            column = real.c[spot.column]
            for value in person.values("suppression"):
                if connection.scalar(sa.select(column).where(column == value)) is None:
                    connection.execute(sa.insert(real).values({spot.column: value}))
        return Done({"suppressed": len(person.values("suppression"))})

    def measure(self, table: str = "") -> tuple[Measured, ...]:
        """Count how full each described column is, in a transaction the database itself keeps read-only."""
        wanted = [each for name, each in self._annotation.tables.items() if table in ("", name)]
        with schema.looking(schema.address(self._config)) as connection:
            tables = schema.reflect(connection)
            schema.check_coverage(self._annotation, tables)
            return tuple(
                one for each in wanted for one in fields.measure(connection, each, tables[each.name])
            )

    def drop_field(self, table: str, column: str, key: str) -> Done:
        """Empty one column in every row, in one transaction.

        Raises `Impossible` with code `unknown_field` or `field_holds_structure`.
        """
        with schema.transaction(schema.address(self._config)) as connection:
            tables = schema.reflect(connection)
            fields.check_droppable(self._annotation, tables, table, column)
            return Done({"emptied": fields.empty(connection, tables[table], column)})

    def verify(self, person: Person) -> Seen:
        """Search everything again: her rows, rows known by their traces, her identifiers in any text."""
        places: dict[str, int] = {}
        with self._look(person, date.min) as view:
            for name, rows in view.rows.items():
                staying = view.stay.get(name, set()) | set(map(str, view.verdict.others.get(name, ())))
                places[name] = sum(str(key) not in staying for key in rows)
            for mention in view.mentions():
                places[mention.table] += 1
            elsewhere = undescribed(view.connection, self._annotation, view.tables, view.values)
        held = {name: count for name, count in places.items() if count} | dict.fromkeys(elsewhere, 1)
        return Seen(sum(held.values()), held)


def connect(system: System) -> SqlConnector:
    """Give the connector of an annotated database. Raises `Misconfigured` with code `annotation_wrong`."""
    return SqlConnector(system)
