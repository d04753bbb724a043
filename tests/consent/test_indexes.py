"""What an answer writes is indexed once for each question that is asked of it: each index costs a page of its own."""

import pytest
from django.db import connection

TABLES = (
    *("identity_subject", "identity_device", "identity_identifier"),
    *("consent_event", "consent_standing", "outbox_news"),
)


@pytest.mark.django_db
@pytest.mark.parametrize("table", TABLES)
def test_no_column_is_indexed_twice(table: str) -> None:
    with connection.cursor() as cursor:
        found = list(connection.introspection.get_constraints(cursor, table).values())
    # SQLite tells of a key twice: as a constraint, and as the index that keeps it.
    kept_by = ("index",) if connection.vendor == "sqlite" else ("index", "unique")
    indexed = [tuple(each["columns"]) for each in found if any(each[kind] for kind in kept_by)]
    assert found
    assert len(indexed) == len(set(indexed)), indexed
