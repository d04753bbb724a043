"""Group what is waiting into one commit. No added delay; a full queue says so; a bad row stands alone."""

import asyncio
import errno
import logging
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

import psycopg

from sayso.core.errors import Unavailable

log = logging.getLogger("sayso.edge")
In = TypeVar("In")
Out = TypeVar("Out")
LARGEST = 256  # items in one commit
WAITING = 4096  # items in the queue before we say "busy"
# Nothing can be written at all, to the database or to the journal beside it: halving would only try again.
LOST = (sqlite3.OperationalError, psycopg.OperationalError, OSError)
BREATH = 0.001  # seconds between commits, so that other writers of the same file get a turn


def is_lost(broken: Exception) -> bool:
    """Tell whether nothing can be written at all, whoever sent it."""
    return isinstance(broken, LOST) or (
        isinstance(broken, Unavailable) and broken.code == "journal_unwritable"
    )


def refused(broken: Exception) -> Unavailable:
    """Say why nothing was acknowledged, where it is the machine that fails and not what was sent."""
    if isinstance(broken, Unavailable):
        return broken
    full = isinstance(broken, OSError) and broken.errno in (errno.ENOSPC, errno.EDQUOT)
    if full or isinstance(broken, psycopg.errors.DiskFull) or "is full" in str(broken):
        told = "There is no room left to record this. It does not count as answered."
        return Unavailable("storage_full", told, "Send it again later; the brand has to make room.")
    told = "The database does not answer. This does not count as answered."
    return Unavailable("database_unreachable", told, "Send it again in a second.")


class Batcher(Generic[In, Out]):
    """Hands waiting items to `write` together, on one thread of its own.

    `write` takes the items and gives their results in order, an exception in the place of a result that only
    its own item is to blame for; or it raises and has changed nothing.
    """

    def __init__(self, write: Callable[[Sequence[In]], Sequence[Out | Exception]]) -> None:
        self._write = write
        self._waiting: list[tuple[In, asyncio.Future[Out]]] = []
        self._wake = asyncio.Event()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="writer")
        self._task: asyncio.Task[None] | None = None
        self._failing = False

    async def submit(self, item: In) -> Out:
        """Wait until an item is durable and give its result.

        Raises `Unavailable` with code `busy` when too much is waiting, and what `write` raised for it.
        """
        if len(self._waiting) >= WAITING:
            raise Unavailable("busy", "Too much is waiting to be written.", "Send it again in a second.")
        if self._task is None:
            self._task = asyncio.create_task(self._run())
        future: asyncio.Future[Out] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        self._wake.set()
        return await future

    async def _run(self) -> None:
        while True:
            await self._wake.wait()
            batch, self._waiting = self._waiting[:LARGEST], self._waiting[LARGEST:]
            if not self._waiting:
                self._wake.clear()
            if batch:
                await self._settle(batch)
                await asyncio.sleep(BREATH)

    async def _settle(self, batch: list[tuple[In, asyncio.Future[Out]]]) -> None:
        loop = asyncio.get_running_loop()
        try:
            results = await loop.run_in_executor(self._thread, self._write, [item for item, _ in batch])
        except Exception as broken:
            lost = is_lost(broken)
            if len(batch) == 1 or lost:
                told = self._failed(broken) if lost else broken
                for _, future in batch:
                    if not future.done():
                        future.set_exception(told)
                return
            half = len(batch) // 2
            await self._settle(batch[:half])
            await self._settle(batch[half:])
            return
        self._recovered()
        for (_, future), result in zip(batch, results, strict=True):
            if future.done():
                continue
            if isinstance(result, Exception):
                future.set_exception(result)
            else:
                future.set_result(result)

    def _failed(self, broken: Exception) -> Unavailable:
        told = refused(broken)
        if not self._failing:  # once, and not with every answer that comes meanwhile
            log.critical("nothing can be recorded: %s", told.code)
        self._failing = True
        return told

    def _recovered(self) -> None:
        if self._failing:
            log.warning("answers are recorded again")
        self._failing = False

    def close(self, last: Callable[[], None]) -> None:
        """Let the thread finish what it writes, then do `last` on it."""
        if self._task:
            self._task.cancel()
        self._thread.submit(last)
        self._thread.shutdown()
