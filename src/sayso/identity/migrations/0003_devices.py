from datetime import UTC, datetime

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('identity', '0002_proofing'),
    ]

    operations = [
        migrations.AlterField(
            model_name='device',
            name='subject',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='identity.subject'),
        ),
        migrations.AddField(
            model_name='device',
            name='state',
            field=models.CharField(default='current', max_length=8),
        ),
        # A link made before links had an end counts no longer: she signs in again.
        migrations.AddField(
            model_name='devicelink',
            name='until',
            field=models.DateTimeField(default=datetime(2000, 1, 1, tzinfo=UTC)),
            preserve_default=False,
        ),
    ]
