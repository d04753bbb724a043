"""Seal the addresses that Django's and allauth's own tables held in clear, and empty those columns."""

from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from sayso.identity import keys
from sayso.identity.models import key_of_login


def seal_addresses(apps: Any, schema_editor: Any) -> None:
    """Move every address to where it is sealed. Sessions named addresses too: everybody signs in again."""
    sealed = apps.get_model("identity", "LoginAddress").objects
    people = apps.get_model("auth", "User").objects
    for person in people.exclude(email=""):
        address = keys.normal("email", person.email)
        key = key_of_login(person.username)
        sealed.get_or_create(
            lookup=keys.lookup("email", address),
            defaults={"person_id": person.pk, "sealed": keys.seal(key, address.encode())},
        )
    people.update(email="")
    apps.get_model("account", "EmailAddress").objects.all().delete()
    apps.get_model("sessions", "Session").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [
        ("identity", "0003_devices"),
        ("account", "0009_emailaddress_unique_primary_email"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("sessions", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name='LoginAddress',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('lookup', models.CharField(max_length=64, unique=True)),
                ('sealed', models.BinaryField()),
                ('person', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='SignIn',
            fields=[
                ('id', models.CharField(max_length=36, primary_key=True, serialize=False)),
                ('lookup', models.CharField(max_length=64)),
                ('sealed', models.BinaryField()),
                ('code_hash', models.CharField(max_length=64)),
                ('anywhere', models.BooleanField()),
                ('attempts', models.PositiveIntegerField(default=0)),
                ('made_at', models.DateTimeField(db_index=True)),
            ],
            options={
                'indexes': [models.Index(fields=['lookup', 'made_at'], name='sign_in_of_address')],
            },
        ),
        migrations.RunPython(seal_addresses, migrations.RunPython.noop),
    ]
