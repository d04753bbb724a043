"""An embedded database is waited for, and a transaction within another is part of it."""

import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from sayso.deployment.database import SQLite

LONG = 30.0  # seconds: no wait of these tests lasts so long


@pytest.fixture
def two(tmp_path: Path) -> Iterator[tuple[SQLite, SQLite]]:
    path = str(tmp_path / "two.sqlite3")
    with closing(SQLite(path)) as here, closing(SQLite(path)) as there:
        here.run("CREATE TABLE said (word TEXT)")
        yield here, there


def test_what_somebody_else_committed_since_the_last_wait_ends_the_next_at_once(
    two: tuple[SQLite, SQLite],
) -> None:
    here, there = two
    there.wait(LONG)  # the first never waits: who knows what came before
    here.run("INSERT INTO said VALUES ('no')")
    began = time.monotonic()
    there.wait(LONG)
    assert time.monotonic() - began < LONG
    assert there.run("SELECT word FROM said") == [("no",)]
    there.wait(0.0)


def test_a_transaction_within_another_comes_to_what_the_outer_one_comes_to(
    two: tuple[SQLite, SQLite],
) -> None:
    here, there = two

    def broken_off() -> None:
        with here.transaction():
            with here.transaction():
                here.run("INSERT INTO said VALUES ('yes')")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        broken_off()
    assert there.run("SELECT word FROM said") == []
    with here.transaction(), here.transaction():
        here.run("INSERT INTO said VALUES ('no')")
    assert there.run("SELECT word FROM said") == [("no",)]
