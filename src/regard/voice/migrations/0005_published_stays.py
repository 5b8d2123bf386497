"""A published version of a survey never changes, in the database too."""

from django.db import migrations

REFUSE = """
CREATE TRIGGER voice_surveyversion_published BEFORE UPDATE OR DELETE ON voice_surveyversion
    FOR EACH ROW WHEN (OLD.published_at IS NOT NULL) EXECUTE FUNCTION regard_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("voice", "0004_surveys"), ("records", "0002_append_only")]
    operations = [migrations.RunSQL(REFUSE, "DROP TRIGGER voice_surveyversion_published ON voice_surveyversion;")]
