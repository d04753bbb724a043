"""A keeper killed again and again, and two at once: every answer is placed once, and nothing signed is taken back."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from sayso.consent.log import checking, history, reading
from sayso.core.merkle import proves_consistency
from sayso.deployment.database import Database, open_database
from tests.consent.test_two_edges import SETUP

KEEPER = "from sayso.consent.log.keeper import keep; keep(lambda: False)"
ANSWERS = 120
KEYS = len(history.Role)  # their history is the first of the log


def _keeper(environment: dict[str, str]) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([sys.executable, "-c", KEEPER], env=environment)


def _killed_often(
    db: Database, environment: dict[str, str], working: Callable[[], bool]
) -> list[reading.Signed]:
    """Kill a keeper as soon as it has signed something new, until the writers are done; give what was signed."""
    seen: list[reading.Signed] = []
    while working():
        own = _keeper(environment)
        try:
            newest, until = None, time.monotonic() + 10
            while (newest is None or newest in seen) and time.monotonic() < until:
                time.sleep(0.01)
                newest = reading.latest(db)
            assert newest is not None
            seen.append(newest)
        finally:
            os.kill(own.pid, signal.SIGKILL)
            own.wait()
    return seen


def _all_placed(db: Database) -> bool:
    newest = reading.latest(db)
    return newest is not None and newest.size == KEYS + ANSWERS


def test_no_kill_loses_an_answer_or_forks_the_log(
    database_of_its_own: Callable[[], str], tmp_path: Path
) -> None:
    url = database_of_its_own() or f"sqlite:///{tmp_path / 'own.sqlite3'}"
    # The secrets are this process's own, so that it can open what the others sealed.
    environment = {**os.environ, "SAYSO_DATABASE_URL": url}
    subprocess.run([sys.executable, "-c", SETUP], env=environment, check=True)
    writing = [sys.executable, "-m", "tests.consent.writer", str(ANSWERS // 2), "counter"]
    with closing(open_database(url)) as db:
        writers = [subprocess.Popen(writing, env=environment) for _ in range(2)]
        seen = _killed_often(db, environment, lambda: any(one.poll() is None for one in writers))
        assert [one.wait() for one in writers] == [0, 0]
        both = [_keeper(environment) for _ in range(2)]
        try:
            until = time.monotonic() + 20
            while not _all_placed(db) and time.monotonic() < until:
                time.sleep(0.05)
        finally:
            for one in both:
                one.kill()
                one.wait()
        newest = reading.latest(db)
        assert newest is not None
        assert newest.size == KEYS + ANSWERS
        assert checking.sweep(db, {one.size: one.root for one in seen}, datetime.now(UTC)).findings == []
        for one in seen:
            path = reading.consistency(db, one.size, newest.size) if one.size else []
            assert not one.size or proves_consistency(one.size, newest.size, one.root, newest.root, path)
    assert seen
