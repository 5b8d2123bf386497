"""Weekly hours hold from a day on: what was counted by the old ones stays counted by them."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('office', '0003_addresses_and_titles'),
    ]

    operations = [
        migrations.AddField(
            model_name='workingcalendar',
            name='earlier_weeks',
            field=models.JSONField(blank=True, default=list, help_text='[{"until": "2026-06-01", "weekly": {...}}]: the weekly hours before that day, oldest first'),
        ),
    ]
