"""Give a ledger millions of rows in minutes: real answers are recorded first, then copied under other names.

The copies are rows like any others to the database; nobody comes back to answer as one of them, so their keys stay
unmade. Columns are read from the database, so that a table that gains one is still copied whole.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext

import httpx
import psycopg
from psycopg import sql

from bench.answering import Browser, choices_of
from bench.deployment import Deployment

TEMPLATES = 200  # people who really answered
MANY = 500_000  # people, from whose number on indexes are built afterwards
TABLES = ("identity_subject", "identity_device", "consent_event", "consent_standing", "outbox_news")
# What must differ in a copy, by table and column; `n` is the number of the copy, `base` the last number given.
ANOTHER = {
    "subject": "md5(subject || ':' || n)::uuid::text",
    "subject_id": "md5(subject_id || ':' || n)::uuid::text",
    "identity_subject.id": "md5(id || ':' || n)::uuid::text",
    "secret_hash": "md5(secret_hash || n) || md5(n || secret_hash)",
    "event": "md5(event || n)::uuid::text",
    "seq": "seq + {base} + (n - {first})::bigint * (SELECT most FROM bench_templates)",
}


def record_templates(deployment: Deployment) -> None:
    """Let people answer over HTTP; an edge must run. Remember up to which number they are the templates."""
    banner = deployment.banner()
    said = {choice: ("given", "refused")[place % 2] for place, choice in enumerate(choices_of(banner))}
    with httpx.Client(timeout=30) as client:
        for _ in range(TEMPLATES):
            Browser(deployment, client).answers(banner, said)
    with psycopg.connect(deployment.database, autocommit=True) as connection:
        most = "SELECT max(seq) AS most FROM outbox_news"
        connection.execute(f"CREATE TABLE bench_templates AS {most}")
        connection.execute("CREATE TABLE bench_people AS SELECT id FROM identity_subject")


def _columns(connection: "psycopg.Connection[tuple[str, ...]]", table: str) -> list[str]:
    query = (
        "SELECT column_name FROM information_schema.columns WHERE table_schema = 'public' AND table_name = %s"
    )
    return [row[0] for row in connection.execute(query, [table])]


def _templates(columns: Sequence[str], table: str) -> str:
    if table == "identity_subject":
        return "id IN (SELECT id FROM bench_people)"
    owner = next((name for name in ("subject", "subject_id") if name in columns), None)
    if owner:
        return f"{owner} IN (SELECT id FROM bench_people)"  # noqa: S608 a column of ours
    return "seq <= (SELECT most FROM bench_templates)"


def _copy(
    connection: "psycopg.Connection[tuple[str, ...]]", table: str, first: int, last: int, base: int
) -> None:
    columns = _columns(connection, table)
    another = {name: how.format(first=first, base=base) for name, how in ANOTHER.items()}
    values = [another.get(f"{table}.{name}") or another.get(name) or f'"{name}"' for name in columns]
    named = ", ".join(f'"{name}"' for name in columns)
    statement = (
        f"INSERT INTO {table} ({named}) SELECT {', '.join(values)}"  # noqa: S608 names of our own tables
        f" FROM {table}, generate_series({first}, {last}) AS n WHERE {_templates(columns, table)}"
    )
    connection.execute(statement.encode())


@contextmanager
def _without_indexes(connection: "psycopg.Connection[tuple[str, ...]]") -> Iterator[None]:
    """Take keys and indexes away, and build them anew over all rows: far quicker than row by row."""
    tables = "('" + "', '".join(TABLES) + "')"
    keys = connection.execute(
        "SELECT conrelid::regclass::text, conname, contype::text, pg_get_constraintdef(oid) FROM pg_constraint"  # noqa: S608 names of our own tables
        f" WHERE contype IN ('p', 'u', 'f') AND (conrelid::regclass::text IN {tables}"
        f" OR confrelid::regclass::text IN {tables}) ORDER BY contype = 'f' DESC, conname".encode()
    ).fetchall()
    for table, name, _kind, _rule in keys:
        connection.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"'.encode())
    others = connection.execute(
        f"SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename IN {tables}".encode()  # noqa: S608 names of our own tables
    ).fetchall()
    for name, _rule in others:
        connection.execute(f'DROP INDEX "{name}"'.encode())
    yield
    connection.execute("SET maintenance_work_mem = '1GB'")
    for _name, rule in others:
        connection.execute(rule.encode())
    for table, name, kind, rule in reversed(keys):
        unread = " NOT VALID" if kind == "f" and "NOT VALID" not in rule else ""
        connection.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {rule}{unread}'.encode())


def fill(database: str, already: int, wanted: int) -> None:
    """Bring a ledger from so many people, templates apart, to so many; then let the database take stock."""
    first, last = already // TEMPLATES + 1, wanted // TEMPLATES
    if last < first:
        return
    with psycopg.connect(database, autocommit=True) as connection:
        # Copies point where what they are copied from points: nothing is looked up for each of millions of rows.
        connection.execute("SET session_replication_role = replica")
        row = connection.execute("SELECT next - 1 FROM outbox_sequence WHERE name = 'ledger'").fetchone()
        with _without_indexes(connection) if wanted - already >= MANY else nullcontext():
            for table in TABLES:
                _copy(connection, table, first, last, int(row[0]) if row else 0)
        connection.execute(
            "UPDATE outbox_sequence SET next = greatest(next, (SELECT max(seq) + 1 FROM outbox_news))"
            " WHERE name = 'ledger'"
        )
        connection.execute("VACUUM ANALYZE")


def counted(database: str, table: str) -> int:
    """Count the rows of a table."""
    with psycopg.connect(database, autocommit=True) as connection:
        row = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))).fetchone()
    return int(row[0]) if row else 0
