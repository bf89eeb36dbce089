"""Letter case is folded in memory as PostgreSQL folds it, for every letter there is."""

import pytest
from django.db import connection

from relasi.engine.fields.letter_case import upper


@pytest.mark.django_db
def test_every_letter_has_the_upper_case_the_database_gives_it():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT i, upper(chr(i)) FROM generate_series(1, 1114111) i WHERE i NOT BETWEEN 55296 AND 57343"
        )
        differing = [(hex(i), raised) for i, raised in cursor.fetchall() if upper(chr(i)) != raised]
    assert differing == []


def test_one_letter_stays_one_letter():
    assert upper("straße") == "STRAßE"
    assert upper("ﬁn") == "ﬁN"
    assert upper("ᾳ") == "ᾼ"
