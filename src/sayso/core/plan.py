"""The plan of an erasure, as the person and the officer read it before anything happens."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from sayso.core.values import content_hash

Texts = dict[str, str]  # locale → plain text


@dataclass(frozen=True, slots=True)
class TablePlan:
    """What happens to one table of one system: counts of rows, and why any of them stay.

    `others` rows stay because they are also somebody else's; `keep` rows stay until `until`, because of `law`.
    `mentions` rows belong to somebody else and only have this person's identifiers struck out. What `grows` by
    itself, as a count of uses does, is deleted however much it came to be.
    """

    table: str
    delete: int = 0
    blank: int = 0
    keep: int = 0
    others: int = 0
    mentions: int = 0
    until: date | None = None
    law: Texts | None = None
    grows: bool = False

    @property
    def touches(self) -> bool:
        """Tell whether this person has anything in this table."""
        return bool(self.delete or self.blank or self.keep or self.others or self.mentions)


@dataclass(frozen=True, slots=True)
class SystemPlan:
    """What happens in one system. One that cannot be searched confirms instead (`searchable` false)."""

    system: str
    title: Texts
    searchable: bool
    tables: tuple[TablePlan, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """The whole plan: every system, in the order they are told."""

    systems: tuple[SystemPlan, ...]

    @property
    def version(self) -> str:
        """Give the content hash the person confirms: a plan that changed has another.

        What grows by itself is no part of it: it would change while somebody reads.
        """
        steady = (tuple(table for table in each.tables if not table.grows) for each in self.systems)
        told = (replace(each, tables=tables) for each, tables in zip(self.systems, steady, strict=True))
        return content_hash(plan_json(Plan(tuple(told))))


def _table_json(table: TablePlan) -> dict[str, Any]:
    return {**asdict(table), "until": table.until.isoformat() if table.until else None}


def plan_json(plan: Plan) -> dict[str, Any]:
    """Write a plan as JSON."""
    systems = [
        {
            "system": each.system,
            "title": dict(each.title),
            "searchable": each.searchable,
            "tables": [_table_json(table) for table in each.tables],
        }
        for each in plan.systems
    ]
    return {"systems": systems}


def _read_table(source: Mapping[str, Any]) -> TablePlan:
    until = date.fromisoformat(source["until"]) if source["until"] else None
    return TablePlan(**{**source, "until": until})


def read_plan(source: Mapping[str, Any]) -> Plan:
    """Read what `plan_json` wrote."""
    return Plan(
        tuple(
            SystemPlan(
                each["system"],
                each["title"],
                each["searchable"],
                tuple(_read_table(table) for table in each["tables"]),
            )
            for each in source["systems"]
        )
    )
