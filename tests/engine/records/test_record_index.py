"""RecordIndex: one row for every record, always what the record says."""

import pytest
from django.db import connection

from relasi.engine.access.acting import acting
from relasi.engine.declare.registry import registry
from relasi.engine.query.search import matching_ids, search
from relasi.engine.records.index_step import index_records
from relasi.engine.records.record import RecordIndex
from relasi.engine.records.write import Draft, trash, update, write
from tests.engine.aviary import cage, feeding, parrot
from tests.fakes.models import Parrot
from tests.fingerprint import rows_of


def found_by(words, config="relasi"):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM records_record_index WHERE vector @@ plainto_tsquery(%s::regconfig, %s)",
            [config, words],
        )
        return {row[0] for row in cursor.fetchall()}


def ids_found(user, text):
    with acting(user):
        return [hit.id for hit in search(user, text)]


def test_a_record_has_its_row_from_the_first_moment(aviary):
    bird = parrot(aviary.keeper, name="Kakatua Raja", phone="0812 3456 7890", email="raja@kebun.id")
    row = RecordIndex.objects.get(pk=bird.pk)
    assert (row.module, row.number, row.title) == ("fakes.parrot", bird.number, "Kakatua Raja")
    assert row.owner_id == aviary.keeper.pk and row.trashed_at is None
    for words in ("raja", bird.number, "kakatua", "raja@kebun.id", "raja@keb", "0812-3456"):
        assert ids_found(aviary.keeper, words) == [bird.pk], words


def test_a_number_is_found_by_its_beginning_and_the_whole_one_first(aviary):
    birds = [parrot(aviary.keeper) for _n in range(11)]
    tenth = birds[9].number
    hits = ids_found(aviary.keeper, tenth[:-1].lower())
    assert birds[9].pk in hits and len(hits) <= 5
    assert ids_found(aviary.keeper, tenth.lower())[0] == birds[9].pk
    with acting(aviary.keeper):
        assert set(matching_ids(aviary.keeper, tenth, registry.of(Parrot)).values_list("pk", flat=True)) == {
            birds[9].pk
        }


def test_long_texts_are_found_by_their_stems_in_both_languages(aviary):
    bird = parrot(aviary.keeper, story="Pemilik membeli biji-bijian. The keepers were feeding it daily.")
    assert bird.pk in found_by("pembelian", "indonesian")
    assert bird.pk in found_by("feed", "english")


def test_a_change_of_what_is_searched_changes_the_row(aviary):
    bird = parrot(aviary.keeper, name="Lama")
    with acting(aviary.keeper):
        update(bird, {"name": "Baru", "owner": aviary.manager.pk})
    row = RecordIndex.objects.get(pk=bird.pk)
    assert (row.title, row.owner_id) == ("Baru", aviary.manager.pk)
    assert bird.pk in found_by("baru") and bird.pk not in found_by("lama")


def test_a_title_without_its_fields_is_the_number(aviary):
    meal = feeding(aviary.keeper, parrot(aviary.keeper))
    assert RecordIndex.objects.get(pk=meal.pk).title == meal.name


def test_a_title_in_the_index_is_what_the_record_calls_itself(aviary):
    for record in (parrot(aviary.keeper, name="  Si   Beo "), cage(aviary.keeper, name="x" * 255)):
        assert RecordIndex.objects.get(pk=record.pk).title == record.title_text()


def test_secret_and_hidden_values_are_found_by_nobody(aviary):
    parrot(aviary.keeper, password="bukasesame")
    assert found_by("bukasesame") == set()


def test_rebuilding_the_index_gives_the_very_same_rows(aviary):
    birds = [
        parrot(aviary.keeper, name=f"Burung {n}", story="berkicau terus" if n % 2 else None) for n in range(6)
    ]
    with acting(aviary.keeper):
        trash(Parrot, [birds[0].pk])
        write(registry.of(Parrot), [Draft({"name": "Ganti"}, id=bird.pk) for bird in birds[1:4]])
    before = rows_of("records_record_index")
    RecordIndex.objects.filter(module="fakes.parrot").update(title="broken", vector=None)
    index_records(registry.of(Parrot))
    assert rows_of("records_record_index") == before


@pytest.mark.parametrize(
    "text", ["'); DROP TABLE fakes_parrot; --", "a & b | !c <-> :*", "\\", "''", "🦜" * 80]
)
def test_no_text_breaks_the_index(aviary, text):
    bird = parrot(aviary.keeper, name=text, story=text, nickname=text[:50])
    assert RecordIndex.objects.get(pk=bird.pk).title == bird.name
