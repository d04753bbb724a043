"""The one way a database is opened without Django: SQLite or PostgreSQL behind the same two verbs.

Edge and web share the ledger's plain SQL through this. Statements are written with `%s`.
"""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol
from urllib.parse import urlsplit

import psycopg

from sayso.core.errors import Misconfigured, Unavailable

Row = tuple[Any, ...]


class Database(Protocol):
    """Something the ledger's SQL runs on."""

    @property
    def dialect(self) -> str:
        """Name the dialect of SQL: `sqlite` or `postgresql`."""

    def run(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        """Run one statement and give its rows."""

    def transaction(self) -> Any:
        """Give a context manager: committed at its end, rolled back on an error."""

    def after_commit(self, act: Callable[[], None]) -> None:
        """Do something once what was written is durable: at once where no transaction is open around it."""


class SQLite:
    """An embedded database file: write-ahead log, every commit durable, five seconds' patience."""

    dialect = "sqlite"

    def __init__(self, path: str) -> None:
        self._connection = sqlite3.connect(path, timeout=5, isolation_level=None, check_same_thread=False)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=FULL")
        self._connection.execute("PRAGMA foreign_keys=ON")
        self._connection.execute("PRAGMA secure_delete=ON")  # what is deleted leaves no trace in free pages

    def run(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        """Run one statement and give its rows."""
        return self._connection.execute(sql.replace("%s", "?"), values).fetchall()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Begin at once as a writer: a deferred transaction that turns into a write fails under load."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def after_commit(self, act: Callable[[], None]) -> None:
        """Do it at once: what was written through this connection is committed already."""
        act()

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


class PostgreSQL:
    """A PostgreSQL server. A lost connection is opened again at the next statement."""

    dialect = "postgresql"

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection = self._open()

    def _open(self) -> psycopg.Connection[Row]:
        return psycopg.connect(self._url, autocommit=True)

    def _live(self) -> psycopg.Connection[Row]:
        if self._connection.closed or self._connection.broken:
            self._connection = self._open()
        return self._connection

    def run(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        """Run one statement and give its rows."""
        cursor = self._live().execute(sql.encode(), values)
        return cursor.fetchall() if cursor.description else []

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Run what is inside as one transaction."""
        with self._live().transaction():
            yield

    def after_commit(self, act: Callable[[], None]) -> None:
        """Do it at once: what was written through this connection is committed already."""
        act()

    def close(self) -> None:
        """End the connection."""
        self._connection.close()


def open_database(url: str) -> SQLite | PostgreSQL:
    """Open a database by its address.

    Raises `Misconfigured` for an address of another kind and `Unavailable` when it does not answer.
    """
    scheme = urlsplit(url).scheme
    try:
        if scheme == "sqlite":
            return SQLite(urlsplit(url).path)
        if scheme.startswith("postgres"):
            return PostgreSQL(url)
    except (sqlite3.OperationalError, psycopg.OperationalError) as broken:
        raise Unavailable("database_unreachable", "The database does not answer.", "Start it.") from broken
    raise Misconfigured(
        "database_unknown", f"{scheme!r} is no database we know.", "Use sqlite:////path or postgresql://…"
    )
