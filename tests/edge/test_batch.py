"""What is written together must not fall together."""

import asyncio
import errno
import sqlite3
import threading
from collections.abc import Callable, Sequence

import psycopg
import pytest

from sayso.core.errors import Unavailable
from sayso.edge import batch
from sayso.edge.batch import Batcher


def _write(items: Sequence[int]) -> list[int]:
    if 7 in items:
        raise ValueError("seven cannot be written")
    if 9 in items:
        raise sqlite3.OperationalError("the disk is gone")
    return [item * 10 for item in items]


Write = Callable[[Sequence[int]], Sequence[int | Exception]]


def _submit(numbers: Sequence[int], write: Write = _write) -> list[int | BaseException]:
    async def together() -> list[int | BaseException]:
        batcher = Batcher(write)
        try:
            return await asyncio.gather(*map(batcher.submit, numbers), return_exceptions=True)
        finally:
            batcher.close(lambda: None)

    return asyncio.run(together())


def test_a_row_that_breaks_falls_alone_whatever_breaks_it() -> None:
    results = _submit([1, 2, 7, 3, 4])
    assert [results[index] for index in (0, 1, 3, 4)] == [10, 20, 30, 40]
    assert isinstance(results[2], ValueError)


def _codes(results: list[int | BaseException]) -> set[str]:
    return {result.code for result in results if isinstance(result, Unavailable)}


@pytest.mark.parametrize("numbers", [[9], [1, 9, 2]])
def test_without_a_database_everybody_is_told(numbers: list[int]) -> None:
    results = _submit(numbers)
    assert all(isinstance(result, Unavailable) for result in results)
    assert _codes(results) == {"database_unreachable"}


@pytest.mark.parametrize(
    "broken",
    [
        sqlite3.OperationalError("database or disk is full"),
        psycopg.errors.DiskFull("could not extend file"),
        OSError(errno.ENOSPC, "No space left on device"),
    ],
)
def test_on_a_full_disk_everybody_is_told_that(broken: Exception) -> None:
    def write(items: Sequence[int]) -> list[int]:
        raise broken

    assert _codes(_submit([1, 2, 3], write)) == {"storage_full"}


def test_a_journal_that_takes_nothing_is_not_tried_again_for_each_answer() -> None:
    calls: list[int] = []

    def write(items: Sequence[int]) -> list[int]:
        calls.append(len(items))
        raise Unavailable("journal_unwritable", "The journal cannot be written.", "Free space.")

    assert _codes(_submit(range(256), write)) == {"journal_unwritable"}
    assert calls == [256]


def test_a_full_queue_says_so_and_loses_nothing_it_took(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "WAITING", 8)
    monkeypatch.setattr(batch, "LARGEST", 4)
    go = threading.Event()

    def write(items: Sequence[int]) -> list[int]:
        go.wait(10)
        return list(items)

    async def crowd() -> tuple[list[int | BaseException], int]:
        batcher: Batcher[int, int] = Batcher(write)
        first = [asyncio.create_task(batcher.submit(number)) for number in range(4)]
        await asyncio.sleep(0.05)  # these are being written
        more = [asyncio.create_task(batcher.submit(number)) for number in range(4, 20)]
        await asyncio.sleep(0)
        refused = sum(each.done() for each in more)
        go.set()
        results = await asyncio.gather(*first, *more, return_exceptions=True)
        batcher.close(lambda: None)
        return results, refused

    results, refused = asyncio.run(crowd())
    assert refused == 8  # at once, while the others wait
    assert [result for result in results if isinstance(result, int)] == list(range(12))
    assert _codes(results) == {"busy"}


def test_what_only_its_own_item_is_to_blame_for_stands_in_its_place() -> None:
    def write(items: Sequence[int]) -> list[int | Exception]:
        return [ValueError("odd") if item % 2 else item for item in items]

    results = _submit([1, 2, 3, 4], write)
    assert [type(result) for result in results] == [ValueError, int, ValueError, int]
