from django.db import migrations, models


class Migration(migrations.Migration):
    """A link sent before this column was kept belongs to no known mailbox and does nothing; links last a week."""

    dependencies = [("staff", "0001_staff_looks")]

    operations = [
        migrations.AddField("confirmation", "sent_to", models.CharField(default="", max_length=64), False),
    ]
