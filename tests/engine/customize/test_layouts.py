"""Layouts by profile, and fields that must be filled in or stay as they are under a condition."""

from __future__ import annotations

import pytest

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.access.directory import directory
from relasi.engine.customize.field_rule import FieldRule
from relasi.engine.customize.layout import Layout
from relasi.engine.query.saved_view import SavedView
from relasi.engine.records.change_set import ChangeSet, close_change_set
from relasi.engine.records.undo import revert
from relasi.engine.records.write import Refused, create, trash, update
from tests.engine.api.program import Program
from tests.engine.aviary import again, parrot
from tests.engine.customize.adding import add_field
from tests.fakes.models import Parrot
from tests.fingerprint import unchanged
from tests.people import signed_in

ANGRY = {"field": "mood", "op": "is", "value": "angry"}


def lay_out(aviary, profile=None, **values):
    with acting(aviary.admin):
        found = create(Layout, {"module": "fakes.parrot", "profile": profile and profile.pk, **values})
    close_change_set()
    directory()
    return found


def rule(aviary, field, effect, condition=ANGRY):
    with acting(aviary.admin):
        values = {"module": "fakes.parrot", "field": field, "effect": effect, "condition": condition}
        found = create(FieldRule, values)
    close_change_set()
    directory()
    return found


def page_of(user, address):
    return signed_in(user).get(address).content.decode()


def test_a_layout_orders_titles_and_hides_fields_for_its_profile_alone(aviary):
    sections = [{"title": "Ciri burung", "title_en": "Marks", "names": ["nickname", "name"]}]
    lay_out(aviary, aviary.keepers, sections=sections, hidden=["story", "website"])
    bird = parrot(aviary.keeper, nickname="Kaka")
    page = page_of(aviary.keeper, "/parrots/new/")
    assert "Ciri burung" in page and 'name="website"' not in page and 'name="story"' not in page
    assert page.index('name="nickname"') < page.index('name="name"') < page.index('name="email"')
    assert "Ciri burung" in page_of(aviary.keeper, f"/parrots/{bird.pk}/")
    other = page_of(aviary.shy, "/parrots/new/")
    assert "Ciri burung" not in other and 'name="website"' in other


def test_a_layout_for_everybody_gives_way_to_that_of_a_profile(aviary):
    lay_out(aviary, sections=[{"title": "Semua", "names": ["name"]}])
    lay_out(aviary, aviary.keepers, sections=[{"title": "Penjaga", "names": ["name"]}])
    assert "Penjaga" in page_of(aviary.keeper, "/parrots/new/")
    assert "Semua" in page_of(aviary.shy, "/parrots/new/")


def test_what_a_layout_hides_keeps_its_value_through_the_form(aviary):
    lay_out(aviary, hidden=["website"])
    bird = parrot(aviary.keeper, website="https://contoh.id")
    answer = signed_in(aviary.keeper).post(
        f"/parrots/{bird.pk}/edit/", {"name": "Baru", "owner": aviary.keeper.pk}
    )
    assert answer.status_code == 302
    assert (again(bird).name, again(bird).website) == ("Baru", "https://contoh.id")


def test_a_field_added_later_stands_at_the_end_of_a_layout(aviary):
    lay_out(aviary, sections=[{"title": "Utama", "names": ["name"]}])
    key = add_field(aviary, "text").key
    assert f'name="{key}"' in page_of(aviary.keeper, "/parrots/new/")


def test_what_must_be_filled_in_is_not_hidden(aviary):
    with acting(aviary.admin), pytest.raises(Refused):
        create(Layout, {"module": "fakes.parrot", "hidden": ["name"]})


def test_there_is_one_layout_for_a_profile(aviary):
    lay_out(aviary, hidden=["website"])
    with acting(aviary.admin), pytest.raises(Refused):
        create(Layout, {"module": "fakes.parrot", "hidden": ["story"]})


def test_a_layout_is_undone(aviary):
    found = lay_out(aviary, hidden=["website"])
    with acting(aviary.admin) as stretch:
        trash(Layout, [found.pk])
    directory()
    assert 'name="website"' in page_of(aviary.keeper, "/parrots/new/")
    with acting(aviary.admin):
        revert(ChangeSet.objects.get(pk=stretch.change_set))
    close_change_set()
    assert 'name="website"' not in page_of(aviary.keeper, "/parrots/new/")


def test_a_field_is_required_while_the_condition_holds_by_every_door(aviary):
    rule(aviary, "story", "required")
    with acting(aviary.keeper):
        assert create(Parrot, {"name": "Tenang"}).pk
        with unchanged(), pytest.raises(Refused) as refused:
            create(Parrot, {"name": "Marah", "mood": "angry"})
        assert refused.value.by_field().keys() == {"story"}
        bird = create(Parrot, {"name": "Marah", "mood": "angry", "story": "Digigit"})
        with pytest.raises(Refused):
            update(bird, {"story": ""})
    close_change_set()
    answer = Program(aviary.keeper).post("parrots", {"name": "Marah", "mood": "angry"})
    assert answer.status_code == 422 and answer.data["errors"][0]["field"] == "story"
    sent = {"name": "Marah", "mood": "angry", "owner": aviary.keeper.pk, "story": ""}
    answer = signed_in(aviary.keeper).post("/parrots/new/", sent)
    assert answer.status_code == 422 and 'id="f-story-error"' in answer.content.decode()


def test_a_record_from_before_the_rule_goes_on_until_its_fields_are_touched(aviary):
    bird = parrot(aviary.keeper, mood="angry")
    rule(aviary, "story", "required")
    with acting(aviary.keeper):
        update(bird, {"nickname": "Tua"})
        with pytest.raises(Refused):
            update(again(bird), {"mood": "angry", "story": None})


def test_a_field_stays_as_it_is_while_the_condition_holds(aviary):
    rule(aviary, "nickname", "read_only")
    bird = parrot(aviary.keeper, mood="angry", nickname="Lama")
    with acting(aviary.keeper):
        with unchanged(), pytest.raises(Refused) as refused:
            update(bird, {"nickname": "Baru", "mood": "calm"})
        assert refused.value.by_field().keys() == {"nickname"}
        update(bird, {"mood": "calm"})
        update(again(bird), {"nickname": "Baru"})
    close_change_set()
    with acting(SYSTEM, via="system"):
        update(again(bird), {"mood": "angry"})
    close_change_set()
    assert 'name="nickname"' not in page_of(aviary.keeper, f"/parrots/{bird.pk}/edit/")


def test_a_rule_asks_nobody_for_a_field_they_may_not_write(aviary):
    rule(aviary, "email", "required", {})
    with acting(aviary.shy):
        assert create(Parrot, {"name": "Tanpa surel"}).pk


@pytest.mark.parametrize(
    ("values", "wrong"),
    [
        ({"field": "number"}, "field"),
        ({"field": "nothing"}, "field"),
        ({"condition": {"field": "cage.name", "op": "is", "value": "A"}}, "condition"),
        ({"condition": {"field": "nothing", "op": "is", "value": "A"}}, "condition"),
        ({"effect": ""}, "effect"),
    ],
)
def test_a_rule_that_asks_for_nothing_that_is_there_is_refused(aviary, values, wrong):
    given = {"module": "fakes.parrot", "field": "story", "effect": "required", "condition": ANGRY, **values}
    with acting(aviary.admin), pytest.raises(Refused) as refused:
        create(FieldRule, given)
    assert refused.value.by_field().keys() == {wrong}


def test_an_admin_lays_a_form_out_in_the_browser_without_scripts(aviary):
    client = signed_in(aviary.admin)
    answer = client.post("/settings/layouts/new/", {"module": "fakes.parrot", "profile": aviary.keepers.pk})
    assert answer.status_code == 302
    layout, address = Layout._base_manager.get(), answer["Location"]
    twice = client.post("/settings/layouts/new/", {"module": "fakes.parrot", "profile": aviary.keepers.pk})
    assert twice.status_code == 422
    nothing = client.post("/settings/layouts/new/", {"module": "", "profile": ""})
    assert nothing.status_code == 422 and 'id="f-module-error"' in nothing.content.decode()
    first = layout.sections[0]["names"]
    items = ["s:0", *(f"f:{name}" for name in first)]
    sent = {"item": items, "show": first, "title-0": "Semua", "title_en-0": "All", "version": layout.version}
    page = client.post(address, {**sent, "down": items[1]}).content.decode()
    assert page.index(f'value="{items[2]}"') < page.index(f'value="{items[1]}"')
    page = client.post(address, {**sent, "add": "1"}).content.decode()
    assert 'name="title-1"' in page
    hidden = next(name for name in first if name != "name")
    sent |= {"item": ["s:1", *items], "title-1": "Awal", "show": [name for name in first if name != hidden]}
    assert client.post(address, {**sent, "save": "1"}).status_code == 302
    saved = again(layout)
    assert [one["title"] for one in saved.sections] == ["Awal", "Semua"] and hidden in saved.hidden
    assert f'name="{hidden}"' not in page_of(aviary.keeper, "/parrots/new/")
    assert client.post(f"{address}delete/").status_code == 302
    assert f'name="{hidden}"' in page_of(aviary.keeper, "/parrots/new/")


def test_an_admin_makes_a_rule_of_the_filter_of_a_list(aviary):
    with acting(aviary.admin):
        values = {"name": "Marah", "module": "fakes.parrot", "condition": {"all": [ANGRY]}}
        view = create(SavedView, {**values, "user": aviary.admin.pk}, authorised="own view")
    close_change_set()
    client = signed_in(aviary.admin)
    page = client.get("/settings/field-rules/new/?module=fakes.parrot").content.decode()
    assert "Marah" in page
    sent = {
        "module": "fakes.parrot",
        "field": "story",
        "effect": "required",
        "condition": view.key,
        "active": "1",
    }
    assert client.post("/settings/field-rules/new/", sent).status_code == 302
    made = FieldRule._base_manager.get()
    assert made.condition == {"all": [ANGRY]}
    with acting(aviary.keeper), pytest.raises(Refused):
        create(Parrot, {"name": "Marah", "mood": "angry"})
    close_change_set()
    sent |= {"condition": "keep", "effect": "read_only"}
    assert client.post(f"/settings/field-rules/{made.pk}/", sent).status_code == 302
    assert (again(made).effect, again(made).condition) == ("read_only", {"all": [ANGRY]})
    answer = client.post(f"/settings/field-rules/{made.pk}/", {**sent, "field": "", "condition": ""})
    assert answer.status_code == 422 and again(made).field == "story"
