"""Two edges write while somebody reads on by number: nothing may be passed over."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

EACH = 150
SETUP = """
import os, django
os.environ["DJANGO_SETTINGS_MODULE"] = "sayso.config.settings"
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from datetime import UTC, datetime
from sayso.notices import services
from tests import linen
services.publish_notice(linen.document(), "Otto", datetime.now(UTC))
"""


def _read_on(url: str, running: Callable[[], bool]) -> set[int]:
    """Read as a consumer does: everything above the highest number seen so far."""
    seen: set[int] = set()
    with psycopg.connect(url, autocommit=True) as own:
        more = True
        while more:
            more = running()
            rows = own.execute("SELECT seq FROM consent_event WHERE seq > %s", [max(seen, default=0)])
            seen.update(row[0] for row in rows.fetchall())
    return seen


def _missed(url: str, home: Path, numbers: str) -> int:
    environment = {**os.environ, "SAYSO_DATABASE_URL": url, "SAYSO_HOME": str(home)}
    subprocess.run([sys.executable, "-c", SETUP], env=environment, check=True)
    with psycopg.connect(url, autocommit=True) as own:
        own.execute("CREATE SEQUENCE plain")
        writer = [sys.executable, "-m", "tests.consent.writer", str(EACH), numbers]
        edges = [subprocess.Popen(writer, env=environment) for _ in range(2)]
        seen = _read_on(url, lambda: any(edge.poll() is None for edge in edges))
        assert [edge.wait() for edge in edges] == [0, 0]
        written = {row[0] for row in own.execute("SELECT seq FROM consent_event").fetchall()}
    assert len(written) == 2 * EACH
    return len(written - seen)


@pytest.mark.parametrize(("numbers", "misses"), [("counter", False), ("sequence", True)])
def test_a_reader_misses_nothing_and_would_with_a_plain_sequence(
    new_postgres_database: Callable[[], str], tmp_path: Path, numbers: str, misses: bool
) -> None:
    missed = _missed(new_postgres_database(), tmp_path, numbers)
    assert (missed > 0) is misses, missed
