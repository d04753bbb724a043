"""The one way a database is opened without Django: SQLite or PostgreSQL behind the same two verbs.

Edge and web share the ledger's plain SQL through this. Statements are written with `%s`.
"""

import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol
from urllib.parse import urlsplit

import psycopg

from sayso.core.errors import Misconfigured, Unavailable

Row = tuple[Any, ...]
LOOK = 0.01  # seconds between two looks at an embedded file that somebody may have written
CHANNEL = "sayso_news"  # what a trigger on the table of news notifies (outbox.migrations)


class Database(Protocol):
    """Something the ledger's SQL runs on."""

    @property
    def dialect(self) -> str:
        """Name the dialect of SQL: `sqlite` or `postgresql`."""

    def run(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        """Run one statement and give its rows."""

    def run_many(self, sql: str, rows: Sequence[Sequence[Any]]) -> int:
        """Run one statement once for each row of values and give how many rows of the table were written."""

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
        self._seen = -1

    def run(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        """Run one statement and give its rows."""
        return self._connection.execute(sql.replace("%s", "?"), values).fetchall()

    def run_many(self, sql: str, rows: Sequence[Sequence[Any]]) -> int:
        """Run one statement once for each row of values and give how many rows of the table were written."""
        return self._connection.executemany(sql.replace("%s", "?"), rows).rowcount

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Join the surrounding transaction, or begin one: at once as a writer, because a deferred transaction
        that turns into a write fails under load.
        """
        if self._connection.in_transaction:
            yield
            return
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def wait(self, seconds: float) -> None:
        """Wait until another connection has committed since the last wait, at most `seconds`."""
        end, was = time.monotonic() + seconds, self._seen
        while (seen := self.run("PRAGMA data_version")[0][0]) == was and time.monotonic() < end:
            time.sleep(LOOK)
        self._seen = seen

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
        self._listening: psycopg.Connection[Row] | None = None

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

    def run_many(self, sql: str, rows: Sequence[Sequence[Any]]) -> int:
        """Run one statement once for each row of values and give how many rows of the table were written."""
        with self._live().cursor() as cursor:
            cursor.executemany(sql.encode(), rows)
            return cursor.rowcount

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Run what is inside as one transaction."""
        with self._live().transaction():
            yield

    def wait(self, seconds: float) -> None:
        """Wait until news was committed since the last wait, at most `seconds`. It may return for nothing."""
        live = self._live()
        if self._listening is not live:
            live.execute(f"LISTEN {CHANNEL}".encode())
            self._listening = live
            return  # what came before it listened was told to nobody
        for _ in live.notifies(timeout=seconds, stop_after=1):
            pass

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
