"""References: by id here, by number or title at the write door; hidden records show their number alone."""

from types import SimpleNamespace

import pytest
from django.http import QueryDict

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.access.owner import Owner
from relasi.engine.declare.registry import registry
from relasi.engine.fields import owner
from relasi.engine.fields.kind import EMPTY_CELL, Invalid, kind_of
from relasi.engine.fields.owner import call_name
from relasi.engine.fields.reference import Unresolved
from relasi.engine.records.refusal import Refused
from relasi.engine.records.write import Draft, create, write
from tests.fakes.models import Cage, Parrot

CAGE = kind_of(Parrot._meta.get_field("cage"))
OWNER = kind_of(Parrot._meta.get_field("owner"))
FRIENDS = kind_of(Parrot._meta.get_field("friends"))


class Named(SimpleNamespace):
    def __str__(self):
        return self.title


def parrot(**more):
    cage = Named(pk=7, number="CAG-00007", title="Kandang <Besar>")
    return SimpleNamespace(
        cage=cage, cage_id=7, owner=Named(pk=1, title="Bapak Made Lubis"), owner_id=1, **more
    )


@pytest.mark.parametrize(
    ("raw", "stored"),
    [(7, 7), ("7", 7), (" 7 ", 7), ("", None), (None, None), ("CAG-00007", Unresolved("CAG-00007")),
     (True, Unresolved("True")), ("9" * 30, Unresolved("9" * 30)), (Cage(pk=7), 7)],
)  # fmt: skip
def test_an_id_is_taken_and_words_wait_for_the_write_door(raw, stored):
    assert CAGE.parse(raw) == stored


def test_a_reference_is_a_link_with_the_face_of_its_module():
    cell = CAGE.cell(7, parrot())
    assert 'href="/cages/7/"' in cell
    assert "Kandang &lt;Besar&gt;" in cell
    assert "ava-sq" in cell
    assert CAGE.cell(None, parrot()) == EMPTY_CELL


def test_a_hidden_record_shows_its_number_alone():
    hidden = parrot(_seen={"cage": False})
    assert CAGE.cell(7, hidden) == '<span class="muted">CAG-00007</span>'
    assert CAGE.text_of(hidden) == CAGE.export_of(hidden) == "CAG-00007"
    assert CAGE.text_of(parrot()) == "Kandang <Besar>"


def test_an_owner_is_a_first_name_in_a_list_and_the_whole_name_on_a_page():
    assert ">Made<" in OWNER.cell(1, parrot())
    assert ">Bapak Made Lubis<" in OWNER.fact(1, parrot())
    assert call_name("Suharto") == "Suharto"
    assert call_name("Dr. Ir. Soekarno") == "Soekarno"
    assert call_name("PT") == "PT"


def test_without_scripts_the_typed_name_follows_the_hidden_id():
    assert CAGE.given(QueryDict("cage=7")) == "7"
    assert CAGE.given(QueryDict("cage=7&cage=CAG-00009")) == "CAG-00009"
    assert CAGE.given({"cage": 7}) == 7


def test_a_filter_takes_ids_not_words():
    assert CAGE.operand("in", ["7", 8]) == [7, 8]
    assert CAGE.operand("is", "7") == 7
    with pytest.raises(Invalid) as refused:
        CAGE.operand("is", "Kandang")
    assert refused.value.code == "BAD_REFERENCE"


def test_owner_filters_ask_the_access_room(monkeypatch):
    monkeypatch.setattr(owner, "_owner_sets", {"me": [1], "my_team": [1, 2], "inactive": []}.__getitem__)
    assert OWNER.holds(1, "me", None)
    assert OWNER.holds(2, "my_team", None)
    assert not OWNER.holds(2, "me", None)
    assert not OWNER.holds(1, "inactive", None)
    assert OWNER.operand("me", "x") is None
    monkeypatch.setattr(owner, "_owner_sets", None)
    with pytest.raises(LookupError):
        OWNER.holds(1, "me", None)


def test_several_references_are_ids_once_each():
    assert FRIENDS.parse("3,1,3") == [3, 1]
    assert FRIENDS.parse([1, "2", ""]) == [1, 2]
    assert FRIENDS.parse([]) is None
    assert FRIENDS.parse(FRIENDS.typed([3, 1])) == [3, 1]
    with pytest.raises(Invalid):
        FRIENDS.parse("Beo")


@pytest.mark.django_db
def test_the_write_door_finds_a_record_by_number_or_title_and_a_list_sorts_by_title():
    Owner.objects.create(pk=900, kind="user", name="Ayu")
    with acting(SYSTEM):
        big, small = (create(Cage, {"name": name, "owner": 900}) for name in ("besar", "Kecil"))
        rows = [("A", "KECIL"), ("B", big.number), ("C", None), ("D", small.pk)]
        drafts = [Draft({"name": name, "cage": cage, "owner": 900}) for name, cage in rows]
        write(registry.of(Parrot), drafts)
        ordered = Parrot.objects.order_by(CAGE.order("cage").asc(nulls_last=True), "name")
        assert list(ordered.values_list("name", "cage__name")) == [
            ("B", "besar"), ("A", "Kecil"), ("D", "Kecil"), ("C", None),
        ]  # fmt: skip
        with pytest.raises(Refused):
            create(Parrot, {"name": "E", "cage": "Hutan", "owner": 900})


@pytest.mark.django_db
def test_a_chosen_record_is_named_in_its_input():
    Owner.objects.create(pk=900, kind="user", name="Ayu")
    with acting(SYSTEM):
        cage = create(Cage, {"name": "Besar", "owner": 900})
        assert CAGE.chosen(cage.pk) == (cage.pk, "Besar")
        assert CAGE.chosen(None) is None
        assert CAGE.chosen("Hutan") == ("Hutan", "Hutan")
        assert OWNER.chosen("900") == (900, "Ayu")
