"""The ledger's two verbs on Django's own connection, so that both take part in one transaction."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from functools import partial
from typing import Any, cast

from django.db import connection, transaction

from sayso.deployment.database import Row


class _AllOfThem:
    """The end of what is done after a commit: raises what failed first, once everything was tried."""

    def __init__(self) -> None:
        self._failed: list[Exception] = []

    def attempt(self, act: Callable[[], None]) -> None:
        """Do it; what fails hinders nothing after it."""
        try:
            act()
        except Exception as failed:
            self._failed.append(failed)

    def __call__(self) -> None:
        """Raise what failed first."""
        if self._failed:
            raise self._failed[0]


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
        """Do it when the surrounding transaction is committed; what fails is raised when all was tried.

        Django leaves out what comes after a failure: an entry of the journal that was never even owed.
        """
        if not connection.in_atomic_block:
            act()
            return
        waiting = cast(
            list[Any], connection.run_on_commit
        )  # (savepoints, what to do, whether failing is nothing)
        ends = [hook for hook in waiting if isinstance(hook[1], _AllOfThem)]
        # Under no savepoint, so that it stays last whichever of them is rolled back.
        last = ends[0] if ends else (set(), _AllOfThem(), False)
        waiting[:] = [hook for hook in waiting if hook is not last]
        transaction.on_commit(partial(last[1].attempt, act))
        waiting.append(last)
