"""The ledger's two verbs on Django's own connection, so that both take part in one transaction."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any

from django.db import connection, transaction

from sayso.deployment.database import Row


class DjangoDatabase:
    """Django's default connection as a `Database`."""

    @property
    def dialect(self) -> str:
        """Name the database's dialect of SQL."""
        return str(connection.vendor)

    def run(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        """Run one statement and give its rows."""
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            return cursor.fetchall() if cursor.description else []

    def run_many(self, sql: str, rows: Sequence[Sequence[Any]]) -> int:
        """Run one statement once for each row of values and give how many rows of the table were written."""
        with connection.cursor() as cursor:
            cursor.executemany(sql, rows)
            return int(cursor.rowcount)

    def transaction(self) -> AbstractContextManager[None]:
        """Join the surrounding transaction, or begin one."""
        return transaction.atomic()

    def after_commit(self, act: Callable[[], None]) -> None:
        """Do it when the surrounding transaction is committed."""
        transaction.on_commit(act)
