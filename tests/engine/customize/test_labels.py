"""Modules and fields called otherwise: everywhere at once, in both languages, in history, and back again."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import translation

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.access.directory import directory
from relasi.engine.customize.label import Label
from relasi.engine.declare.registry import registry
from relasi.engine.fields.kind import kind_of
from relasi.engine.records.change_set import ChangeSet, close_change_set
from relasi.engine.records.undo import revert
from relasi.engine.records.write import Refused, create, trash, update
from relasi.engine.transfer.heading import plain
from relasi.engine.transfer.target import targets_of
from tests.engine.api.program import Program
from tests.engine.aviary import parrot
from tests.fakes.models import Parrot
from tests.fingerprint import unchanged
from tests.people import signed_in

HOME = "/settings/labels/fakes.parrot/"


def call(aviary: Any, field: str = "", **texts: str) -> Any:
    with acting(aviary.admin) as stretch:
        made = create(Label, {"module": "fakes.parrot", "field": field, **texts})
    close_change_set()
    directory()
    return made, stretch.change_set


def label(name: str) -> str:
    return str(kind_of(Parrot._meta.get_field(name)).label_now)


def page_of(user: Any, address: str, language: str = "") -> str:
    client = signed_in(user)
    if language:
        with acting(SYSTEM):
            update(user, {"language": language}, authorised="test")
        close_change_set()
    return client.get(address).content.decode()


def test_a_renamed_field_is_called_so_in_list_form_filter_page_and_api(aviary: Any) -> None:
    bird = parrot(aviary.admin, mood="calm")
    assert "Suasana hati" not in page_of(aviary.admin, f"/parrots/{bird.pk}/")
    call(aviary, "mood", name="Suasana hati", name_en="Temper")
    for address in ("/parrots/", "/parrots/new/", f"/parrots/{bird.pk}/", "/parrots/filter/?field=mood"):
        assert "Suasana hati" in page_of(aviary.admin, address), address
    assert "Temper" in page_of(aviary.admin, "/parrots/new/", "en")
    fields = Program(aviary.admin).get("modules/parrots").data
    assert "Temper" in str(fields)


def test_the_language_without_a_label_says_what_came(aviary: Any) -> None:
    call(aviary, "mood", name="Suasana hati")
    with translation.override("id"):
        assert label("mood") == "Suasana hati"
    with translation.override("en"):
        assert label("mood") == "Mood"


def test_a_renamed_module_is_called_so_in_menu_list_and_new(aviary: Any) -> None:
    call(aviary, name="Burung beo", name_en="Macaw", plural_en="Macaws")
    page = page_of(aviary.admin, "/parrots/")
    assert "Burung beo" in page
    module = registry.of(Parrot)
    with translation.override("en"):
        assert (str(module.name), str(module.plural)) == ("Macaw", "Macaws")
    assert "Macaws" in page_of(aviary.admin, "/parrots/", "en")


def test_files_with_the_new_and_with_the_old_heading_are_understood(aviary: Any) -> None:
    call(aviary, "age_years", name="Umur burung", name_en="Years of age")
    names = targets_of(registry.of(Parrot), SYSTEM)["age_years"].names
    assert names[plain("Umur burung")] > names[plain("Age")] > 0


def test_undoing_and_deleting_give_the_words_that_came(aviary: Any) -> None:
    made, change_set = call(aviary, "mood", name="Suasana hati")
    with acting(aviary.admin):
        revert(ChangeSet.objects.get(pk=change_set))
    close_change_set()
    directory()
    assert label("mood") == "Mood"
    made, _set = call(aviary, "mood", name="Perangai")
    assert label("mood") == "Perangai"
    with acting(aviary.admin):
        trash(Label, [made.pk])
    close_change_set()
    directory()
    assert label("mood") == "Mood"


@pytest.mark.parametrize(("values", "field", "code"), [
    ({"field": "ekor", "name": "Ekor"}, "field", "INVALID_VALUE"),
    ({"field": "mood"}, "name", "REQUIRED"),
    ({"field": "mood", "name": "nickname"}, "name", "NOT_UNIQUE"),
    ({"field": "mood", "name_en": "Weight"}, "name_en", "NOT_UNIQUE"),
    ({"field": "mood", "name": "x" * 61}, "name", "OUT_OF_RANGE"),
])  # fmt: skip
def test_what_no_label_can_be_is_refused_by_name(
    aviary: Any, values: dict[str, str], field: str, code: str
) -> None:
    with unchanged(), acting(aviary.admin), pytest.raises(Refused) as refused:
        create(Label, {"module": "fakes.parrot", **values})
    assert [(one.field, one.code) for one in refused.value.refusals] == [(field, code)]


def test_an_admin_renames_on_one_page_and_takes_it_back_with_empty_boxes(aviary: Any) -> None:
    client = signed_in(aviary.admin)
    assert "Nickname" in client.get(HOME).content.decode()
    answer = client.post(
        HOME, {"name-": "Burung beo", "name-nickname": "Panggilan", "name_en-nickname": "Pet name"}
    )
    assert answer.status_code == 302
    close_change_set()
    rows = {row.field: (row.name, row.name_en) for row in Label._base_manager.filter(trashed_at=None)}
    assert rows == {None: ("Burung beo", None), "nickname": ("Panggilan", "Pet name")}
    assert "Burung beo" in client.get("/settings/labels/").content.decode()
    client.post(HOME, {"name-": "Burung beo"})
    close_change_set()
    assert list(Label._base_manager.filter(trashed_at=None).values_list("field", flat=True)) == [None]


def test_a_refused_page_keeps_what_was_typed_and_writes_nothing(aviary: Any) -> None:
    client = signed_in(aviary.admin)
    with unchanged():
        answer = client.post(HOME, {"name-mood": "Suasana", "name-story": "Nickname"})
    page = answer.content.decode()
    assert answer.status_code == 422 and 'value="Suasana"' in page and "Nickname" in page


def test_others_find_no_labels_page(aviary: Any) -> None:
    assert signed_in(aviary.keeper).get(HOME).status_code == 404
