"""The statements by which c15t records a consent, and nothing around them: eleven statements, two commits.

Emulated in pgbench, in C and on tables of our own with an index it lacks: the best its way of writing can come to.
"""

import os
import re
import subprocess
import tempfile
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg
from sayso_demo.postgres import Postgres

CLIENTS = 16
TABLES = """
CREATE TABLE policy (id int PRIMARY KEY, name text);
CREATE TABLE purpose (id int PRIMARY KEY, code text);
CREATE TABLE site (id int PRIMARY KEY, name text);
CREATE TABLE visitor (id bigint PRIMARY KEY, provider text);
CREATE TABLE agreed (id bigint PRIMARY KEY, visitor bigint, policy int, site int, purposes jsonb, at timestamptz);
CREATE INDEX ON agreed (visitor);
INSERT INTO policy VALUES (1, 'cookie_banner');
INSERT INTO site VALUES (1, 'example.test');
INSERT INTO purpose SELECT n, 'purpose' || n FROM generate_series(1, 5) AS n;
"""
ROWS = """
INSERT INTO visitor SELECT -n, 'anonymous' FROM generate_series({first}, {last}) AS n;
INSERT INTO agreed SELECT -n, -n, 1, 1, '[1, 2]', now() FROM generate_series({first}, {last}) AS n;
"""
SCRIPT = """
\\set v random(1, 9000000000000000)
SELECT * FROM visitor WHERE id = :v;
INSERT INTO visitor VALUES (:v, 'anonymous') ON CONFLICT DO NOTHING;
SELECT * FROM site WHERE id = 1;
SELECT * FROM policy WHERE id = 1;
SELECT * FROM purpose WHERE id = 1;
SELECT * FROM purpose WHERE id = 2;
SELECT * FROM purpose WHERE id = 3;
SELECT * FROM agreed WHERE visitor = :v LIMIT 1;
BEGIN;
SELECT * FROM policy WHERE id = 1;
INSERT INTO agreed VALUES (:v, :v, 1, 1, '[1, 2]', now()) ON CONFLICT DO NOTHING;
SELECT * FROM agreed WHERE id = :v;
COMMIT;
"""


def prepare(database: str) -> None:
    """Make the tables."""
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(TABLES.encode())


def fill(database: str, already: int, wanted: int) -> None:
    """Bring the tables from so many rows to so many."""
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(ROWS.format(first=already + 1, last=wanted).encode())
        connection.execute("VACUUM ANALYZE")


def rate_in(said: str) -> float:
    """Read the transactions a second that pgbench tells, without the time its connections took."""
    found = re.search(r"tps = ([\d.]+)", said)
    if found is None:
        raise RuntimeError(f"pgbench said nothing that can be read: {said[-300:]}")
    return float(found.group(1))


def load(server: Postgres, database: str, seconds: float) -> float:
    """Record by the pattern for so long; give the consents a second."""
    parts = urlsplit(database)
    with tempfile.TemporaryDirectory(prefix="sayso-bench-") as folder:
        script = Path(folder) / "script.sql"
        script.write_text(SCRIPT)
        place = ["-h", parse_qs(parts.query)["host"][0], "-U", "postgres"]
        how = [
            "-n",
            "-M",
            "prepared",
            "-c",
            str(CLIENTS),
            "-j",
            "1",
            "-T",
            f"{seconds:.0f}",
            "-f",
            str(script),
        ]
        command = [str(server.program("pgbench")), *place, *how, parts.path.strip("/")]
        done = subprocess.run(command, env=os.environ, capture_output=True, text=True)  # noqa: S603 our own
    return rate_in(done.stdout or done.stderr)
