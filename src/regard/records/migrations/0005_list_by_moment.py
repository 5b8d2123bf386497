"""Entries of some days are read by their moment, exactly: a block index had to read far too many."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0004_append_only_viewings"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="auditentry",
            name="audit_by_time",
        ),
        migrations.RemoveIndex(
            model_name="viewing",
            name="viewing_by_time",
        ),
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(fields=["at", "id"], name="audit_by_moment"),
        ),
        migrations.AddIndex(
            model_name="viewing",
            index=models.Index(fields=["at", "id"], name="viewing_by_moment"),
        ),
    ]
