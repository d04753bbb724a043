import json

from django.db import migrations, models

from sayso.core.consent import Held, Published
from sayso.core.editions import Editions
from sayso.core.notice_reading import read_notice
from sayso.core.values import read_utc
from sayso.core.vocabulary import ConsentStatus


def read_held(text):
    """Read what was written until now: choice → [status, rev, narrowed, generation, until, specific, imported]."""
    held = {}
    for choice, row in json.loads(text).items():
        until, specific, imported = ([*row, *[None] * 3])[4:7]
        held[choice] = Held(
            ConsentStatus(row[0]), row[1], row[2], row[3], read_utc(until) if until else None, specific or 0,
            read_utc(imported) if imported else None,
        )
    return held


def write_short(apps, schema_editor):
    """Write every standing short. It gets its pattern from the run that walks over all of them."""
    rows, notices = apps.get_model("consent", "Standing").objects, apps.get_model("notices", "NoticeVersion").objects
    for brand in list(rows.values_list("brand", flat=True).distinct()):
        told = notices.filter(brand=brand).order_by("ordinal")
        published = [Published(read_notice(json.loads(one.document)), json.loads(one.generations), {}) for one in told]
        editions = Editions(tuple(published))
        for row in rows.filter(brand=brand).iterator():
            rows.filter(brand=brand, subject=row.subject).update(
                shown=editions.number(row.old_shown),
                held=editions.write(read_held(row.held)),
                guardian_held=editions.write(read_held(row.guardian_held)),
            )


class Migration(migrations.Migration):

    dependencies = [
        ("consent", "0006_evidencename"),
        ("notices", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Pattern",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("brand", models.CharField(max_length=40)),
                ("version", models.CharField(max_length=71)),
                ("states", models.TextField()),
            ],
        ),
        migrations.CreateModel(
            name="Permit",
            fields=[
                ("pk", models.CompositePrimaryKey(
                    "pattern", "choice", blank=True, editable=False, primary_key=True, serialize=False)),
                ("pattern", models.BigIntegerField()),
                ("choice", models.CharField(max_length=200)),
            ],
        ),
        migrations.CreateModel(
            name="Carried",
            fields=[
                ("pk", models.CompositePrimaryKey(
                    "version", "current", "choice", blank=True, editable=False, primary_key=True, serialize=False)),
                ("brand", models.CharField(max_length=40)),
                ("version", models.CharField(max_length=71)),
                ("current", models.CharField(max_length=71)),
                ("choice", models.CharField(max_length=200)),
                ("stopped_by", models.CharField(blank=True, max_length=60)),
            ],
        ),
        migrations.CreateModel(
            name="Walk",
            fields=[
                ("brand", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("current", models.CharField(max_length=71)),
                ("subject", models.CharField(blank=True, max_length=36)),
                ("ended_at", models.CharField(blank=True, max_length=27)),
            ],
        ),
        migrations.RenameField("standing", "shown", "old_shown"),
        migrations.AddField("standing", "shown", models.IntegerField(default=0)),
        migrations.AddField("standing", "pattern", models.BigIntegerField(default=0)),
        migrations.AlterField("standing", "held", models.TextField(blank=True)),
        migrations.AlterField("standing", "guardian_held", models.TextField(blank=True, default="")),
        migrations.RunPython(write_short, migrations.RunPython.noop),
        migrations.RemoveField("standing", "old_shown"),
        migrations.RemoveField("standing", "version"),
        migrations.RemoveField("standing", "permit"),
    ]
