"""What is written together must not fall together."""

import asyncio
import sqlite3
from collections.abc import Sequence

import pytest

from sayso.edge.batch import Batcher


def _write(items: Sequence[int]) -> list[int]:
    if 7 in items:
        raise ValueError("seven cannot be written")
    if 9 in items:
        raise sqlite3.OperationalError("the disk is gone")
    return [item * 10 for item in items]


def _submit(numbers: Sequence[int]) -> list[int | BaseException]:
    async def together() -> list[int | BaseException]:
        batcher = Batcher(_write)
        try:
            return await asyncio.gather(*map(batcher.submit, numbers), return_exceptions=True)
        finally:
            batcher.close(lambda: None)

    return asyncio.run(together())


def test_a_row_that_breaks_falls_alone_whatever_breaks_it() -> None:
    results = _submit([1, 2, 7, 3, 4])
    assert [results[index] for index in (0, 1, 3, 4)] == [10, 20, 30, 40]
    assert isinstance(results[2], ValueError)


@pytest.mark.parametrize("numbers", [[9], [1, 9, 2]])
def test_without_a_database_everybody_is_told(numbers: list[int]) -> None:
    assert all(isinstance(result, sqlite3.OperationalError) for result in _submit(numbers))
