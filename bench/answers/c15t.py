"""@c15t/backend from npm, one process, on the same PostgreSQL, loaded as its own banner loads it."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import psycopg

from bench import programs
from bench.machine import installed_node
from tools.node import find_node

FOLDER = Path(__file__).parent.parent / "c15t"
PACKAGE = "@c15t/backend"
CONNECTIONS = 16
ROWS = """
INSERT INTO subject (id, "identityProvider")
 SELECT 'sub_held' || n, 'anonymous' FROM generate_series({first}, {last}) AS n;
INSERT INTO consent (id, "subjectId", "domainId", "policyId", "purposeIds", "userAgent", jurisdiction,
  "jurisdictionModel", "uiSource", "consentAction", "givenAt")
 SELECT 'cns_held' || n, 'sub_held' || n, d.id, p.id, '{{"json":["a","b"]}}', 'bench', 'NONE', 'opt-in', 'dialog',
  'custom', now()
 FROM generate_series({first}, {last}) AS n, (SELECT id FROM domain LIMIT 1) d,
  (SELECT id FROM "consentPolicy" LIMIT 1) p;
"""
# The lock waits for what is still under way when a load ends.
TRIM = """
LOCK TABLE subject, consent IN SHARE ROW EXCLUSIVE MODE;
DELETE FROM consent WHERE id NOT LIKE 'cns_held%';
DELETE FROM subject WHERE id NOT LIKE 'sub_held%' AND id NOT IN (SELECT "subjectId" FROM consent);
"""


def version() -> str | None:
    """Give the version that is installed, or None."""
    return installed_node(FOLDER / "node_modules" / PACKAGE)


def _environment(database: str, port: int = 0) -> dict[str, str]:
    parts = urlsplit(database)
    told = {
        "PGHOST": parse_qs(parts.query)["host"][0],
        "PGUSER": "postgres",
        "PGDATABASE": parts.path.strip("/"),
    }
    return os.environ | told | {"PORT": str(port)}


@contextmanager
def serving(database: str) -> Iterator[str]:
    """Run the backend on an empty database; give its address. Raises `Missing`."""
    if version() is None:
        raise programs.Missing(f"{PACKAGE} is not installed (sh tools/bootstrap.sh bench)")
    node, port = find_node()[0], programs.free_port()
    command = [*node, str(FOLDER / "server.mjs")]
    made = subprocess.run(  # noqa: S603 our own command
        [*command, "migrate"], env=_environment(database), capture_output=True, text=True
    )
    if made.returncode != 0:
        raise RuntimeError(f"c15t made no tables: {made.stderr[-300:]}")
    address = f"http://127.0.0.1:{port}/api/c15t"
    with programs.running(command, f"{address}/status", _environment(database, port)):
        yield address


def record_one(address: str, database: str) -> None:
    """Let one visitor consent, which makes its domain and policy; raise `RuntimeError` unless that is stored."""
    body = {
        "type": "cookie_banner",
        "subjectId": "sub_2jv6z8n4q9",
        "domain": "example.test",
        "preferences": {"necessary": True, "measurement": True},
        "givenAt": 1760000000000,
    }
    httpx.post(f"{address}/subjects", json=body, timeout=60).raise_for_status()
    with psycopg.connect(database) as connection:
        if connection.execute("SELECT count(*) FROM consent").fetchone() != (1,):
            raise RuntimeError("c15t acknowledged a consent and has not stored it")


def fill(database: str, already: int, wanted: int) -> None:
    """Bring its tables from so many consents to so many; its first consent must have been recorded."""
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(ROWS.format(first=already + 1, last=wanted).encode())
        connection.execute("VACUUM ANALYZE")


def trim(database: str) -> None:
    """Take away what a load added, so that the next begins with as many rows."""
    with psycopg.connect(database, autocommit=True) as connection:
        with connection.transaction():
            connection.execute(TRIM.encode())
        connection.execute("VACUUM ANALYZE")


def load(address: str, seconds: float, number: int) -> programs.Load:
    """Send it consents of new visitors for so long."""
    told = {"BENCH_NUMBER": str(number)}
    return programs.wrk(f"{address}/subjects", seconds, CONNECTIONS, "c15t.lua", told)
