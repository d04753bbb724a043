from django.db import migrations, models

WAKE = """
CREATE FUNCTION sayso_news_wake() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN PERFORM pg_notify('sayso_news', ''); RETURN NULL; END $$;
CREATE TRIGGER sayso_news_wake AFTER INSERT ON outbox_news
FOR EACH STATEMENT EXECUTE FUNCTION sayso_news_wake();
"""
SLEEP = "DROP TRIGGER sayso_news_wake ON outbox_news; DROP FUNCTION sayso_news_wake();"


def _on_postgresql(statement):
    # The trigger only wakes readers sooner; what they read is the table. SQLite's readers look again.
    def run(apps, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(statement, params=None)

    return run


class Migration(migrations.Migration):

    dependencies = [
        ("outbox", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Epoch",
            fields=[
                ("name", models.CharField(max_length=20, primary_key=True, serialize=False)),
                ("value", models.CharField(max_length=36)),
            ],
        ),
        migrations.RunPython(_on_postgresql(WAKE), _on_postgresql(SLEEP)),
    ]
