"""Saved views: private, shared, public with approval; the first one, the pinned ones; renaming, copying, deleting."""

from __future__ import annotations

import json

import pytest
from django.db import OperationalError

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.declare.registry import registry
from relasi.engine.query.counting import count_each
from relasi.engine.query.saved_view import SavedView, built_in_views, views_for
from relasi.engine.records.change_set import close_change_set
from relasi.engine.records.write import create, update
from tests.engine.aviary import parrot
from tests.fakes.models import Parrot
from tests.fingerprint import unchanged
from tests.people import change, entry, signed_in

CALM = {"all": [{"field": "mood", "op": "is", "value": "calm"}]}


def saved(user, name="Tenang", **values):
    with acting(SYSTEM):
        view = create(SavedView, {"module": "fakes.parrot", "name": name, "user": user.pk, "condition": CALM,
                                  "columns": ["name", "price"], "sort": ["-price"], **values}, authorised="test")  # fmt: skip
    close_change_set()
    return view


def again(view):
    return SavedView.objects.get(pk=view.pk)


def keys(user):
    with acting(user):
        return {view.pk for view in views_for(user, registry.of(Parrot))}


def page(user, address, **data):
    """A GET without data, a POST with it (send= stands for a POST of nothing else)."""
    client = signed_in(user)
    return client.post(address, data) if data else client.get(address)


def text(answer):
    return answer.content.decode()


def test_a_list_is_saved_under_a_name_and_opens_as_it_was(aviary):
    calm, loud = parrot(aviary.keeper, mood="calm"), parrot(aviary.keeper, mood="loud")
    address = f"/parrots/views/?f={json.dumps(CALM)}&columns=name,price&sort=-price"
    answer = page(aviary.keeper, address, name="Tenang", sharing="private")
    view = SavedView.objects.get()
    assert answer["Location"] == f"/parrots/?view={view.pk}"
    assert (view.name, view.sharing, view.condition, view.columns, view.sort) == (
        "Tenang", "private", CALM, ["name", "price"], ["-price"],
    )  # fmt: skip
    shown = text(page(aviary.keeper, answer["Location"]))
    assert calm.name in shown and loud.name not in shown and "Tenang" in shown


def test_a_private_list_is_not_offered_to_others_and_its_address_is_not_there(aviary):
    view = saved(aviary.keeper)
    assert keys(aviary.keeper) == {view.pk}
    for other in (aviary.peer, aviary.manager, aviary.admin, aviary.vet):
        assert keys(other) == set()
        for part in (
            f"?view={view.pk}",
            f"views/{view.pk}/",
            f"totals/?view={view.pk}",
            f"counts/?view={view.pk}",
        ):
            assert page(other, f"/parrots/{part}").status_code == 404
        for part in ("keep", "copy", "pin", "delete", "answer", "first"):
            with unchanged():
                assert page(other, f"/parrots/views/{view.pk}/{part}/", on="1").status_code == 404
    assert page(aviary.keeper, f"/cages/?view={view.pk}").status_code == 404


@pytest.mark.parametrize(
    ("kind", "who", "sees"),
    [("user", "vet", {"vet"}), ("group", "night", {"vet"}), ("role", "vet", {"vet"}),
     ("role_tree", "manager", {"manager", "peer", "shy"})],
)  # fmt: skip
def test_a_shared_list_is_for_the_people_roles_and_groups_it_names(aviary, kind, who, sees):
    subject = getattr(aviary, who)
    member = {"kind": kind, "id": subject.role_id if "role" in kind else subject.pk}
    view = saved(aviary.keeper, sharing="shared", members=[member])
    for name in ("manager", "peer", "vet", "shy", "admin"):
        other = getattr(aviary, name)
        assert (view.pk in keys(other)) == (name in sees), name
        assert page(other, f"/parrots/?view={view.pk}").status_code == (200 if name in sees else 404)
        with unchanged():
            assert page(other, f"/parrots/views/{view.pk}/delete/", send="1").status_code == 404


def test_sharing_with_nobody_is_refused_and_keeps_what_was_typed(aviary):
    with unchanged():
        answer = page(aviary.keeper, "/parrots/views/", name="Untuk siapa", sharing="shared")
    assert answer.status_code == 422
    assert "Untuk siapa" in text(answer)


def test_a_shared_list_shows_who_shared_it(aviary):
    view = saved(aviary.keeper, sharing="shared", members=[entry(aviary.vet)])
    assert aviary.keeper.full_name in text(page(aviary.vet, f"/parrots/?view={view.pk}"))


def test_a_name_is_taken_once_for_each_module_and_owner(aviary):
    saved(aviary.keeper)
    with unchanged():
        assert page(aviary.keeper, "/parrots/views/", name="Tenang", sharing="private").status_code == 422
    assert page(aviary.keeper, "/cages/views/", name="Tenang", sharing="private").status_code == 302
    assert page(aviary.peer, "/parrots/views/", name="Tenang", sharing="private").status_code == 302
    with unchanged():
        assert page(aviary.keeper, "/parrots/views/", name="  ", sharing="private").status_code == 422


def test_who_may_not_publish_asks_and_an_admin_approves(aviary):
    page(aviary.shy, f"/parrots/views/?f={json.dumps(CALM)}", name="Untuk semua", sharing="public")
    view = SavedView.objects.get()
    assert view.sharing == "pending"
    assert view.pk not in keys(aviary.keeper) and view.pk in keys(aviary.shy)
    assert "Untuk semua" in text(page(aviary.admin, "/settings/list-views/"))
    page(aviary.admin, f"/settings/list-views/{view.pk}/approve/", send="1")
    view = again(view)
    assert (view.sharing, view.answer, view.answered_by_id) == ("public", "approved", aviary.admin.pk)
    assert view.pk in keys(aviary.keeper)
    told = f"/parrots/views/{view.pk}/answer/"
    assert told in text(page(aviary.shy, "/parrots/"))
    assert told not in text(page(aviary.keeper, "/parrots/"))
    page(aviary.shy, told, send="1")
    assert told not in text(page(aviary.shy, "/parrots/"))


def test_a_refusal_needs_a_reason_and_the_owner_reads_it(aviary):
    view = saved(aviary.shy, sharing="pending")
    with unchanged():
        answer = page(aviary.admin, f"/settings/list-views/{view.pk}/refuse/", reason=" ")
    assert answer.status_code == 422
    page(aviary.admin, f"/settings/list-views/{view.pk}/refuse/", reason="Sudah ada daftar yang sama")
    view = again(view)
    assert (view.sharing, view.answer) == ("private", "refused")
    assert "Sudah ada daftar yang sama" in text(page(aviary.shy, "/parrots/"))
    assert "Sudah ada daftar yang sama" not in text(page(aviary.keeper, "/parrots/"))
    assert page(aviary.admin, f"/settings/list-views/{view.pk}/approve/", send="1").status_code == 404


@pytest.mark.parametrize("who", ["keeper", "shy", "stranger", "manager"])
def test_only_an_admin_answers(aviary, who):
    view = saved(aviary.shy, sharing="pending")
    for what in ("approve", "refuse"):
        with unchanged():
            address = f"/settings/list-views/{view.pk}/{what}/"
            assert page(getattr(aviary, who), address, reason="x").status_code == 404


def test_the_first_list_is_ones_own_choice_then_the_roles_then_all(aviary):
    public = saved(aviary.admin, sharing="public", default_roles=[aviary.vet.role_id])
    assert 'aria-current="page"' in text(page(aviary.vet, "/parrots/"))

    def opens(user):
        shown = text(page(user, "/parrots/"))
        tabs = shown[shown.index('class="tabs"') :]
        before = tabs[: tabs.index('aria-current="page"')]
        return before[before.rindex("view=") + 5 :].split('"')[0].split("&")[0]

    assert opens(aviary.keeper) == "all"
    assert opens(aviary.vet) == str(public.pk)
    page(aviary.vet, "/parrots/views/mine/first/", on="1")
    assert opens(aviary.vet) == "mine"
    page(aviary.vet, "/parrots/views/mine/first/", send="1")
    assert opens(aviary.vet) == str(public.pk)
    assert page(aviary.vet, "/parrots/views/nothing/first/", on="1").status_code == 404


def test_only_an_admin_says_what_a_role_sees_first(aviary):
    page(
        aviary.keeper, "/parrots/views/", name="Saya", sharing="public", default_role=str(aviary.vet.role_id)
    )
    assert SavedView.objects.get().default_roles == []
    page(aviary.admin, "/parrots/views/", name="Kita", sharing="public", default_role=str(aviary.vet.role_id))
    assert SavedView.objects.get(name="Kita").default_roles == [aviary.vet.role_id]


def test_a_pinned_list_stands_in_ones_own_sidebar_until_it_is_gone(aviary):
    view = saved(aviary.admin, "Disayang", sharing="public")
    address = f"/parrots/?view={view.pk}"

    def sidebar(user):
        shown = text(page(user, "/cages/"))
        return "Disayang" in shown and address in shown

    page(aviary.keeper, f"/parrots/views/{view.pk}/pin/", on="1")
    assert sidebar(aviary.keeper) and not sidebar(aviary.vet)
    change(view, sharing="private")
    close_change_set()
    assert not sidebar(aviary.keeper)
    change(view, sharing="public")
    close_change_set()
    page(aviary.keeper, f"/parrots/views/{view.pk}/pin/", send="1")
    assert not sidebar(aviary.keeper)


def test_an_unsaved_change_is_kept_by_its_owner_and_an_admin_but_nobody_else(aviary):
    view = saved(aviary.keeper, sharing="public")
    changed = f"?view={view.pk}&columns=name,mood&sort=name"
    assert f"views/{view.pk}/keep/" in text(page(aviary.keeper, f"/parrots/{changed}"))
    assert f"views/{view.pk}/keep/" not in text(page(aviary.keeper, f"/parrots/?view={view.pk}"))
    assert f"views/{view.pk}/keep/" not in text(page(aviary.peer, f"/parrots/{changed}"))
    with unchanged():
        assert page(aviary.peer, f"/parrots/views/{view.pk}/keep/{changed}", send="1").status_code == 404
    for user in (aviary.keeper, aviary.admin):
        page(user, f"/parrots/views/{view.pk}/keep/{changed}", send="1")
        assert (again(view).columns, again(view).sort, again(view).condition) == (
            ["name", "mood"],
            ["name"],
            CALM,
        )


def test_a_list_is_renamed_copied_and_deleted_and_the_deletion_taken_back(aviary):
    view = saved(aviary.keeper, sharing="public")
    page(aviary.keeper, f"/parrots/views/{view.pk}/", name="Kalem", sharing="private")
    assert (again(view).name, again(view).sharing, again(view).columns) == (
        "Kalem",
        "private",
        ["name", "price"],
    )
    change(view, sharing="public")
    close_change_set()
    for _n in range(2):
        page(aviary.peer, f"/parrots/views/{view.pk}/copy/", send="1")
    copies = SavedView.objects.filter(user=aviary.peer.pk).order_by("pk")
    assert [(one.sharing, one.condition) for one in copies] == [("private", CALM)] * 2
    assert len({one.name for one in copies}) == 2
    client = signed_in(aviary.keeper)
    client.post(f"/parrots/views/{view.pk}/delete/")
    shown = client.get("/parrots/").content.decode()
    assert client.get(f"/parrots/?view={view.pk}").status_code == 404
    undo = f"/parrots/views/{view.pk}/restore/"
    assert undo in shown
    with unchanged():
        assert page(aviary.peer, undo, send="1").status_code == 404
    client.post(undo)
    assert client.get(f"/parrots/?view={view.pk}").status_code == 200


def test_rows_take_the_colour_of_the_first_rule_that_fits(aviary):
    view = saved(aviary.keeper, condition={"all": []})
    dear, loud, plain = (
        parrot(aviary.keeper, price=900, mood="loud"), parrot(aviary.keeper, mood="loud"), parrot(aviary.keeper),
    )  # fmt: skip
    rules = {"m-0": "all", "g-0": "0", "f-0": "price", "o-0": "gt", "v-0": "500", "t-0": "merah",
             "g-1": "0", "f-1": "mood", "o-1": "in", "v-1": "loud", "t-1": "kuning", "do": "apply"}  # fmt: skip
    assert page(aviary.keeper, f"/parrots/views/{view.pk}/colours/", **rules).status_code == 302
    shown = text(page(aviary.keeper, f"/parrots/?view={view.pk}&columns=name"))
    rows = {pk: shown[shown.index(f'data-row="{pk}"') :].split(">")[0] for pk in (dear.pk, loud.pk, plain.pk)}
    assert 'data-tone="merah"' in rows[dear.pk] and 'data-tone="kuning"' in rows[loud.pk]
    assert "data-tone" not in rows[plain.pk]
    with unchanged():
        answer = page(aviary.keeper, f"/parrots/views/{view.pk}/colours/", **{**rules, "v-0": "mahal"})
    assert answer.status_code == 422 and "mahal" in text(answer)


def test_every_module_has_the_lists_of_the_specification_and_each_opens(aviary):
    parrot(aviary.keeper)
    wanted = ["all", "mine", "team", "followed", "new", "changed", "viewed", "idle"]
    assert [view.key for view in built_in_views(registry.of(Parrot))] == wanted
    for key in wanted:
        assert page(aviary.keeper, f"/parrots/?view={key}").status_code == 200


def test_counts_stand_beside_the_names_and_are_of_what_the_person_sees(aviary):
    saved(aviary.admin, "Semua tenang", sharing="public")
    parrot(aviary.keeper, mood="calm"), parrot(aviary.vet, mood="calm"), parrot(aviary.keeper, mood="loud")
    told = text(page(aviary.keeper, "/parrots/counts/"))
    assert 'id="count-all" hx-swap-oob="true" class="count-pill">2<' in told
    assert f'id="count-{SavedView.objects.get().pk}" hx-swap-oob="true" class="count-pill">1<' in told


def test_a_long_list_is_counted_no_further_than_anybody_reads(aviary, monkeypatch):
    from relasi.engine.screens import list_counts

    monkeypatch.setattr(list_counts, "MOST_COUNTED", 2)
    for _n in range(4):
        parrot(aviary.keeper)
    assert ">2+<" in text(page(aviary.keeper, "/parrots/counts/"))


def test_a_public_list_that_shows_something_else_waits_for_approval_again(aviary):
    """Whoever may publish goes on without; a name of its own for its owner alone changes nothing for the others."""
    view = saved(aviary.shy, "Untuk semua", sharing="private")
    with acting(SYSTEM):
        update(view, {"sharing": "public"}, authorised="an admin said yes")
    close_change_set()
    page(aviary.shy, f"/parrots/views/{view.pk}/keep/?view={view.pk}&columns=name,mood", send="1")
    assert again(view).sharing == "pending"
    mine = saved(aviary.keeper, "Milik penerbit", sharing="public")
    page(aviary.keeper, f"/parrots/views/{mine.pk}/keep/?view={mine.pk}&columns=name,mood", send="1")
    assert again(mine).sharing == "public"


def test_views_are_counted_together_and_a_slow_one_alone_goes_without_a_number(aviary, monkeypatch):
    from relasi.engine.screens import list_counts

    counted = []

    def impatient(rows, most):
        counted.append(len(rows))
        if any("calm" in str(one.query) for one in rows):
            raise OperationalError("canceling statement due to statement timeout")
        return count_each(rows, most)

    view = saved(aviary.keeper)
    parrot(aviary.keeper, mood="calm")
    assert f'id="count-{view.pk}"' in text(page(aviary.keeper, "/parrots/counts/"))
    monkeypatch.setattr(list_counts, "count_each", impatient)
    told = text(page(aviary.keeper, "/parrots/counts/"))
    assert 'id="count-all" hx-swap-oob="true" class="count-pill">1<' in told
    assert f'id="count-{view.pk}"' not in told
    assert counted[0] > 1 and counted[-1] == 1
    assert len(counted) <= list_counts.MOST_TRIES


def test_counting_gives_up_after_a_few_tries_however_many_views_there_are(aviary, monkeypatch):
    from relasi.engine.screens import list_counts

    def overtaxed(rows, most):
        tries.append(len(rows))
        raise OperationalError("canceling statement due to statement timeout")

    tries = []
    monkeypatch.setattr(list_counts, "count_each", overtaxed)
    assert 'id="count-' not in text(page(aviary.keeper, "/parrots/counts/"))
    assert len(tries) == list_counts.MOST_TRIES
