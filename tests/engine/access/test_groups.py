"""Groups: who is in them, cycles, names, and what the database keeps by itself."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.access.directory import directory
from relasi.engine.access.door import visible_to
from relasi.engine.access.group import Group, loop_path
from relasi.engine.access.owner import Owner
from relasi.engine.access.why import explain, membership_path
from relasi.engine.records.change_set import ChangeSet, open_change_set
from relasi.engine.records.refusal import Refused
from relasi.engine.records.undo import revert
from relasi.engine.records.write import create, trash, update
from tests.fakes.models import Parrot
from tests.people import change, entry, make_group, make_role, make_user

pytestmark = pytest.mark.django_db


def names_in(group: Group) -> set[str]:
    people = directory().people
    return {people[id].first_name for id in directory().group_people[group.pk]}


@pytest.fixture
def seven() -> dict[str, object]:
    """User A, role R (B, C), VP and below (D, E, F), group G2 (A, G)."""
    r, vp = make_role("R"), make_role("VP")
    manager = make_role("Manager", vp)
    rep = make_role("Rep", manager)
    people = {name: make_user(name.lower() * 3, role, first_name=name) for name, role in
              (("A", None), ("B", r), ("C", r), ("D", vp), ("E", manager), ("F", rep), ("G", None))}  # fmt: skip
    g2 = make_group("G2", people["A"], people["G"])
    g1 = make_group("G1", people["A"], r, ("role_tree", vp), g2)
    return {**people, "g1": g1, "g2": g2, "other_role": make_role("Lain")}


def test_every_kind_of_member_counts_once(seven: dict) -> None:
    assert names_in(seven["g1"]) == {"A", "B", "C", "D", "E", "F", "G"}


def test_a_suspended_member_is_out(seven: dict) -> None:
    change(seven["C"], status="suspended")
    assert names_in(seven["g1"]) == {"A", "B", "D", "E", "F", "G"}


def test_a_cycle_is_refused_with_its_path(seven: dict) -> None:
    with acting(SYSTEM), pytest.raises(Refused) as refused:
        update(seven["g2"], {"members": [entry(seven["g1"])]})
    assert "G2 → G1 → G2" in str(refused.value)


def test_a_group_is_no_member_of_itself(seven: dict) -> None:
    with acting(SYSTEM), pytest.raises(Refused) as refused:
        update(seven["g1"], {"members": [entry(seven["g1"])]})
    assert "G1 → G1" in str(refused.value)


@pytest.mark.parametrize(
    ("members", "path"),
    [
        ({1: [2], 2: [1]}, [1, 2, 1]),
        ({1: [2], 2: [3], 3: [1]}, [1, 2, 3, 1]),
        ({1: [2, 3], 2: [], 3: [2]}, []),
        ({1: [], 2: [2]}, []),
    ],
)
def test_the_way_round_a_cycle(members: dict[int, list[int]], path: list[int]) -> None:
    entries = {id: [{"kind": "group", "id": one} for one in inside] for id, inside in members.items()}
    assert loop_path(1, entries) == path


@pytest.mark.parametrize("name", ["Sales,West", 'Sales "West"', "<Sales>", ""])
def test_a_name_with_a_forbidden_sign_is_refused(name: str) -> None:
    with pytest.raises(Refused) as refused:
        make_group(name, make_user("siapa"))
    assert "name" in refused.value.by_field()


def test_names_differ_by_more_than_the_letter_case() -> None:
    who = make_user("siapa")
    make_group("Sales", who)
    with pytest.raises(Refused) as refused:
        make_group("sales", who)
    assert refused.value.codes == {"NOT_UNIQUE"}


@pytest.mark.parametrize(
    "members",
    [[], [{"kind": "user", "id": 99999999}], [{"kind": "planet", "id": 1}], "rusak", [{"id": 1}], [1]],
)
def test_members_that_make_no_sense_are_refused(members: object) -> None:
    with acting(SYSTEM), pytest.raises(Refused) as refused:
        create(Group, {"name": "Tim", "members": members})
    assert "members" in refused.value.by_field()


def test_losing_the_role_hides_the_groups_records_at_the_next_request(seven: dict) -> None:
    with acting(SYSTEM):
        parrot = create(Parrot, {"name": "Beo", "owner": seven["g1"].pk})
    user = seven["E"]
    with acting(user):
        assert visible_to(user, Parrot).count() == 1
    change(user, role=seven["other_role"].pk)
    with acting(user):
        assert visible_to(user, Parrot).count() == 0
        assert not explain(user, parrot).allowed


def test_the_explainer_tells_the_way_into_the_group(seven: dict) -> None:
    assert membership_path(directory(), seven["G"].pk, seven["g1"].pk) == ["G1", "G2", "Pengguna: G"]
    assert membership_path(directory(), seven["F"].pk, seven["g1"].pk)[-1].endswith(": VP")


def test_a_group_that_is_inactive_or_owns_nothing_is_offered_to_nobody(seven: dict) -> None:
    def offered() -> bool:
        return Owner.objects.get(pk=seven["g1"].pk).active

    assert offered()
    change(seven["g1"], active=False)
    assert not offered()
    change(seven["g1"], active=True, assignable=False)
    assert not offered()
    change(seven["g1"], assignable=True, name="Baru")
    assert (offered(), Owner.objects.get(pk=seven["g1"].pk).name) == (True, "Baru")


def test_a_group_that_owns_records_cannot_be_deleted_by_anybody(seven: dict) -> None:
    with acting(SYSTEM):
        create(Parrot, {"name": "Beo", "owner": seven["g1"].pk})
        with pytest.raises(Refused) as refused:
            trash(Group, [seven["g1"].pk], confirmed=["trash"])
    assert refused.value.codes == {"INVALID_TRANSITION"}


def test_an_undo_that_would_close_a_cycle_is_refused(seven: dict) -> None:
    member = seven["A"]
    with acting(SYSTEM) as first:
        update(seven["g1"], {"members": [entry(member)]})
    with acting(SYSTEM):
        update(seven["g2"], {"members": [entry(seven["g1"])]})
    with acting(SYSTEM), pytest.raises(Refused) as refused:
        revert(ChangeSet.objects.get(pk=first.change_set))
    assert refused.value.by_field().keys() == {"members"}


def test_the_database_itself_refuses_a_cycle(seven: dict) -> None:
    with acting(SYSTEM), transaction.atomic():
        open_change_set()
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "UPDATE access_group SET members = jsonb_build_array(jsonb_build_object('kind', 'group', 'id', %s))"
                " WHERE id = %s",
                [seven["g1"].pk, seven["g2"].pk],
            )
