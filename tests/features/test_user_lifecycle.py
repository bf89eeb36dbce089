"""Users in settings: inviting, editing, suspending with an heir, coming back, being removed, seen as."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import translation

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.declare.registry import registry
from relasi.engine.records.change_set import ChangeSet
from relasi.engine.records.history import history_of
from relasi.engine.records.undo import revert
from relasi.engine.records.write import Draft, write
from relasi.modules.sales.deal import Deal
from relasi.modules.sales.defaults import ensure_defaults as sales_defaults
from relasi.users.sign_in_log import SignIn
from relasi.users.user import User
from tests.make import make
from tests.people import PASSWORD, change, make_admin, make_group, make_role, make_user, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> Client:
    return signed_in(make_admin())


@pytest.fixture
def andi(admin: Client) -> User:
    return make_user("andi", make_role("Penjual"), password=PASSWORD)


@pytest.fixture
def sari(andi: User) -> User:
    return make_user("sari", andi.role)


INVITATION = {
    "first_name": "Wayan", "last_name": "Putra", "email": "wayan@contoh.id", "username": "wayan", "type": "standard",
    "language": "id", "zone": "Asia/Makassar", "number_style": ",",
}  # fmt: skip


def deals(owner: User, count: int, **values: object) -> None:
    sales_defaults()
    account = make("customers.Account", owner=owner)
    for _ in range(count):
        make("sales.Deal", owner=owner, account=account, **values)


def owned(user: User) -> tuple[int, int]:
    mine = Deal._base_manager.filter(owner_id=user.pk, trashed_at=None)
    return mine.filter(status="open").count(), mine.exclude(status="open").count()


def close_some(owner: User, count: int) -> None:
    for deal in list(Deal._base_manager.filter(owner_id=owner.pk, status="open")[:count]):
        with acting(SYSTEM):
            write(registry.of(Deal), [Draft({"status": "won"}, id=deal.pk)], exact=True, authorised="test")


def test_inviting_gives_a_link_to_pass_on(admin: Client) -> None:
    role = make_role("Penjual")
    answer = admin.post("/settings/users/new/", {**INVITATION, "role": role.pk})
    wayan = User.objects.get(username="wayan")
    assert answer["Location"] == f"/settings/users/{wayan.pk}/"
    assert (wayan.status, wayan.zone, wayan.role_id) == ("invited", "Asia/Makassar", role.pk)
    page = admin.get(answer["Location"]).content.decode()
    assert "/password/choose/invitation/" in page


def test_a_refused_invitation_keeps_what_was_typed(admin: Client, andi: User) -> None:
    answer = admin.post(
        "/settings/users/new/", {**INVITATION, "role": andi.role_id, "email": "andi@contoh.id"}
    )
    assert answer.status_code == 422
    assert "Wayan" in answer.content.decode()
    assert not User.objects.filter(username="wayan").exists()


def test_editing_writes_history_and_can_be_undone(admin: Client, andi: User) -> None:
    form = {"first_name": "Andi", "last_name": "Baru", "email": andi.email, "username": "andi", "role": andi.role_id,
            "type": "standard", "language": "id", "zone": "Asia/Jakarta", "number_style": ","}  # fmt: skip
    admin.post(f"/settings/users/{andi.pk}/edit/", form)
    andi.refresh_from_db()
    assert andi.last_name == "Baru"
    with acting(SYSTEM):
        newest = history_of(andi, SYSTEM)[0]
        assert newest.change_set.user.username == "admin"
        revert(newest.change_set)
    andi.refresh_from_db()
    assert andi.last_name == ""


def test_demoting_the_only_admin_is_refused(admin: Client) -> None:
    me = User.objects.get(username="admin")
    form = {"first_name": "Admin", "email": me.email, "username": "admin", "role": me.role_id, "type": "standard",
            "language": "id", "zone": "Asia/Jakarta", "number_style": ","}  # fmt: skip
    assert admin.post(f"/settings/users/{me.pk}/edit/", form).status_code == 422
    me.refresh_from_db()
    assert me.type == "admin"


def test_suspending_moves_open_deals_to_the_heir_and_leaves_closed_ones(
    admin: Client, andi: User, sari: User
) -> None:
    deals(andi, 42)
    close_some(andi, 30)
    page = admin.get(f"/settings/users/{andi.pk}/suspend/").content.decode()
    assert ">12<" in page
    assert ">30<" in page
    before = ChangeSet.objects.count()
    answer = admin.post(f"/settings/users/{andi.pk}/suspend/", {"heir": sari.pk})
    assert answer.status_code == 302
    assert (owned(andi), owned(sari)) == ((0, 30), (12, 0))
    andi.refresh_from_db()
    assert andi.status == "suspended"
    assert ChangeSet.objects.count() == before + 1
    deal = Deal._base_manager.filter(owner_id=andi.pk).first()
    with translation.override("en"):
        assert str(deal.owner) == "Andi (inactive)"


def test_a_suspension_can_be_undone_as_a_whole(admin: Client, andi: User, sari: User) -> None:
    deals(andi, 3)
    admin.post(f"/settings/users/{andi.pk}/suspend/", {"heir": sari.pk})
    with acting(User.objects.get(username="admin")):
        revert(ChangeSet.objects.latest("id"))
    andi.refresh_from_db()
    assert (andi.status, owned(andi), owned(sari)) == ("active", (3, 0), (0, 0))


def test_open_records_need_an_heir(admin: Client, andi: User) -> None:
    deals(andi, 1)
    for heir in ("", str(andi.pk), "99999999", "abc"):
        assert admin.post(f"/settings/users/{andi.pk}/suspend/", {"heir": heir}).status_code == 422
    andi.refresh_from_db()
    assert (andi.status, owned(andi)) == ("active", (1, 0))


def test_a_group_can_be_the_heir(admin: Client, andi: User, sari: User) -> None:
    deals(andi, 2)
    group = make_group("Tim", sari)
    admin.post(f"/settings/users/{andi.pk}/suspend/", {"heir": group.pk})
    assert Deal._base_manager.filter(owner_id=group.pk).count() == 2


def test_a_suspended_user_is_out_at_once_in_every_browser(admin: Client, andi: User) -> None:
    theirs = signed_in(andi)
    assert theirs.get("/preferences/mine/").status_code == 200
    admin.post(f"/settings/users/{andi.pk}/suspend/", {})
    assert theirs.get("/preferences/mine/", headers={"HX-Request": "true"}).status_code == 401
    assert theirs.get("/preferences/mine/").status_code == 302
    assert theirs.post("/preferences/mine/", {"first_name": "X"}).status_code == 302
    andi.refresh_from_db()
    assert (andi.first_name, andi.status) == ("Andi", "suspended")


def test_nobody_suspends_themselves(admin: Client) -> None:
    make_admin("kedua")
    me = User.objects.get(username="admin")
    assert admin.post(f"/settings/users/{me.pk}/suspend/", {}).status_code == 422
    me.refresh_from_db()
    assert me.status == "active"


def test_the_only_admin_cannot_be_suspended(andi: User) -> None:
    admin = User.objects.get(username="admin")
    change(andi, type="admin")
    other = signed_in(andi)
    change(admin, status="suspended")
    sole = other.post(f"/settings/users/{andi.pk}/suspend/", {})
    assert sole.status_code == 422


def test_deleting_an_active_user_is_refused(admin: Client, andi: User) -> None:
    answer = admin.post(f"/settings/users/{andi.pk}/remove/")
    assert answer.status_code == 422
    andi.refresh_from_db()
    assert andi.status == "active"
    admin.post(f"/settings/users/{andi.pk}/suspend/", {})
    assert admin.post(f"/settings/users/{andi.pk}/remove/").status_code == 302
    andi.refresh_from_db()
    assert andi.status == "removed"
    assert admin.post(f"/settings/users/{andi.pk}/reactivate/").status_code == 422


def test_coming_back(admin: Client, andi: User) -> None:
    invited = make_user("baru", andi.role, status="invited")
    for user, expected in ((andi, "active"), (invited, "invited")):
        change(user, status="suspended")
        assert admin.post(f"/settings/users/{user.pk}/reactivate/").status_code == 302
        user.refresh_from_db()
        assert user.status == expected


def test_an_admin_unlocks(admin: Client, andi: User) -> None:
    for _ in range(5):
        Client().post("/login/", {"login": "andi", "password": "salah-sekali-99"})
    assert admin.post(f"/settings/users/{andi.pk}/unlock/").status_code == 302
    andi.refresh_from_db()
    assert (andi.status, andi.locked_until) == ("active", None)
    assert Client().post("/login/", {"login": "andi", "password": PASSWORD}).status_code == 302
    assert SignIn.objects.get(user=andi, result="unlocked").by.username == "admin"


def test_an_admin_ends_sessions(admin: Client, andi: User) -> None:
    theirs = Client()
    theirs.post("/login/", {"login": "andi", "password": PASSWORD})
    assert theirs.get("/security/").status_code == 200
    admin.post(f"/settings/users/{andi.pk}/sign-out/")
    assert theirs.get("/security/").status_code == 302


def test_a_link_for_a_new_password_is_shown_once_and_logged(admin: Client, andi: User) -> None:
    page = admin.post(f"/settings/users/{andi.pk}/link/").content.decode()
    assert "/password/choose/reset/" in page
    assert "/password/choose/" not in admin.get(f"/settings/users/{andi.pk}/").content.decode()
    assert SignIn.objects.get(user=andi, result="link").by.username == "admin"


def test_an_admin_sees_as_a_user_and_history_names_both(admin: Client, andi: User) -> None:
    sales_defaults()
    assert admin.post(f"/settings/users/{andi.pk}/preview/").status_code == 302
    page = admin.get("/preferences/mine/").content.decode()
    assert "Andi" in page
    assert "/settings/preview/stop/" in page
    assert admin.get("/settings/").status_code == 404
    assert admin.get("/security/").status_code == 404
    admin.post("/preferences/mine/", _own(andi, first_name="Andi Wijaya"))
    with acting(SYSTEM):
        newest = history_of(User.objects.get(pk=andi.pk), SYSTEM)[0].change_set
    assert (newest.user.username, newest.impersonator.username) == ("andi", "admin")
    assert admin.post("/settings/preview/stop/").status_code == 302
    assert admin.get("/settings/").status_code == 200
    assert SignIn.objects.get(user=andi, result="seen_as").by.username == "admin"


def test_only_an_admin_sees_as_somebody_and_never_twice(admin: Client, andi: User, sari: User) -> None:
    theirs = signed_in(andi)
    assert theirs.post(f"/settings/users/{sari.pk}/preview/").status_code == 404
    session = theirs.session
    session["as_user"] = User.objects.get(username="admin").pk
    session.save()
    assert theirs.get("/settings/").status_code == 404
    second = make_admin("kedua")
    admin.post(f"/settings/users/{second.pk}/preview/")
    assert admin.post(f"/settings/users/{andi.pk}/preview/").status_code == 404


def test_a_preview_ends_with_the_admins_own_rights(admin: Client, andi: User) -> None:
    me = User.objects.get(username="admin")
    admin.post(f"/settings/users/{andi.pk}/preview/")
    make_admin("kedua")
    change(me, type="standard")
    assert "Admin" in admin.get("/preferences/mine/").content.decode()


def _own(user: User, **values: object) -> dict[str, object]:
    names = (
        "first_name",
        "last_name",
        "phone",
        "language",
        "zone",
        "date_style",
        "hour_style",
        "number_style",
        "theme",
        "density",
        "signature",
    )
    return {**{name: getattr(user, name) for name in names}, **values}


def test_own_preferences_are_saved(andi: User) -> None:
    client = signed_in(andi)
    answer = client.post("/preferences/mine/", _own(andi, language="en", number_style=".", density="compact"))
    assert answer.status_code == 302
    page = client.get("/preferences/mine/").content.decode()
    assert '<html lang="en"' in page
    assert 'data-density="compact"' in page


def test_nobody_changes_more_about_themselves_than_they_may(andi: User) -> None:
    before = (
        User.objects.filter(pk=andi.pk)
        .values("role", "type", "status", "username", "email", "password")
        .get()
    )
    grab = {
        "type": "admin",
        "role": "1",
        "status": "active",
        "username": "bos",
        "email": "x@y.id",
        "password": "x",
    }
    signed_in(andi).post("/preferences/mine/", _own(andi, title="Bos", **grab))
    after = (
        User.objects.filter(pk=andi.pk)
        .values("role", "type", "status", "username", "email", "password")
        .get()
    )
    assert after == before
    andi.refresh_from_db()
    assert andi.title == ""


@pytest.mark.parametrize(
    ("name", "value"), [("zone", "Asia/Atlantis"), ("first_name", ""), ("language", "xx")]
)
def test_wrong_preferences_come_back_with_what_was_typed(andi: User, name: str, value: str) -> None:
    answer = signed_in(andi).post("/preferences/mine/", _own(andi, **{name: value, "last_name": "Tetap"}))
    assert answer.status_code == 422
    assert "Tetap" in answer.content.decode()
    andi.refresh_from_db()
    assert andi.last_name == ""


def test_two_readers_see_the_same_number_each_in_their_way(admin: Client, andi: User, sari: User) -> None:
    sales_defaults()
    change(andi, language="en", number_style=".")
    make("customers.Account", owner=andi)
    deal = make("sales.Deal", owner=andi, name="Besar", amount="1234.56", currency="USD")
    change(sari, type="admin")
    english = signed_in(andi).get(f"/deals/{deal.pk}/").content.decode().replace("\xa0", " ")
    indonesian = signed_in(sari).get(f"/deals/{deal.pk}/").content.decode().replace("\xa0", " ")
    assert "1,234.56" in english
    assert "1.234,56" in indonesian
