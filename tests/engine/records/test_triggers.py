"""Triggers: the database itself refuses a write that belongs to no change set, and writes the history."""

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError

from relasi.engine.access.acting import acting
from relasi.engine.declare.registry import registry
from relasi.engine.declare.tracked import Tracked
from relasi.engine.records.change_set import ChangeRow, close_change_set, open_change_set
from relasi.engine.records.write import update
from tests.engine.aviary import parrot
from tests.fakes.models import Parrot
from tests.fingerprint import unchanged


def raw(statement, *params):
    with connection.cursor() as cursor:
        cursor.execute(statement, params)


RAW_WRITES = {
    "orm save": lambda bird: bird.save(),
    "orm update": lambda bird: Parrot._base_manager.filter(pk=bird.pk).update(name="x"),
    "orm delete": lambda bird: bird.delete(),
    "orm bulk_update": lambda bird: Parrot._base_manager.bulk_update([bird], ["nickname"]),
    "orm create": lambda bird: Parrot._base_manager.create(name="x", number="x", owner_id=bird.owner_id),
    "orm bulk_create": lambda bird: Parrot._base_manager.bulk_create(
        [Parrot(name="x", number="x", owner_id=bird.owner_id)]
    ),
    "sql update": lambda bird: raw("UPDATE fakes_parrot SET name = 'x' WHERE id = %s", bird.pk),
    "sql delete": lambda bird: raw("DELETE FROM fakes_parrot WHERE id = %s", bird.pk),
    "sql insert": lambda bird: raw(
        "INSERT INTO fakes_parrot (name, number, owner_id, version, source, custom, tame) "
        "VALUES ('x', 'x', %s, 1, 'ui', '{}', false)", bird.owner_id,
    ),
    "sql merge": lambda bird: raw(
        "MERGE INTO fakes_parrot t USING (SELECT %s::bigint AS id) s ON t.id = s.id "
        "WHEN MATCHED THEN UPDATE SET name = 'x'", bird.pk,
    ),
}  # fmt: skip


@pytest.mark.parametrize("how", RAW_WRITES)
def test_a_write_without_a_change_set_is_refused(aviary, how):
    bird = parrot(aviary.keeper)
    bird.nickname = "changed"
    with unchanged(), pytest.raises(DatabaseError, match="without an open change set"), transaction.atomic():
        RAW_WRITES[how](bird)


def test_a_change_set_ends_with_its_transaction(aviary):
    bird = parrot(aviary.keeper)
    with acting(aviary.keeper):
        try:
            with transaction.atomic():
                update(bird, {"nickname": "x"})
                raise KeyError
        except KeyError:
            pass
    with unchanged(), pytest.raises(DatabaseError), transaction.atomic():
        raw("UPDATE fakes_parrot SET name = 'x' WHERE id = %s", bird.pk)


def test_raw_sql_inside_a_change_set_is_history_like_any_other(aviary):
    bird = parrot(aviary.keeper, name="Lama", nickname="Jo")
    with acting(aviary.keeper), transaction.atomic():
        opened = open_change_set()
        raw("UPDATE fakes_parrot SET name = 'Baru', nickname = NULL WHERE id = %s", bird.pk)
        close_change_set()
    row = ChangeRow.objects.get(change_set=opened)
    assert (row.kind, row.origin, row.record_id) == ("u", "fakes_parrot", bird.pk)
    assert row.before == {"name": "Lama", "nickname": "Jo"} and row.after == {
        "name": "Baru",
        "nickname": None,
    }


def test_an_update_that_changes_nothing_leaves_no_history(aviary):
    bird = parrot(aviary.keeper)
    with unchanged():
        raw("UPDATE fakes_parrot SET name = name, tame = tame WHERE id = %s", bird.pk)


def test_secrets_never_reach_the_history(aviary):
    bird = parrot(aviary.keeper, password="buka sesame")
    with acting(aviary.keeper):
        update(bird, {"password": "rahasia sekali", "nickname": "x"}, authorised="test")
    with acting(aviary.admin), transaction.atomic():
        open_change_set()
        raw("DELETE FROM records_record_index WHERE id = %s", bird.pk)
        raw("DELETE FROM fakes_parrot WHERE id = %s", bird.pk)
        close_change_set()
    rows = ChangeRow.objects.filter(record_id=bird.pk)
    assert [row.kind for row in rows] == ["c", "u", "d"]
    told = " ".join(f"{row.before} {row.after}" for row in rows)
    assert "sesame" not in told and "rahasia" not in told and "password" not in told


def test_every_tracked_table_refuses_a_row_without_a_change_set(aviary):
    """Each by its own triggers, as they stand in the database and not only in the code."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, count(*) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
            "WHERE NOT t.tgisinternal AND t.tgenabled = 'O' AND t.tgname LIKE 'pgtrigger_history_%%' GROUP BY 1"
        )
        kept = dict(cursor.fetchall())
    tracked = {module.table for module in registry if issubclass(module.model, Tracked)}
    assert {table for table in tracked if kept.get(table) != 3} == set()


def test_changes_are_kept_in_the_partition_of_their_month(aviary):
    bird = parrot(aviary.keeper)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tableoid::regclass::text, to_char(now(), 'YYYY_MM') FROM records_change WHERE record_id = %s",
            [bird.pk],
        )
        partition, month = cursor.fetchone()
    assert partition == f"records_change_{month}"
