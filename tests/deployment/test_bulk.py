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


ODD = [
    "plain",
    'a "quoted" word',
    "back\\slash",
    "{brace, comma}",
    "NULL",
    "",
    " spaced ",
    "ü 蓝 'x' %s",
    "\\x41",
    "\n\t",
]


def test_whatever_a_value_holds_comes_back_as_it_was(db: DjangoDatabase) -> None:
    table = Table("jars", {**JARS.columns, "told": "text"})
    boxes = [bytes(range(256)), b"", b'\\"{}', bytearray(b"x"), memoryview(b"x"), *([b"x"] * (len(ODD) - 5))]
    rows = [(f"jar {place}", "top", -place, told, boxes[place]) for place, told in enumerate(ODD)]
    assert bulk.insert(db, table, [*rows, ("none", "low", None, None, None)]) == len(rows) + 1
    kept = db.run("SELECT name, shelf, rev, told, box FROM jars WHERE told IS NOT NULL ORDER BY rev DESC")
    assert [(*row[:4], bytes(row[4])) for row in kept] == rows
    assert db.run("SELECT rev, told, box FROM jars WHERE shelf = 'low'") == [(None, None, None)]


@pytest.mark.parametrize("wanted", [[], ["nut"], ODD, [*ODD, "nut"]])
def test_those_among_many_values_are_found(db: DjangoDatabase, wanted: list[str]) -> None:
    table = Table("jars", {**JARS.columns, "told": "text"})
    bulk.insert(db, table, [(f"jar {place}", "top", place, told, b"") for place, told in enumerate(ODD)])
    found, values = bulk.among(db, "told", wanted, "text")
    rows = db.run(f"SELECT told FROM jars WHERE {found}", [values])  # noqa: S608 our own column
    assert sorted(row[0] for row in rows) == sorted(set(ODD) & set(wanted))
    found, values = bulk.among(db, "rev", {3, 5, 99}, "bigint")
    rows = db.run(f"SELECT rev FROM jars WHERE {found}", [values])  # noqa: S608 our own column
    assert sorted(row[0] for row in rows) == [3, 5]


def test_rows_are_found_by_several_columns_together(db: DjangoDatabase) -> None:
    table = Table("jars", {**JARS.columns, "told": "text"})
    bulk.insert(
        db, table, [(name, shelf, 1, "", b"") for name in ("plum", 'f"g') for shelf in ("top", "low")]
    )
    wanted = [("plum", "top"), ('f"g', "low"), ("nut", "top")]
    found, values = bulk.among_rows(db, {"name": "varchar", "shelf": "varchar"}, wanted)
    rows = db.run(f"SELECT name, shelf FROM jars WHERE {found}", values)  # noqa: S608 our own columns
    assert sorted(rows) == sorted(wanted[:2])
    found, values = bulk.among_rows(db, {"name": "varchar", "shelf": "varchar"}, [])
    assert db.run(f"SELECT name FROM jars WHERE {found}", values) == []  # noqa: S608 our own columns
