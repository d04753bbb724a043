"""What the brand wrote about its tables, checked and frozen."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sayso.core.duration import Duration
from sayso.core.errors import Misconfigured
from sayso.core.plan import Texts

_SPOT = re.compile(r"\s*(\w+)\.(\w+)\s*\Z")
OWNERS = ("mine", "shared", "others")
ACTS = ("delete", "blank", "keep")


@dataclass(frozen=True, slots=True)
class Spot:
    """A column of a table."""

    table: str
    column: str


@dataclass(frozen=True, slots=True)
class Edge:
    """A reference: the child's column holds the parent's."""

    child: Spot
    parent: Spot


@dataclass(frozen=True, slots=True)
class Column:
    """What a column holds. `names_others`: free text that may name somebody else; `someone_elses`: it does."""

    category: str
    title: Texts
    rectify: bool
    names_others: bool
    someone_elses: bool


@dataclass(frozen=True, slots=True)
class Keep:
    """Rows a law keeps until some time after a date in the row; `unlink` columns are emptied meanwhile."""

    until: str
    plus: Duration
    law: Texts
    unlink: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """One table: how its rows are reached, whose they are, what an erasure does to them."""

    name: str
    key: str
    edges: tuple[Edge, ...]
    owner: str
    on_erasure: str
    keep: Keep | None
    columns: Mapping[str, Column]
    references: tuple[Edge, ...]
    shared_through: tuple[Spot, ...]
    dated: str = ""  # the column that says since when a row is true

    def structure(self) -> set[str]:
        """List the columns that hold the tables together or that a law's clock runs by."""
        spots = [spot for edge in self.edges + self.references for spot in (edge.child, edge.parent)]
        linked = {spot.column for spot in spots if spot.table == self.name}
        kept = {self.keep.until, *self.keep.unlink} if self.keep else set()
        return {self.key, *linked, *kept}

    def described(self) -> set[str]:
        """List every column the annotation speaks of."""
        return {*self.columns, *self.structure()}


@dataclass(frozen=True, slots=True)
class Annotation:
    """Everything about one database. People are found by `identifier` in the column `subject`."""

    identifier: str
    subject: Spot
    tables: Mapping[str, Table]
    suppression: Spot | None

    def described(self, table: str) -> set[str]:
        """List the columns of a table that its own entry or another's path speaks of."""
        return self.tables[table].described() | self._others_speak_of(table)

    def structure(self, table: str) -> set[str]:
        """List the columns of a table that nothing works without: keys, references, and how people are found."""
        found = {self.subject.column} if table == self.subject.table else set()
        return self.tables[table].structure() | self._others_speak_of(table) | found

    def _others_speak_of(self, table: str) -> set[str]:
        edges = [edge for other in self.tables.values() for edge in other.edges + other.references]
        spots = [spot for edge in edges for spot in (edge.child, edge.parent)]
        spots += [spot for other in self.tables.values() for spot in other.shared_through]
        return {spot.column for spot in spots if spot.table == table}


def _wrong(detail: str) -> Misconfigured:
    return Misconfigured("annotation_wrong", detail, "Correct the file of this system.")


def _spot(text: object) -> Spot:
    found = _SPOT.match(text) if isinstance(text, str) else None
    if not found:
        raise _wrong(f"{text!r} is not written table.column.")
    return Spot(found[1], found[2])


def _edge(text: str) -> Edge:
    child, arrow, parent = text.partition("->")
    if not arrow:
        raise _wrong(f"{text!r} is not written child.column -> parent.column.")
    return Edge(_spot(child), _spot(parent))


def _column(source: Mapping[str, Any]) -> Column:
    return Column(
        str(source["category"]),
        dict(source.get("title", {})),
        bool(source.get("rectify")),
        bool(source.get("may_name_others")),
        source.get("owner") == "someone_else",
    )


def _keep(source: Mapping[str, Any]) -> Keep:
    plus = source["until"]["plus"]
    length = Duration(plus.get("years", 0) * 12 + plus.get("months", 0), plus.get("days", 0))
    return Keep(source["until"]["column"], length, dict(source["law"]), tuple(source.get("unlink", ())))


def _table(name: str, source: Mapping[str, Any], subject: Spot) -> Table:
    paths = [source["path"], *source.get("also", [])] if "path" in source else []
    owner, act = source.get("owner", "mine"), source.get("on_erasure", "delete")
    if owner not in OWNERS or act not in ACTS or (act == "keep" and "keep" not in source):
        raise _wrong(f"{name}: `owner`, `on_erasure` or `keep` is not one we know.")
    edges = tuple(_edge(path) for path in paths if "->" in path)
    if owner != "others" and not edges and name != subject.table:
        raise _wrong(f"{name} has no path from {subject.table}.")
    return Table(
        name,
        str(source["key"]),
        edges,
        owner,
        act,
        _keep(source["keep"]) if act == "keep" else None,
        {column: _column(what) for column, what in source.get("columns", {}).items()},
        tuple(Edge(Spot(name, column), _spot(to)) for column, to in source.get("references", {}).items()),
        tuple(_spot(spot) for spot in source.get("shared_through", ())),
        str(source.get("dated", "")),
    )


def read_annotation(source: Mapping[str, Any]) -> Annotation:
    """Read the description of a database from the file of its system.

    Raises `Misconfigured` with code `annotation_wrong`, naming the place.
    """
    try:
        subject = _spot(source["subject_key"])
        tables = {name: _table(name, each, subject) for name, each in source["tables"].items()}
        named = source.get("suppression")
        suppression = Spot(named["table"], named["column"]) if named else None
        identifier = str(source["identifier"])
    except (KeyError, TypeError, AttributeError) as wrong:
        raise _wrong(f"Something is missing: {wrong}.") from wrong
    if subject.table not in tables:
        raise _wrong(f"{subject.table} is not described.")
    return Annotation(identifier, subject, tables, suppression)
