"""Group what is waiting into one commit. No added delay; a full queue says so; a bad row stands alone."""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

import psycopg

from sayso.core.errors import Unavailable

In = TypeVar("In")
Out = TypeVar("Out")
LARGEST = 256  # items in one commit
WAITING = 4096  # items in the queue before we say "busy"
LOST = (sqlite3.OperationalError, psycopg.OperationalError)  # no database: halving would only try again
BREATH = 0.001  # seconds between commits, so that other writers of the same file get a turn


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
            if len(batch) == 1 or isinstance(broken, LOST):
                for _, future in batch:
                    if not future.done():
                        future.set_exception(broken)
                return
            half = len(batch) // 2
            await self._settle(batch[:half])
            await self._settle(batch[half:])
            return
        for (_, future), result in zip(batch, results, strict=True):
            if future.done():
                continue
            if isinstance(result, Exception):
                future.set_exception(result)
            else:
                future.set_result(result)

    def close(self, last: Callable[[], None]) -> None:
        """Let the thread finish what it writes, then do `last` on it."""
        if self._task:
            self._task.cancel()
        self._thread.submit(last)
        self._thread.shutdown()
