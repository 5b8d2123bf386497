"""The audit trail is append-only in the database too, not only by convention."""

from django.db import migrations

# Disposal of records past their retention period is the one lawful exception; it sets regard.disposal for
# its own transaction and is audited itself.
REFUSE = """
CREATE FUNCTION regard_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('regard.disposal', true) = 'on' THEN
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    RAISE EXCEPTION '% is append-only: % refused. Write a new row that corrects the old one.', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER records_auditentry_append_only BEFORE UPDATE OR DELETE ON records_auditentry
    FOR EACH ROW EXECUTE FUNCTION regard_append_only();
"""
UNDO = """
DROP TRIGGER records_auditentry_append_only ON records_auditentry;
DROP FUNCTION regard_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("records", "0001_initial")]
    operations = [migrations.RunSQL(REFUSE, UNDO)]
