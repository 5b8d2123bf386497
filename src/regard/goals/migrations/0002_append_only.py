"""What was entered, found and changed is append-only in the database too."""

from django.db import migrations

TABLES = ("entry", "finding", "change")
REFUSE = "".join(
    f"CREATE TRIGGER goals_{table}_append_only BEFORE UPDATE OR DELETE ON goals_{table} "
    "FOR EACH ROW EXECUTE FUNCTION regard_append_only();\n"
    for table in TABLES
)
ALLOW = "".join(f"DROP TRIGGER goals_{table}_append_only ON goals_{table};\n" for table in TABLES)


class Migration(migrations.Migration):
    dependencies = [("goals", "0001_initial"), ("records", "0002_append_only")]
    operations = [migrations.RunSQL(REFUSE, ALLOW)]
