"""What a source said is never rewritten: identity records are append-only in the database too."""

from django.db import migrations

REFUSE = """
CREATE TRIGGER customers_identityrecord_append_only BEFORE UPDATE OR DELETE ON customers_identityrecord
    FOR EACH ROW EXECUTE FUNCTION regard_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("customers", "0001_initial"), ("records", "0002_append_only")]
    operations = [
        migrations.RunSQL(REFUSE, "DROP TRIGGER customers_identityrecord_append_only ON customers_identityrecord;")
    ]
