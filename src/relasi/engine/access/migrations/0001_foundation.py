"""What every table stands on: one sequence of ids, the extensions, and the text search of names."""

from django.db import migrations

FOUNDATION = """
CREATE SEQUENCE IF NOT EXISTS relasi_id AS bigint START 1001;
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS unaccent;
CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE TEXT SEARCH CONFIGURATION relasi (COPY = simple);
ALTER TEXT SEARCH CONFIGURATION relasi
    ALTER MAPPING FOR hword, hword_part, word, asciiword, asciihword, hword_asciipart WITH unaccent, simple;
"""


class Migration(migrations.Migration):
    dependencies = []

    operations = [migrations.RunSQL(FOUNDATION, migrations.RunSQL.noop)]
