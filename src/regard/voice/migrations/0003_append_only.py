"""Stamps are append-only in the database too."""

from django.db import migrations

REFUSE = """
CREATE TRIGGER voice_stamp_append_only BEFORE UPDATE OR DELETE ON voice_stamp
    FOR EACH ROW EXECUTE FUNCTION regard_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("voice", "0002_loops"), ("records", "0002_append_only")]
    operations = [migrations.RunSQL(REFUSE, "DROP TRIGGER voice_stamp_append_only ON voice_stamp;")]
