"""The suite's own databases behave as the tests of every room expect."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest
from django.db import connection
from sayso_demo import postgres

from sayso.deployment import env


def rows(connection_to: str) -> int:
    with psycopg.connect(connection_to) as own:
        found = own.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
    assert found is not None
    return int(found[0])


@pytest.mark.django_db
def test_the_test_database_is_the_one_that_the_settings_address() -> None:
    expected = urlsplit(env.database_url())
    name = str(connection.settings_dict["NAME"])
    assert name == (expected.path if connection.vendor == "sqlite" else expected.path.lstrip("/"))
    assert connection.vendor == expected.scheme


def test_each_postgres_database_asked_for_is_new_and_empty(new_postgres_database: Callable[[], str]) -> None:
    first, second = new_postgres_database(), new_postgres_database()
    assert first != second
    with psycopg.connect(first) as own:
        own.execute("CREATE TABLE curtain (id int)")
    assert (rows(first), rows(second)) == (1, 0)


def test_a_postgres_starts_where_nobody_else_may_read_the_checkout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "_readable_by_others", lambda _path: False)
    with postgres.Postgres() as server, psycopg.connect(server.url("postgres")) as own:
        assert own.execute("SELECT 1").fetchone() == (1,)


def test_a_postgres_whose_owner_is_killed_stops_and_leaves_no_folder(tmp_path: Path) -> None:
    program = (
        "from tools.postgres import Postgres; p = Postgres(); print(p.url('postgres'), flush=True); input()"
    )
    owner = subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert owner.stdout is not None
    assert owner.stdin is not None
    url = owner.stdout.readline().decode().strip()
    psycopg.connect(url).close()
    os.kill(owner.pid, signal.SIGKILL)
    owner.wait()
    owner.stdin.close()
    owner.stdout.close()
    folder = Path(parse_qs(urlsplit(url).query)["host"][0]).parent
    until = time.monotonic() + 20
    while folder.exists() and time.monotonic() < until:
        time.sleep(0.05)
    assert not folder.exists()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)
