"""The real tables beside what was written about them. What nobody described stops everything."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from graphlib import CycleError, TopologicalSorter
from typing import Any

import sqlalchemy as sa

from sayso.connectors.base import Impossible, NotNow
from sayso.connectors.sql.annotation import Annotation
from sayso.core.errors import Misconfigured

Tables = dict[str, sa.Table]


def _be_strict(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA busy_timeout=5000")


def _begin(connection: sa.Connection) -> None:
    looking = connection.get_execution_options().get("looking")
    connection.exec_driver_sql("BEGIN" if looking else "BEGIN IMMEDIATE")


@lru_cache(maxsize=16)
def engine(url: str) -> sa.Engine:
    """Give the engine of a database address (`sqlite:////path` or `postgresql://…`)."""
    made = sa.create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1))
    if made.dialect.name == "sqlite":
        sa.event.listen(made, "connect", _be_strict)
        sa.event.listen(made, "begin", _begin)
    return made


def address(config: dict[str, Any]) -> str:
    """Give the address of the database: from the environment variable the file names."""
    variable = str(config.get("url_env", ""))
    if not os.environ.get(variable):
        raise Misconfigured("system_setting_missing", "The database has no address.", f"Set {variable}.")
    return os.environ[variable]


@contextmanager
def transaction(url: str) -> Iterator[sa.Connection]:
    """Open one transaction: all of it happens, or none.

    Raises `NotNow` when the database does not answer and `Impossible` when it refuses what the plan needs.
    """
    try:
        with engine(url).begin() as connection:
            yield connection
    except (sa.exc.IntegrityError, sa.exc.DataError) as refused:
        remedy = "Describe how these tables hang together; nothing was changed."
        raise Impossible("database_refused", "The database refused a change.", remedy) from refused
    except (sa.exc.OperationalError, sa.exc.InterfaceError) as broken:
        raise NotNow("The database does not answer.") from broken


@contextmanager
def looking(url: str) -> Iterator[sa.Connection]:
    """Open one transaction in which the database itself refuses every change.

    Raises `NotNow` when the database does not answer.
    """
    made = engine(url).execution_options(looking=True)
    try:
        with made.connect() as connection, connection.begin():
            if made.dialect.name == "sqlite":
                connection.exec_driver_sql("PRAGMA query_only=ON")
            else:
                connection.exec_driver_sql("SET TRANSACTION READ ONLY")
            try:
                yield connection
            finally:
                if made.dialect.name == "sqlite":  # the setting outlives the transaction
                    connection.exec_driver_sql("PRAGMA query_only=OFF")
    except (sa.exc.OperationalError, sa.exc.InterfaceError) as broken:
        raise NotNow("The database does not answer.") from broken


def reflect(connection: sa.Connection) -> Tables:
    """Read the real tables."""
    metadata = sa.MetaData()
    metadata.reflect(connection)
    return dict(metadata.tables)


def _gaps(annotation: Annotation, tables: Tables) -> Iterator[str]:
    for name in annotation.tables:
        if name not in tables:
            yield name
            continue
        real, told = {column.name for column in tables[name].columns}, annotation.described(name)
        yield from sorted(f"{name}.{column}" for column in real ^ told)
    for table in tables.values():
        for key in table.foreign_keys:
            if table.name not in annotation.tables and key.column.table.name in annotation.tables:
                yield f"{table.name}.{key.parent.name}"


def check_coverage(annotation: Annotation, tables: Tables) -> None:
    """Make sure that every column is described, none is only described, and no unknown table hangs on ours.

    Raises `Impossible` with code `not_annotated`, naming them.
    """
    if gaps := list(_gaps(annotation, tables)):
        detail = f"Not described, or not there: {', '.join(gaps)}."
        raise Impossible("not_annotated", detail, "Describe them in the file of this system, then try again.")


def children_first(annotation: Annotation, tables: Tables) -> list[str]:
    """Order the described tables so that rows go before the rows they refer to."""
    before: dict[str, set[str]] = {name: set() for name in annotation.tables}
    for name in annotation.tables:
        told = annotation.tables[name].edges + annotation.tables[name].references
        pairs = [(edge.child.table, edge.parent.table) for edge in told]
        pairs += [(name, key.column.table.name) for key in tables[name].foreign_keys]
        for child, parent in pairs:
            if child != parent and parent in before:
                before[parent].add(child)
    try:
        return list(TopologicalSorter(before).static_order())
    except CycleError as circle:
        remedy = "Leave one of the references to `unlink`."
        raise Misconfigured("annotation_wrong", "These tables refer to each other.", remedy) from circle
