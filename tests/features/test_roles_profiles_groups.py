"""Roles, profiles, groups and sharing in settings: what an admin does there, and what follows at once."""

from __future__ import annotations

import pytest
from django.test import Client

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.access.door import visible_to
from relasi.engine.access.group import Group
from relasi.engine.access.profile import Profile
from relasi.engine.access.role import Role
from relasi.engine.access.sharing_rule import ModuleSharing, SharingRule
from relasi.engine.records.change_set import ChangeRow, ChangeSet
from relasi.engine.records.undo import revert
from relasi.engine.records.write import create
from relasi.features.settings.defaults import top_role
from relasi.features.settings.profiles import differences
from relasi.features.settings.roles import tree
from relasi.users.user import User
from tests.fakes.models import Parrot
from tests.people import make_admin, make_group, make_profile, make_role, make_user, signed_in, system_profile

pytestmark = pytest.mark.django_db
KEY = "fakes.parrot"


@pytest.fixture
def admin() -> Client:
    return signed_in(make_admin())


def parrots(owner: object, count: int) -> list[Parrot]:
    with acting(SYSTEM):
        return [create(Parrot, {"name": f"Beo {n}", "owner": owner.pk}) for n in range(count)]


def seen(user: User) -> int:
    with acting(user):
        return visible_to(user, Parrot).count()


def undo_latest() -> None:
    with acting(User.objects.get(username="admin")):
        revert(ChangeSet.objects.latest("id"))


def test_a_role_is_made_below_another(admin: Client) -> None:
    parent = make_role("Manajer")
    form = {
        "name": "Penjual",
        "parent": parent.pk,
        "assigns": "below",
        "profiles": [system_profile("sales").pk],
    }
    assert admin.post("/settings/roles/new/", form).status_code == 302
    role = Role._base_manager.get(name="Penjual")
    assert (role.parent_id, role.assigns, role.profiles) == (parent.pk, "below", [system_profile("sales").pk])


def test_the_tree_shows_how_many_work_in_and_under_each_role(admin: Client) -> None:
    captain = make_role("Nakhoda")
    make_user("andi", make_role("Kelasi", captain))
    make_user("sari", captain)
    page = admin.get("/settings/roles/").content.decode()
    assert page.index("Nakhoda") < page.index("Kelasi")
    (top,) = tree()
    assert [(node.label, node.people, node.below) for node in (top, *top.children)] == [
        ("Direktur", 1, 3),
        ("Nakhoda", 1, 2),
    ]


def test_moving_a_role_under_its_own_subordinate_is_refused(admin: Client) -> None:
    manager = make_role("Manajer")
    seller = make_role("Penjual", manager)
    form = {"name": "Manajer", "parent": seller.pk, "assigns": "all", "profiles": manager.profiles,
            "version": manager.version}  # fmt: skip
    assert admin.post(f"/settings/roles/{manager.pk}/", form).status_code == 422
    manager.refresh_from_db()
    assert manager.parent_id == top_role().pk


def test_a_stale_form_does_not_overwrite(admin: Client) -> None:
    role = make_role("Manajer")
    form = {
        "name": "Lain",
        "parent": role.parent_id,
        "assigns": "all",
        "profiles": role.profiles,
        "version": 1,
    }
    assert admin.post(f"/settings/roles/{role.pk}/", {**form, "name": "Pertama"}).status_code == 302
    assert admin.post(f"/settings/roles/{role.pk}/", form).status_code == 409
    role.refresh_from_db()
    assert role.name == "Pertama"


def test_deleting_a_role_moves_its_people_and_roles_to_the_heir_as_one_change(admin: Client) -> None:
    role, heir = make_role("Lama"), make_role("Baru")
    below = make_role("Bawah", role)
    andi = make_user("andi", role)
    assert admin.post(f"/settings/roles/{role.pk}/delete/", {}).status_code == 422
    assert admin.post(f"/settings/roles/{role.pk}/delete/", {"heir": heir.pk}).status_code == 302
    for one in (andi, below, role):
        one.refresh_from_db()
    assert (andi.role_id, below.parent_id) == (heir.pk, heir.pk)
    assert role.trashed_at is not None
    undo_latest()
    for one in (andi, below, role):
        one.refresh_from_db()
    assert (andi.role_id, below.parent_id, role.trashed_at) == (role.pk, role.pk, None)


def test_a_role_below_may_be_the_heir(admin: Client) -> None:
    role = make_role("Lama")
    below = make_role("Bawah", role)
    other = make_role("Saudara", role)
    assert admin.post(f"/settings/roles/{role.pk}/delete/", {"heir": below.pk}).status_code == 302
    below.refresh_from_db()
    other.refresh_from_db()
    assert (below.parent_id, other.parent_id) == (top_role().pk, below.pk)


def test_the_matrix_of_a_profile_is_saved_box_by_box(admin: Client) -> None:
    profile = make_profile("Sendiri")
    boxes = {f"v:{KEY}:view": "1", f"v:{KEY}:edit": "1", "v:*:view": "1", "tool:export": "1"}
    form = {"name": "Sendiri", "view_all": "1", "version": profile.version, **boxes}
    assert admin.post(f"/settings/profiles/{profile.pk}/", form).status_code == 302
    profile.refresh_from_db()
    assert profile.modules[KEY] == ["view", "edit"]
    assert profile.modules["fakes.cage"] == []
    assert (profile.modules["*"], profile.tools, profile.view_all) == (["view"], ["export"], True)


def test_a_right_taken_away_is_gone_at_the_next_request(admin: Client) -> None:
    profile = make_profile("Sendiri")
    andi = make_user("andi", make_role("Penjual", profiles=[profile]))
    theirs = signed_in(andi)
    (parrot,) = parrots(andi, 1)
    assert theirs.get(f"/parrots/{parrot.pk}/edit/").status_code == 200
    form = {"name": "Sendiri", f"v:{KEY}:view": "1", "version": profile.version}
    admin.post(f"/settings/profiles/{profile.pk}/", form)
    answer = theirs.post(f"/parrots/{parrot.pk}/edit/", {"name": "Curi"})
    assert answer.status_code == 403
    parrot.refresh_from_db(from_queryset=Parrot._base_manager)
    assert parrot.name == "Beo 0"


def test_the_administrator_profile_is_copied_not_changed(admin: Client) -> None:
    fixed = system_profile("administrator")
    assert admin.post(f"/settings/profiles/{fixed.pk}/", {"name": "Lain"}).status_code == 422
    assert admin.post(f"/settings/profiles/{fixed.pk}/copy/").status_code == 302
    assert admin.post(f"/settings/profiles/{fixed.pk}/copy/").status_code == 302
    copies = Profile._base_manager.filter(name__startswith="Administrator (").order_by("pk")
    assert [copy.tools for copy in copies] == [["*"], ["*"]]
    assert {copy.system for copy in copies} == {""}


def test_fields_have_three_states(admin: Client) -> None:
    profile = make_profile("Sendiri")
    url = f"/settings/profiles/{profile.pk}/fields/{KEY}/"
    assert admin.post(url, {"r:price": "hidden", "r:story": "read", "r:mood": "write"}).status_code == 302
    profile.refresh_from_db()
    assert profile.fields == {KEY: {"price": "hidden", "story": "read"}}
    assert admin.post(url, {"r:name": "hidden"}).status_code == 422
    assert admin.post(url, {"r:price": "apa saja"}).status_code == 422
    profile.refresh_from_db()
    assert profile.fields == {KEY: {"price": "hidden", "story": "read"}}


def test_the_difference_of_two_profiles_names_what_differs_and_nothing_else() -> None:
    make_admin()
    one = make_profile("Satu", fields={KEY: {"price": "hidden"}}, tools=["export"])
    other = make_profile("Dua", modules={"*": ["view", "create", "edit", "delete"], KEY: ["view"]})
    told = [what for what, _a, _b in differences(one, other)]
    assert len(told) == 3
    assert differences(one, one) == []


def test_a_profile_in_use_is_not_deleted(admin: Client) -> None:
    profile = make_profile("Sendiri")
    role = make_role("Penjual", profiles=[profile])
    answer = admin.post(f"/settings/profiles/{profile.pk}/delete/")
    assert answer.status_code == 422
    assert role.name in answer.content.decode()


def test_a_group_takes_four_kinds_of_members(admin: Client) -> None:
    role, andi = make_role("Penjual"), make_user("andi")
    inner = make_group("Dalam", andi)
    form = {"name": "Luar", "assignable": "1", "active": "1", "member-user": [andi.pk], "member-role": [role.pk],
            "member-role_tree": [top_role().pk], "member-group": [inner.pk]}  # fmt: skip
    assert admin.post("/settings/groups/new/", form).status_code == 302
    group = Group._base_manager.get(name="Luar")
    assert [m["kind"] for m in group.members] == ["user", "role", "role_tree", "group"]


def test_effective_users_are_shown_while_choosing(admin: Client) -> None:
    role = make_role("Penjual")
    make_user("andi", role)
    make_user("pergi", role, status="suspended")
    part = admin.get(f"/settings/groups/effective/?member-role={role.pk}", headers={"HX-Request": "true"})
    text = part.content.decode()
    assert "<html" not in text
    assert ("Andi" in text, "Pergi" in text) == (True, False)


def test_a_refused_group_keeps_what_was_chosen(admin: Client) -> None:
    andi = make_user("andi")
    group = make_group("G1", andi)
    other = make_group("G2", group)
    form = {"name": "G1", "active": "1", "member-group": [other.pk], "version": group.version}
    answer = admin.post(f"/settings/groups/{group.pk}/", form)
    assert answer.status_code == 422
    assert "G1 → G2 → G1" in answer.content.decode()


def test_deleting_a_group_hands_all_its_records_over_with_a_line_of_history_each(admin: Client) -> None:
    andi = make_user("andi")
    group, heir = make_group("G1", andi), make_group("G3", andi)
    records = parrots(group, 25)
    assert admin.post(f"/settings/groups/{group.pk}/delete/", {}).status_code == 422
    assert Parrot._base_manager.filter(owner_id=group.pk).count() == 25
    assert admin.post(f"/settings/groups/{group.pk}/delete/", {"heir": heir.pk}).status_code == 302
    assert Parrot._base_manager.filter(owner_id=heir.pk).count() == 25
    rows = ChangeRow.objects.filter(change_set=ChangeSet.objects.latest("id"), origin=Parrot._meta.db_table)
    assert rows.filter(record_id__in=[one.pk for one in records], kind="u").count() == 25
    undo_latest()
    assert Parrot._base_manager.filter(owner_id=group.pk).count() == 25


def test_a_group_that_is_deleted_leaves_other_groups(admin: Client) -> None:
    andi = make_user("andi")
    group = make_group("Dalam", andi)
    outer = make_group("Luar", group, andi)
    assert admin.post(f"/settings/groups/{group.pk}/delete/").status_code == 302
    outer.refresh_from_db()
    assert outer.members == [{"kind": "user", "id": andi.pk}]
    alone = make_group("Sendirian", make_group("Lagi", andi))
    inner = Group._base_manager.get(name="Lagi")
    assert admin.post(f"/settings/groups/{inner.pk}/delete/").status_code == 422
    assert alone.members == [{"kind": "group", "id": inner.pk}]


def test_a_default_counts_at_once(admin: Client) -> None:
    andi, sari = make_user("andi", make_role("A")), make_user("sari", make_role("B"))
    parrots(andi, 3)
    assert seen(sari) == 0
    admin.post("/settings/sharing/", {f"mode:{KEY}": "public_read"})
    assert seen(sari) == 3
    admin.post("/settings/sharing/", {f"mode:{KEY}": "record_only", "mode:users.user": "public_delete"})
    assert seen(sari) == 0
    assert not ModuleSharing._base_manager.filter(module="users.user").exists()


def test_a_rule_is_made_changed_and_deleted(admin: Client) -> None:
    a, b = make_role("A"), make_role("B")
    andi, sari = make_user("andi", a), make_user("sari", b)
    parrots(andi, 3)
    form = {"module": KEY, "source": f"role:{a.pk}", "target": f"user:{sari.pk}", "level": "read"}
    assert admin.post("/settings/sharing/rules/new/", form).status_code == 302
    rule = SharingRule._base_manager.get()
    assert seen(sari) == 3
    admin.post(f"/settings/sharing/rules/{rule.pk}/", {**form, "source": f"role:{b.pk}"})
    assert seen(sari) == 0
    undo_latest()
    assert seen(sari) == 3
    admin.post(f"/settings/sharing/rules/{rule.pk}/delete/")
    assert seen(sari) == 0


@pytest.mark.parametrize(
    "wrong", [{"module": "users.user"}, {"module": ""}, {"source": "role:99999999"}, {"target": "planet:1"},
              {"source": ""}, {"level": "own"}]
)  # fmt: skip
def test_a_rule_that_makes_no_sense_is_refused(admin: Client, wrong: dict[str, str]) -> None:
    role = make_role("A")
    form = {"module": KEY, "source": f"role:{role.pk}", "target": f"role_tree:{role.pk}", "level": "read"}
    assert admin.post("/settings/sharing/rules/new/", {**form, **wrong}).status_code == 422
    assert not SharingRule._base_manager.exists()


def test_the_why_page_answers_by_number(admin: Client) -> None:
    andi, sari = make_user("andi", make_role("A")), make_user("sari", make_role("B"))
    (parrot,) = parrots(andi, 1)
    for asked in (parrot.number, parrot.number.lower(), str(parrot.pk)):
        page = admin.get("/settings/why/", {"user": sari.pk, "record": asked}).content.decode()
        assert page.count('class="badge" data-tone="merah"') >= 3
    page = admin.get("/settings/why/", {"user": andi.pk, "record": parrot.number}).content.decode()
    assert 'class="badge" data-tone="merah"' not in page
