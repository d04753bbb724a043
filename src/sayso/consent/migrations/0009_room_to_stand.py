from django.db import migrations

# Whoever answers again stands elsewhere in the same row: with room left on its page no index has to be told.
ROOM = "ALTER TABLE consent_standing SET (fillfactor = 85)"
NONE = "ALTER TABLE consent_standing RESET (fillfactor)"


def _on_postgresql(statement):
    def run(apps, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(statement, params=None)

    return run


class Migration(migrations.Migration):

    dependencies = [
        ("consent", "0008_witnesses"),
    ]

    operations = [
        migrations.RunPython(_on_postgresql(ROOM), _on_postgresql(NONE)),
    ]
