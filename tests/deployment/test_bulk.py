"""Many rows of one table in one statement, on the database the suite runs on."""

import pytest
from django.db import connection

from sayso.deployment import bulk
from sayso.deployment.bulk import Table
from sayso.deployment.database import open_database
from sayso.deployment.django_database import DjangoDatabase
from tests.conftest import DATABASE_URL

JARS = Table(
    "jars", {"name": "varchar", "shelf": "varchar", "rev": "bigint", "told": "jsonb", "box": "bytea"}
)


@pytest.fixture(params=["web", "edge"])
def db(request: pytest.FixtureRequest, transactional_db: None) -> object:
    """Give the two ways a database is opened."""
    blob = "bytea" if connection.vendor == "postgresql" else "blob"
    DjangoDatabase().run(
        f"CREATE TABLE jars (name varchar(9), shelf varchar(9), rev bigint, told text, box {blob},"
        " PRIMARY KEY (name, shelf))"
    )
    opened = DjangoDatabase() if request.param == "web" else open_database(DATABASE_URL)
    yield opened
    if request.param == "edge":
        opened.close()  # type: ignore[union-attr]
    DjangoDatabase().run("DROP TABLE jars")


def test_rows_are_written_together_and_what_is_there_stays(db: DjangoDatabase) -> None:
    table = Table("jars", {**JARS.columns, "told": "text"})
    first = [("plum", "top", 1, "{}", b"\0\1"), ("fig", "top", 1, '{"a": "\\""}', b"")]
    assert bulk.insert(db, table, first) == 2
    assert bulk.insert(db, table, [], skipping=True) == 0
    assert bulk.insert(db, table, [first[0], ("pear", "top", 1, "%s", b"%")], skipping=True) == 1
    kept = {name: (told, bytes(box)) for name, told, box in db.run("SELECT name, told, box FROM jars")}
    assert kept == {"plum": ("{}", b"\0\1"), "fig": ('{"a": "\\""}', b""), "pear": ("%s", b"%")}


def test_only_what_nobody_wrote_meanwhile_is_written_over(db: DjangoDatabase) -> None:
    table = Table("jars", {**JARS.columns, "told": "text"})
    bulk.insert(
        db, table, [("plum", "top", 1, "a", b""), ("fig", "top", 4, "a", b""), ("fig", "low", 1, "a", b"")]
    )
    rows = [("plum", "top", 2, "b", b"", 1), ("fig", "top", 4, "b", b"", 3), ("nut", "top", 1, "b", b"", 1)]
    assert bulk.update(db, table, rows, by=("name", "shelf"), was="rev") == 1
    assert bulk.update(db, table, [], by=("name", "shelf"), was="rev") == 0
    kept = {
        (name, shelf): (rev, told)
        for name, shelf, rev, told in db.run("SELECT name, shelf, rev, told FROM jars")
    }
    assert kept == {("plum", "top"): (2, "b"), ("fig", "top"): (4, "a"), ("fig", "low"): (1, "a")}
