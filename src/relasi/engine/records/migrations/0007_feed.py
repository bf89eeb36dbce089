"""Every row of history tells the number of its transaction, so that a program can follow what is committed late."""

from django.db import migrations

# What stands already has the place before all others; a constant default rewrites no row.
FORWARDS = """
ALTER TABLE records_change ADD COLUMN xid xid8 NOT NULL DEFAULT '0'::xid8;
ALTER TABLE records_change ALTER COLUMN xid SET DEFAULT pg_current_xact_id();
CREATE INDEX records_change_feed ON records_change (xid, id);
"""
BACKWARDS = "ALTER TABLE records_change DROP COLUMN xid;"


class Migration(migrations.Migration):
    dependencies = [("records", "0006_search_without_numbers")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
