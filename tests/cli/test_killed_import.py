"""An import that is killed goes on where it was: nothing is lost, and nothing is there twice."""

import csv
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from sayso.deployment.database import open_database
from tests.deployed import Deployment
from tests.linen import NEWSLETTER

ROWS = 3000
HEADINGS = ("customer", "purpose", "answer", "answered_at", "text", "source")


@pytest.fixture
def deployment(tmp_path: Path, database_of_its_own: Callable[[], str]) -> Deployment:
    made = Deployment(tmp_path / "home", database_of_its_own())
    made.home.mkdir()
    made.prepare()
    return made


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Give an export in which every hundredth row is bad."""
    path = tmp_path / "crm.csv"
    rows = (
        ["" if number % 100 == 0 else f"C-{number}", "news", "yes" if number % 2 else "no",
         "2026-03-01T09:30:00Z", "Send me news.", "checkout"]
        for number in range(1, ROWS + 1)
    )  # fmt: skip
    with path.open("w", newline="") as opened:
        csv.writer(opened).writerows([HEADINGS, *rows])
    (tmp_path / "crm.yaml").write_text(f"system: crm\npurposes: {{news: {NEWSLETTER}}}\n")
    return path


def words(file: Path, *more: str) -> list[str]:
    return ["import", "answers", str(file), "--mapping", str(file.with_name("crm.yaml")), "--per-line", *more]


def counted(deployment: Deployment, sql: str) -> int:
    database = open_database(deployment.database or f"sqlite:///{deployment.home / 'sayso.sqlite3'}")
    try:
        return int(database.run(sql)[0][0] or 0)
    finally:
        database.close()


def killed_at(deployment: Deployment, command: list[str], line: int) -> int:
    """Start an import and kill it once it has passed a line; give the line that was done by then."""
    begun = subprocess.Popen(
        [sys.executable, "-m", "sayso.cli.main", *command],
        env=deployment.environment(),
        stdout=subprocess.DEVNULL,
    )
    sql = "SELECT MAX(line) FROM consent_importrun"
    while counted(deployment, sql) < line:
        assert begun.poll() is None, "it was through before it could be killed"
        time.sleep(0.01)
    os.kill(begun.pid, signal.SIGKILL)
    begun.wait()
    return counted(deployment, sql)


def test_a_killed_import_goes_on_where_it_was(deployment: Deployment, file: Path) -> None:
    first = killed_at(deployment, words(file), 1)
    assert 0 < first < ROWS
    second = killed_at(deployment, words(file, "--resume"), first + 1)
    assert first < second < ROWS
    done = deployment.run(*words(file, "--resume"))
    assert f"goes on after line {second:,}" in done.stdout
    good = ROWS - ROWS // 100
    assert f"{good:,}  answers recorded" in done.stdout, "what was done before the kill is counted too"
    assert counted(deployment, "SELECT COUNT(*) FROM consent_event") == good
    assert counted(deployment, "SELECT COUNT(DISTINCT subject) FROM consent_event") == good
    assert counted(deployment, "SELECT COUNT(*) FROM consent_standing WHERE rev = 1") == good
    with file.with_name("crm.csv.rejects.csv").open() as listed:
        lines = [row["line"] for row in csv.DictReader(listed)]
    assert lines == [str(number + 1) for number in range(100, ROWS + 1, 100)], "each bad row once"
    again = deployment.run(*words(file, "--resume"))
    assert "answers recorded" in again.stdout
    assert counted(deployment, "SELECT COUNT(*) FROM consent_event") == good
