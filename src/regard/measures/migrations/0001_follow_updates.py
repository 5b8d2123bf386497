"""A contact or a piece of feedback that is changed carries the transaction that changed it.

Facts are refreshed by following transaction ids (docs/adr/0009). New rows get theirs by default; whoever updates one
would have to think of it each time, and a forgotten one would leave a fact stale without a sign.
"""

from django.db import migrations

FOLLOW = """
CREATE FUNCTION measures_follow_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.txid := pg_current_xact_id()::text::bigint;
    RETURN NEW;
END $$;
CREATE TRIGGER measures_follow_contact BEFORE UPDATE ON desk_contact
    FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION measures_follow_update();
CREATE TRIGGER measures_follow_feedback BEFORE UPDATE ON voice_feedback
    FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION measures_follow_update();
"""
UNDO = """
DROP TRIGGER measures_follow_feedback ON voice_feedback;
DROP TRIGGER measures_follow_contact ON desk_contact;
DROP FUNCTION measures_follow_update();
"""


class Migration(migrations.Migration):
    dependencies = [("desk", "0001_initial"), ("voice", "0001_initial")]
    operations = [migrations.RunSQL(FOLLOW, UNDO)]
