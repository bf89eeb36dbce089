"""Roles, profiles and sharing: the checks of their specifications."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.utils import translation

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.access.door import assignable, fields_for, has_tool, may, visible_to
from relasi.engine.access.why import explain
from relasi.engine.declare.registry import registry
from relasi.engine.fields.reader import ENGLISH, reading_as
from relasi.engine.records.record import CoOwner
from relasi.engine.records.refusal import Refused
from relasi.engine.records.write import create, trash, update
from tests.fakes.models import Cage, Parrot
from tests.people import (
    change,
    make_group,
    make_profile,
    make_role,
    make_rule,
    make_user,
    set_mode,
    system_profile,
)

pytestmark = pytest.mark.django_db
KEY = "fakes.parrot"


def parrots(owner, count: int = 1) -> list[Parrot]:
    with acting(SYSTEM):
        return [create(Parrot, {"name": f"Beo {n}", "owner": owner.pk}) for n in range(count)]


def seen(user, verb: str = "view") -> int:
    with acting(user):
        return visible_to(user, Parrot, verb).count()


@pytest.fixture
def sales() -> SimpleNamespace:
    """Manager above Sales A and Sales B; A owns 10, B 7, the manager 2."""
    manager_role = make_role("Manajer")
    role_a, role_b = make_role("Sales A", manager_role), make_role("Sales B", manager_role)
    manager, a, b = make_user("manajer", manager_role), make_user("a", role_a), make_user("b", role_b)
    return SimpleNamespace(
        manager=manager, a=a, b=b, manager_role=manager_role, role_a=role_a, role_b=role_b,
        of_a=parrots(a, 10), of_b=parrots(b, 7), own=parrots(manager, 2),
    )  # fmt: skip


def test_a_manager_sees_those_below_and_not_the_other_way_round(sales: SimpleNamespace) -> None:
    assert (seen(sales.a), seen(sales.b), seen(sales.manager)) == (10, 7, 19)


def test_a_read_rule_opens_for_reading_only(sales: SimpleNamespace) -> None:
    make_rule(KEY, sales.role_a, sales.role_b, "read")
    assert (seen(sales.b), seen(sales.b, "edit")) == (17, 7)
    with acting(sales.b), pytest.raises(Refused) as refused:
        update(sales.of_a[0], {"name": "Curi"})
    assert refused.value.codes == {"NO_PERMISSION"}
    sales.of_a[0].refresh_from_db(from_queryset=Parrot._base_manager)
    assert sales.of_a[0].name == "Beo 0"


def test_a_write_rule_opens_for_editing_but_not_for_deleting(sales: SimpleNamespace) -> None:
    make_rule(KEY, sales.role_a, sales.role_b, "write")
    assert [seen(sales.b, verb) for verb in ("view", "edit", "delete")] == [17, 17, 7]


def test_the_explanation_prints_exactly_the_rule_that_opens(sales: SimpleNamespace) -> None:
    make_rule(KEY, sales.role_b, sales.role_a, "read")
    make_rule(KEY, sales.role_a, sales.role_b, "read")
    with acting(sales.b), translation.override("en"), reading_as(ENGLISH):
        told = explain(sales.b, sales.of_a[0])
        assert told.allowed
        assert told.deciding == ["Sharing rule: Parrots owned by Role: Sales A can be read by Role: Sales B."]
        assert not explain(sales.b, sales.of_a[0], "edit").allowed


def test_superiors_are_left_out_when_only_owners_see(sales: SimpleNamespace) -> None:
    set_mode(KEY, "record_only")
    assert seen(sales.manager) == 2
    CoOwner.objects.create(user=sales.manager, record_id=sales.of_a[0].pk)
    assert seen(sales.manager) == 3


def test_moving_a_role_counts_at_the_next_request(sales: SimpleNamespace) -> None:
    other = make_role("Manajer lain")
    assert seen(sales.manager) == 19
    change(sales.role_b, parent=other.pk)
    assert seen(sales.manager) == 12
    assert seen(make_user("lain", other)) == 7


def test_the_profile_beats_an_open_module(sales: SimpleNamespace) -> None:
    set_mode(KEY, "public_delete")
    keeper = make_user("penjaga", make_role("Tanpa hapus", profiles=[system_profile("support")]))
    assert (seen(keeper), seen(keeper, "edit"), seen(keeper, "delete")) == (19, 19, 0)
    with acting(keeper), pytest.raises(Refused) as refused:
        trash(Parrot, [sales.of_a[0].pk])
    assert refused.value.codes == {"NO_PERMISSION"}
    assert seen(sales.a) == 19


@pytest.mark.parametrize(
    ("mode", "counts"),
    [
        ("private", (7, 7, 7)),
        ("public_read", (19, 7, 7)),
        ("public_edit", (19, 19, 7)),
        ("public_delete", (19, 19, 19)),
        ("record_only", (7, 7, 7)),
    ],
)
def test_the_five_modes(sales: SimpleNamespace, mode: str, counts: tuple[int, int, int]) -> None:
    set_mode(KEY, mode)
    assert tuple(seen(sales.b, verb) for verb in ("view", "edit", "delete")) == counts


def test_a_leavers_records_stay_visible_above(sales: SimpleNamespace) -> None:
    change(sales.a, status="suspended")
    assert (seen(sales.manager), seen(sales.a)) == (19, 0)


def test_several_profiles_add_up(sales: SimpleNamespace) -> None:
    without, with_ = make_profile(modules={"*": ["view", "edit"]}), make_profile(modules={"*": ["delete"]})
    both = make_user("berdua", make_role(profiles=[without, with_]))
    one = make_user("satu", make_role(profiles=[without]))
    (mine,), (other,) = parrots(both), parrots(one)
    with acting(both):
        trash(Parrot, [mine.pk])
    with acting(one), pytest.raises(Refused) as refused:
        trash(Parrot, [other.pk])
    assert refused.value.codes == {"NO_PERMISSION"}


def test_an_empty_list_of_verbs_closes_a_module_that_all_others_leave_open(sales: SimpleNamespace) -> None:
    closed = make_user("tutup", make_role(profiles=[make_profile(modules={"*": ["view"], KEY: []})]))
    with acting(closed):
        assert not may(closed, "view", registry.of(Parrot))
        assert may(closed, "view", registry.of(Cage))


def test_edit_without_view_is_stored_as_both() -> None:
    assert make_profile(modules={KEY: ["edit"]}).modules == {KEY: ["view", "edit"]}


def test_hidden_and_read_only_fields() -> None:
    limited = make_profile(fields={KEY: {"price": "hidden", "story": "read"}})
    user = make_user("terbatas", make_role(profiles=[limited]))
    module = registry.of(Parrot)
    with acting(user):
        assert not {"price"} & fields_for(user, "view", module)
        assert {"story"} <= fields_for(user, "view", module)
        assert not {"price", "story"} & fields_for(user, "edit", module)
        with pytest.raises(Refused) as refused:
            create(Parrot, {"name": "Beo", "story": "x"})
        assert refused.value.by_field().keys() == {"story"}


def test_a_profile_that_may_not_edit_does_not_open_fields_for_another() -> None:
    """The one that lets edit keeps a field back; the other only lets look."""
    looks, edits = make_profile(modules={"*": ["view"]}), make_profile(fields={KEY: {"story": "read"}})
    user = make_user("dua", make_role(profiles=[looks, edits]))
    with acting(user):
        assert "story" not in fields_for(user, "edit", registry.of(Parrot))
        assert "story" in fields_for(user, "view", registry.of(Parrot))


@pytest.mark.parametrize("right", ["hidden", "read"])
def test_a_field_that_must_be_filled_in_cannot_be_kept_from_who_may_create(right: str) -> None:
    with pytest.raises(Refused) as refused:
        make_profile(fields={KEY: {"name": right}})
    assert refused.value.by_field().keys() == {"fields"}
    assert make_profile(modules={"*": ["view"]}, fields={KEY: {"name": right}}).fields == {
        KEY: {"name": right}
    }


def test_a_field_nobody_knows_is_refused() -> None:
    with pytest.raises(Refused):
        make_profile(fields={KEY: {"namee": "read"}})


def test_the_administrator_profile_is_never_changed() -> None:
    with acting(SYSTEM):
        for attempt in (lambda p: update(p, {"description": "x"}), lambda p: trash(type(p), [p.pk])):
            with pytest.raises(Refused) as refused:
                attempt(system_profile("administrator"))
            assert refused.value.codes == {"INVALID_TRANSITION"}


def test_a_profile_goes_only_when_no_role_has_it() -> None:
    profile = make_profile("Sementara")
    role = make_role("Sementara", profiles=[profile])
    with acting(SYSTEM):
        with pytest.raises(Refused) as refused:
            trash(type(profile), [profile.pk])
        assert "Sementara" in str(refused.value)
        update(role, {"profiles": [system_profile("guest").pk]})
        trash(type(profile), [profile.pk])


def test_tools_come_from_any_profile() -> None:
    exporter = make_profile(tools=["export"])
    user = make_user("ekspor", make_role(profiles=[make_profile(), exporter]))
    with acting(user):
        assert has_tool(user, "export")
        assert not has_tool(user, "import")


def test_view_all_and_edit_all(sales: SimpleNamespace) -> None:
    auditor = make_user("auditor", make_role(profiles=[make_profile(modules={"*": ["view"]}, view_all=True)]))
    editor = make_user("penyunting", make_role(profiles=[make_profile(edit_all=True)]))
    assert (seen(auditor), seen(auditor, "edit"), seen(editor), seen(editor, "delete")) == (19, 0, 19, 19)


@pytest.mark.parametrize(
    ("assigns", "allowed"), [("all", {"a", "b", "manajer"}), ("level", {"a", "b"}), ("below", {"b"})]
)
def test_a_role_may_be_limited_in_whom_it_gives_records_to(
    sales: SimpleNamespace, assigns: str, allowed: set[str]
) -> None:
    colleague = make_user("rekan", sales.role_a)
    below = make_user("bawahan", make_role("Magang", sales.role_a))
    change(sales.role_a, assigns=assigns)
    people = {"a": colleague, "b": below, "manajer": sales.manager}
    with acting(sales.a):
        for name, owner in people.items():
            if name in allowed:
                update(Parrot._base_manager.get(pk=sales.of_a[0].pk), {"owner": sales.a.pk})
                create(Parrot, {"name": "Baru", "owner": owner.pk})
            else:
                with pytest.raises(Refused) as refused:
                    create(Parrot, {"name": "Baru", "owner": owner.pk})
                assert refused.value.codes == {"NO_PERMISSION"}
        assert (assignable(sales.a) is None) == (assigns == "all")


def test_a_single_app_user_reads_elsewhere_and_works_in_the_one_app(sales: SimpleNamespace) -> None:
    inside = make_user("satuapp", sales.role_a, type="single_app", area="lain")
    (mine,) = parrots(inside)
    with acting(inside):
        assert may(inside, "view", registry.of(Parrot), mine)
        assert not may(inside, "edit", registry.of(Parrot), mine)
        assert not explain(inside, mine, "edit").allowed


def test_a_light_agent_keeps_the_verbs_a_module_gives(sales: SimpleNamespace, monkeypatch) -> None:
    agent = make_user("ringan", sales.role_a, type="light")
    module = registry.of(Parrot)
    with acting(agent):
        assert not may(agent, "view", module)
    monkeypatch.setattr(module.declaration, "light", "view create", raising=False)
    change(agent, title="Agen")
    change(agent, area="")
    with acting(make_user("ringan2", sales.role_a, type="light")) as stretch:
        assert may(stretch.user, "create", module)
        assert not may(stretch.user, "edit", module)


def test_secrets_are_in_nobodys_fields() -> None:
    from relasi.users.user import User

    admin = make_user("admin", type="admin")
    with acting(admin):
        assert "password" not in fields_for(admin, "view", registry.of(User))
        assert "password" not in fields_for(admin, "edit", registry.of(User))


def test_records_of_a_group_are_seen_by_members_and_their_superiors(sales: SimpleNamespace) -> None:
    group = make_group("Tim", sales.a)
    parrots(group, 3)
    assert (seen(sales.a), seen(sales.b), seen(sales.manager)) == (13, 7, 22)
    assert seen(sales.a, "edit") == 13


def test_a_rule_from_a_group_covers_the_groups_inside_it(sales: SimpleNamespace) -> None:
    inner = make_group("Dalam", sales.a)
    outer = make_group("Luar", inner)
    parrots(inner, 2)
    make_rule(KEY, outer, sales.role_b)
    assert seen(sales.b) == 7 + 10 + 2
