"""Events are append-only in the database too."""

from django.db import migrations

REFUSE = """
CREATE TRIGGER desk_event_append_only BEFORE UPDATE OR DELETE ON desk_event
    FOR EACH ROW EXECUTE FUNCTION regard_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("desk", "0001_initial"), ("records", "0002_append_only")]
    operations = [migrations.RunSQL(REFUSE, "DROP TRIGGER desk_event_append_only ON desk_event;")]
