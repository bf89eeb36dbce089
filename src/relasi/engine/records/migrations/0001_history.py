"""The history: one table in monthly partitions, written by the triggers of every tracked table."""

from django.db import migrations

# No foreign key on the change set: the triggers take its id from the transaction that has just opened it, and the
# check would cost every written row a look-up. No key on the record either: history outlives what it tells of.
HISTORY = """
CREATE SEQUENCE records_change_id_seq;
CREATE TABLE records_change (
    id bigint NOT NULL DEFAULT nextval('records_change_id_seq'),
    at timestamptz NOT NULL,
    change_set_id bigint NOT NULL,
    record_id bigint NOT NULL,
    origin text NOT NULL,
    kind "char" NOT NULL,
    before jsonb,
    after jsonb
) PARTITION BY RANGE (at);
CREATE INDEX records_change_set_rows ON records_change (change_set_id);
CREATE INDEX records_change_record ON records_change (record_id, id);
CREATE TABLE records_change_otherwise PARTITION OF records_change DEFAULT;

CREATE FUNCTION records_ensure_partitions(ahead int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    first date;
    name text;
BEGIN
    FOR step IN 0..ahead LOOP
        first := (date_trunc('month', now()) + make_interval(months => step))::date;
        name := 'records_change_' || to_char(first, 'YYYY_MM');
        IF to_regclass(name) IS NULL THEN
            EXECUTE format('CREATE TABLE %I PARTITION OF records_change FOR VALUES FROM (%L) TO (%L)',
                           name, first, (first + interval '1 month')::date);
        END IF;
    END LOOP;
END $$;
SELECT records_ensure_partitions(3);
"""


class Migration(migrations.Migration):
    dependencies = [("access", "0001_foundation")]

    operations = [migrations.RunSQL(HISTORY, migrations.RunSQL.noop)]
