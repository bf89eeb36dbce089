"""What must stay true of people and roles, whoever writes: by hand, by undo, by two at the same moment."""

from __future__ import annotations

import threading

import pytest
from django.db import IntegrityError, connection, connections, transaction

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.access.directory import directory
from relasi.engine.access.role import Role
from relasi.engine.records.change_set import ChangeRow, ChangeSet, open_change_set
from relasi.engine.records.refusal import Refused
from relasi.engine.records.undo import revert
from relasi.engine.records.write import create, trash, update
from relasi.features.settings.defaults import ensure_defaults, top_role
from relasi.users.user import User
from tests.people import change, make_admin, make_role, make_user

pytestmark = pytest.mark.django_db


def refusal(call) -> Refused:
    with acting(SYSTEM), pytest.raises(Refused) as refused:
        call()
    return refused.value


@pytest.mark.parametrize("values", [{"status": "suspended"}, {"type": "standard"}])
def test_the_last_active_admin_stays(values: dict[str, str]) -> None:
    admin = make_admin()
    make_admin("cadangan", status="suspended")
    told = refusal(lambda: update(admin, values, authorised="test"))
    assert told.codes == {"INVALID_TRANSITION"}
    admin.refresh_from_db()
    assert (admin.type, admin.status) == ("admin", "active")


def test_an_admin_goes_when_another_one_is_there() -> None:
    admin = make_admin()
    make_admin("cadangan")
    assert change(admin, status="suspended").status == "suspended"


def test_an_undo_cannot_take_the_last_admin_away() -> None:
    first, second = make_admin(), make_user("kedua")
    with acting(SYSTEM) as promoted:
        update(second, {"type": "admin"})
    change(first, type="standard")
    told = refusal(lambda: revert(ChangeSet.objects.get(pk=promoted.change_set)))
    assert told.codes == {"INVALID_TRANSITION"}
    second.refresh_from_db()
    assert second.type == "admin"


@pytest.mark.parametrize(
    ("before", "after"),
    [("active", "removed"), ("active", "invited"), ("invited", "removed"), ("locked", "removed"),
     ("suspended", "locked"), ("invited", "locked")],
)  # fmt: skip
def test_the_status_moves_by_its_table_alone(before: str, after: str) -> None:
    user = make_user("andi", status=before)
    told = refusal(lambda: update(user, {"status": after}, authorised="test"))
    assert told.codes == {"INVALID_TRANSITION"}


def test_nothing_comes_back_from_removed() -> None:
    user = make_user("andi")
    for status in ("suspended", "removed"):
        user = change(user, status=status)
    for status in ("active", "invited", "suspended"):
        assert refusal(lambda s=status: update(user, {"status": s}, authorised="test")).codes == {
            "INVALID_TRANSITION"
        }


def test_a_username_is_never_used_again() -> None:
    user = make_user("andi")
    for status in ("suspended", "removed"):
        user = change(user, status=status)
    for again in ("andi", "ANDI"):
        told = refusal(lambda name=again: make_user(name, email="lain@contoh.id"))
        assert told.codes == {"NOT_UNIQUE"}


def test_nobody_signs_in_by_the_name_of_somebody_else() -> None:
    make_user("andi")
    assert refusal(lambda: make_user("andi@contoh.id", email="x@contoh.id")).codes == {"NOT_UNIQUE"}
    make_user("toko@contoh.id", email="kasir@contoh.id")
    assert refusal(lambda: make_user("baru", email="toko@contoh.id")).codes == {"NOT_UNIQUE"}
    own = make_user("sama@contoh.id", email="sama@contoh.id")
    assert own.username == own.email


@pytest.mark.parametrize("username", ["dua kata", "a\tb", "nama,", "<b>", "名前", "x" * 151])
def test_a_username_is_plain(username: str) -> None:
    assert "username" in refusal(lambda: make_user(username, email="x@contoh.id")).by_field()


def test_an_unknown_zone_is_refused() -> None:
    assert refusal(lambda: change(make_user("andi"), zone="Asia/Atlantis")).by_field().keys() == {"zone"}


def test_nobody_reports_to_themselves_through_others() -> None:
    a, b, c = make_user("a"), make_user("b"), make_user("c")
    change(b, reports_to=a.pk)
    change(c, reports_to=b.pk)
    for below in (a, b, c):
        assert refusal(lambda who=below: change(a, reports_to=who.pk)).by_field().keys() == {"reports_to"}


def test_a_single_app_user_needs_the_app() -> None:
    assert "area" in refusal(lambda: make_user("andi", type="single_app")).by_field()
    assert make_user("budi", type="single_app", area="sales").area == "sales"
    assert make_user("citra", type="standard", area="sales").area == ""


def test_a_user_is_never_deleted_like_a_record() -> None:
    user = make_user("andi")
    assert refusal(lambda: trash(User, [user.pk])).codes == {"INVALID_TRANSITION"}
    assert refusal(lambda: trash(User, [user.pk], confirmed=["trash"])).codes == {"INVALID_TRANSITION"}
    with acting(SYSTEM) as made:
        ensure_defaults()
        create(User, {"username": "b", "email": "b@contoh.id", "first_name": "B", "role": top_role().pk})
    assert refusal(lambda: revert(ChangeSet.objects.get(pk=made.change_set))).codes == {"INVALID_TRANSITION"}


def test_the_password_is_in_no_history() -> None:
    user = make_user("andi", password="rahasia-sekali-1")
    change(user, title="Manajer")
    with acting(SYSTEM), transaction.atomic():
        open_change_set()
        with connection.cursor() as cursor:
            cursor.execute("UPDATE users_user SET password = 'x' WHERE id = %s", [user.pk])
    rows = ChangeRow.objects.filter(record_id=user.pk)
    assert not any("password" in {**(row.before or {}), **(row.after or {})} for row in rows)


def test_a_role_never_stands_under_itself() -> None:
    top = make_role("Atas")
    middle = make_role("Tengah", top)
    low = make_role("Bawah", middle)
    for parent in (top, middle, low):
        assert refusal(lambda p=parent: update(top, {"parent": p.pk})).by_field().keys() == {"parent"}


def test_the_tree_has_one_top() -> None:
    role = make_role("Cabang")
    assert refusal(lambda: update(role, {"parent": None})).by_field().keys() == {"parent"}
    assert refusal(lambda: trash(Role, [top_role().pk])).codes == {"INVALID_TRANSITION"}


def test_a_role_needs_a_profile() -> None:
    told = refusal(lambda: create(Role, {"name": "Kosong", "parent": top_role().pk, "profiles": []}))
    assert told.by_field().keys() == {"profiles"}


def test_a_role_with_people_or_roles_below_stays() -> None:
    role = make_role("Cabang")
    make_user("andi", role)
    other = make_role("Lain")
    make_role("Bawah", other)
    for one in (role, other):
        for confirmed in ([], ["trash"]):
            told = refusal(lambda r=one, c=confirmed: trash(Role, [r.pk], confirmed=c))
            assert told.codes == {"INVALID_TRANSITION"}


def test_an_undo_cannot_put_somebody_into_a_role_that_is_gone() -> None:
    old, new = make_role("Lama"), make_role("Baru")
    user = make_user("andi", old)
    with acting(SYSTEM) as moved:
        update(user, {"role": new.pk})
    with acting(SYSTEM):
        trash(Role, [old.pk])
    told = refusal(lambda: revert(ChangeSet.objects.get(pk=moved.change_set)))
    assert told.by_field().keys() == {"role"}


def test_an_undo_cannot_tie_the_tree_into_a_loop() -> None:
    a, b = make_role("A"), make_role("B")
    c = make_role("C", a)
    with acting(SYSTEM) as moved:
        update(c, {"parent": b.pk})
    change(a, parent=c.pk)
    assert refusal(lambda: revert(ChangeSet.objects.get(pk=moved.change_set))).by_field().keys() == {"parent"}


def test_a_snapshot_read_before_a_rollback_is_never_taken_for_a_later_one() -> None:
    role = make_role("Cabang")
    before = directory().epoch
    try:
        with transaction.atomic():
            change(role, name="Batal")
            assert directory().roles[role.pk].name == "Batal"
            raise RuntimeError
    except RuntimeError:
        pass
    assert (directory().epoch, directory().roles[role.pk].name) == (before, "Cabang")
    change(role, name="Jadi")
    assert directory().roles[role.pk].name == "Jadi"


def test_a_write_without_a_change_set_is_refused() -> None:
    user = make_user("andi")
    from django.db.utils import DatabaseError

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('relasi.change_set', '', true)")
        cursor.execute("UPDATE users_user SET type = 'admin' WHERE id = %s", [user.pk])


@pytest.mark.django_db(transaction=True)
def test_two_admins_who_suspend_each_other_at_the_same_moment_leave_one() -> None:
    ensure_defaults()
    admins = [make_admin("satu"), make_admin("dua")]
    ready = threading.Barrier(2)
    results: list[str] = []

    def suspend(other: User) -> None:
        try:
            with acting(SYSTEM), transaction.atomic():
                connection.ensure_connection()
                ready.wait(10)
                update(other, {"status": "suspended"}, authorised="test")
            results.append("done")
        except (Refused, IntegrityError):
            results.append("refused")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=suspend, args=[admin]) for admin in admins]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(results) == ["done", "refused"]
    assert User.objects.filter(type="admin", status="active").count() == 1


@pytest.mark.django_db(transaction=True)
def test_defaults_are_made_once_and_again_after_everything_is_gone() -> None:
    ensure_defaults()
    ensure_defaults()
    assert Role._base_manager.filter(parent=None, trashed_at=None).count() == 1
    assert directory().epoch
