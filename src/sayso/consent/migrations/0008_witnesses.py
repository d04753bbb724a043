from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("consent", "0007_patterns")]

    operations = [
        migrations.AddField("checkpoint", "first", models.TextField(blank=True, default="")),
        migrations.CreateModel(
            name="Cosignature",
            fields=[
                ("pk", models.CompositePrimaryKey("size", "key", blank=True, editable=False, primary_key=True, serialize=False)),
                ("size", models.BigIntegerField()),
                ("key", models.CharField(max_length=300)),
                ("line", models.TextField()),
                ("at", models.CharField(max_length=27)),
            ],
        ),
        migrations.CreateModel(
            name="KeyNews",
            fields=[
                ("seq", models.BigIntegerField(primary_key=True, serialize=False)),
                ("act", models.CharField(max_length=20)),
                ("role", models.CharField(max_length=20)),
                ("public", models.CharField(max_length=43)),
                ("since", models.CharField(max_length=27)),
                ("at", models.CharField(max_length=27)),
                ("leaf_hash", models.CharField(max_length=64)),
            ],
        ),
    ]
