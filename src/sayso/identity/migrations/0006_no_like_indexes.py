"""Every device, subject and identifier was indexed twice over: once more for LIKE, which nothing here asks for.

Their names are random, so each index is one more random page that a new browser's answer writes.
"""

from typing import Any

from django.db import migrations

TABLES = ("identity_device", "identity_subject", "identity_identifier")


def drop(apps: Any, schema_editor: Any) -> None:
    """Drop what Django adds on PostgreSQL for each text that is a key."""
    if schema_editor.connection.vendor != "postgresql":
        return
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname FROM pg_indexes WHERE schemaname = current_schema() AND tablename = ANY(%s)"
            " AND indexdef LIKE '%%varchar_pattern_ops%%'",
            [list(TABLES)],
        )
        for (name,) in cursor.fetchall():
            cursor.execute(f"DROP INDEX {schema_editor.quote_name(name)}")


class Migration(migrations.Migration):

    dependencies = [("identity", "0005_minors")]

    operations = [migrations.RunPython(drop, migrations.RunPython.noop)]
