"""Viewings and earlier versions are append-only in the database too."""

from django.db import migrations

TABLES = ("records_viewing", "records_earlierversion")
REFUSE = "\n".join(
    f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}"
    " FOR EACH ROW EXECUTE FUNCTION regard_append_only();"
    for table in TABLES
)
UNDO = "\n".join(f"DROP TRIGGER {table}_append_only ON {table};" for table in TABLES)


class Migration(migrations.Migration):
    dependencies = [("records", "0003_viewings_and_earlier_versions")]
    operations = [migrations.RunSQL(REFUSE, UNDO)]
