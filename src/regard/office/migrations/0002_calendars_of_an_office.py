"""A calendar belongs to an office and keeps its public holidays; units made by an import wait for a review."""

import django.db.models.deletion
from django.db import migrations, models

# A calendar made before belonged to nobody: it goes to the office that uses it, else to the first one.
GIVE_OFFICES = """
UPDATE office_workingcalendar calendar SET office_id = COALESCE(
    (SELECT split_part(unit.path, '/', 2)::bigint FROM office_unit unit WHERE unit.calendar_id = calendar.id LIMIT 1),
    (SELECT min(id) FROM office_unit WHERE parent_id IS NULL))
"""


class Migration(migrations.Migration):
    dependencies = [("office", "0001_initial")]

    operations = [
        migrations.RemoveConstraint(model_name="workingcalendar", name="calendar_version"),
        migrations.AddField(
            model_name="unit",
            name="needs_review",
            field=models.BooleanField(default=False, help_text="made by an import; nobody has looked at it yet"),
        ),
        migrations.AddField(
            model_name="workingcalendar",
            name="office",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="calendars",
                to="office.unit",
            ),
        ),
        migrations.RunSQL(GIVE_OFFICES, migrations.RunSQL.noop),
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="workingcalendar",
            name="office",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="calendars", to="office.unit"
            ),
        ),
        migrations.AddField(
            model_name="workingcalendar",
            name="public_days",
            field=models.JSONField(
                blank=True,
                default=dict,
                help_text='{"2026-07-04": "Independence Day"}; looked up once, so that a newer list changes no old figure',
            ),
        ),
        migrations.AlterField(
            model_name="workingcalendar",
            name="local_days",
            field=models.JSONField(
                blank=True,
                default=list,
                help_text='[{"date": "2026-08-14", "name": "County fair", "hours": []}]; hours empty: closed',
            ),
        ),
        migrations.AddConstraint(
            model_name="workingcalendar",
            constraint=models.UniqueConstraint(fields=("office", "code", "version"), name="calendar_version"),
        ),
    ]
