"""An edge and somebody else meet the same new browser at one moment: one waits, and neither fails."""

import os
import secrets
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sayso.deployment.database import Database, open_database
from sayso.identity import keys, store
from sayso.outbox import store as outbox
from tests.consent.test_two_edges import SETUP

IMPORTED = "from sayso.identity import importing; print(importing.find_or_make([{'device': SECRET}], now)[0].subject)"
AGED = "from sayso.identity import ages; print(ages.subject_of_device(SECRET, now))"
ASKING = """
import os, sys, django
from datetime import UTC, datetime
os.environ["DJANGO_SETTINGS_MODULE"] = "sayso.config.settings"
django.setup()
SECRET, now = sys.argv[1], datetime.now(UTC)
"""
WAITING = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


def _until_somebody_waits(db: Database) -> None:
    end = time.monotonic() + 60
    while not db.run(WAITING)[0][0]:
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.mark.parametrize("asked", [IMPORTED, AGED], ids=["an import", "an age"])
def test_a_new_browser_that_an_edge_is_adding_is_waited_for(
    new_postgres_database: Callable[[], str], tmp_path: Path, asked: str
) -> None:
    url, secret = new_postgres_database(), secrets.token_urlsafe(32)
    environment = {**os.environ, "SAYSO_DATABASE_URL": url, "SAYSO_HOME": str(tmp_path)}
    subprocess.run([sys.executable, "-c", SETUP], env=environment, check=True)
    edge, looking = open_database(url), open_database(url)
    with edge.transaction():
        outbox.take(edge, 2)
        other = subprocess.Popen(
            [sys.executable, "-c", ASKING + asked, secret], env=environment, stdout=subprocess.PIPE, text=True
        )
        _until_somebody_waits(looking)
        assert store.add_device(edge, keys.secret_hash(secret), "the-edges", datetime.now(UTC))
    told, _ = other.communicate(timeout=60)
    assert (other.returncode, told.strip()) == (0, "the-edges")
    assert edge.run("SELECT count(*) FROM identity_subject") == [(1,)]
    edge.close()
    looking.close()
