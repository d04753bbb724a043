import json

from django.db import migrations, models

from sayso.core.errors import NotFound
from sayso.core.leaf import answer_leaf, commitment
from sayso.identity import keys


def commit_to_what_is_there(apps, schema_editor):
    """Write every answer recorded before there was a log in the form the log takes: its entries begin here.

    What was erased before has no commitment and never enters the log.
    """
    for row in apps.get_model("consent", "Event").objects.iterator():
        try:
            evidence = json.loads(keys.unseal(row.subject, row.sealed))
        except NotFound:  # its key is gone: nothing can be committed to any more
            continue
        row.commitment = commitment(evidence, row.subject, row.event, row.body_hash)
        answers, outcome = json.loads(row.answers), json.loads(row.outcome)
        told = (row.seq, row.brand, row.version, answers, outcome, row.recorded_at, row.commitment)
        row.leaf_hash = answer_leaf(*told)
        row.save(update_fields=["commitment", "leaf_hash"])


class Migration(migrations.Migration):

    dependencies = [("consent", "0003_minors")]

    operations = [
        migrations.AddField("event", "commitment", models.CharField(default="", max_length=64), preserve_default=False),
        migrations.AddField("evidence", "commitment", models.CharField(default="", max_length=64), preserve_default=False),
        migrations.AddField("evidence", "outcome", models.TextField(default="{}"), preserve_default=False),
        migrations.CreateModel(
            name="Tombstone",
            fields=[
                ("seq", models.BigIntegerField(primary_key=True, serialize=False)),
                ("why", models.CharField(max_length=20)),
                ("covers", models.TextField()),
                ("at", models.CharField(max_length=27)),
                ("keep_until", models.CharField(blank=True, max_length=27)),
                ("leaf_hash", models.CharField(max_length=64)),
            ],
        ),
        migrations.CreateModel(
            name="Leaf",
            fields=[
                ("position", models.BigIntegerField(primary_key=True, serialize=False)),
                ("seq", models.BigIntegerField(unique=True)),
                ("leaf_hash", models.CharField(max_length=64)),
            ],
        ),
        migrations.CreateModel(
            name="Node",
            fields=[
                ("pk", models.CompositePrimaryKey("level", "position", blank=True, editable=False, primary_key=True, serialize=False)),
                ("level", models.IntegerField()),
                ("position", models.BigIntegerField()),
                ("hash", models.CharField(max_length=64)),
            ],
        ),
        migrations.CreateModel(
            name="Checkpoint",
            fields=[
                ("size", models.BigIntegerField(primary_key=True, serialize=False)),
                ("root", models.CharField(max_length=64)),
                ("origin", models.CharField(max_length=200)),
                ("note", models.TextField()),
                ("signed_at", models.CharField(max_length=27)),
            ],
        ),
        migrations.RunPython(commit_to_what_is_there, migrations.RunPython.noop),
    ]
