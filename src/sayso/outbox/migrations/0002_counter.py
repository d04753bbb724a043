from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("outbox", "0001_initial")]
    operations = [
        migrations.RunSQL(
            "INSERT INTO outbox_sequence (name, next) VALUES ('ledger', 1)",
            "DELETE FROM outbox_sequence WHERE name = 'ledger'",
        )
    ]
