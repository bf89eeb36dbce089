"""Every settings page opens for an admin, in both languages, and is not there for anybody else."""

from __future__ import annotations

import pytest
from django.test import Client

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.access.role import Role
from relasi.engine.records.write import create
from relasi.features.settings.defaults import top_role
from relasi.users.user import User
from tests.fakes.models import Parrot
from tests.people import (
    make_admin,
    make_group,
    make_profile,
    make_role,
    make_rule,
    make_user,
    set_mode,
    signed_in,
    system_profile,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> dict[str, int]:
    """An admin and one of everything; the ids the addresses name."""
    make_admin()
    role = make_role("Penjualan Jakarta")
    andi = make_user("andi", role, status="active")
    sari = make_user("sari", role, status="invited")
    group = make_group("Tim Jakarta", andi, ("role_tree", top_role()))
    set_mode("fakes.parrot", "public_read")
    rule = make_rule("fakes.parrot", role, group)
    profile = make_profile("Sendiri", fields={"fakes.parrot": {"price": "hidden"}})
    with acting(SYSTEM):
        parrot = create(Parrot, {"name": "Beo", "owner": andi.pk})
    fixed = system_profile("administrator").pk
    return {"user": andi.pk, "invited": sari.pk, "role": role.pk, "group": group.pk, "rule": rule.pk,
            "profile": profile.pk, "admin_profile": fixed, "record": parrot.pk}  # fmt: skip


PAGES = [
    "/settings/",
    "/settings/company/",
    "/settings/users/",
    "/settings/users/?status=active&q=andi",
    "/settings/users/new/",
    "/settings/users/{user}/",
    "/settings/users/{invited}/",
    *(f"/settings/users/{{user}}/?tab={tab}" for tab in ("access", "sessions", "log", "history")),
    "/settings/users/{user}/edit/",
    "/settings/users/{user}/suspend/",
    "/settings/users/{user}/remove/",
    "/settings/roles/",
    "/settings/roles/new/?parent={role}",
    "/settings/roles/{role}/",
    "/settings/roles/{role}/delete/",
    "/settings/profiles/",
    "/settings/profiles/new/",
    "/settings/profiles/{profile}/",
    "/settings/profiles/{admin_profile}/",
    "/settings/profiles/{profile}/fields/fakes.parrot/",
    "/settings/profiles/{profile}/find/?q=pri",
    "/settings/profiles/{profile}/delete/",
    "/settings/profiles/compare/?a={profile}&b={admin_profile}",
    "/settings/groups/",
    "/settings/groups/new/",
    "/settings/groups/effective/?member-user={user}&member-role={role}",
    "/settings/groups/{group}/",
    "/settings/groups/{group}/delete/",
    "/settings/sharing/",
    "/settings/sharing/rules/new/",
    "/settings/sharing/rules/{rule}/",
    "/settings/why/",
    "/settings/why/?user={user}&record={record}",
    "/settings/why/?user={user}&record=tidak-ada",
]

POSTS = [
    *(f"/settings/users/{{user}}/{verb}/" for verb in
      ("reactivate", "unlock", "sign-out", "link", "factors", "preview")),
    "/settings/profiles/{profile}/copy/",
    "/settings/sharing/rules/{rule}/delete/",
]  # fmt: skip


@pytest.mark.parametrize("language", ["id", "en"])
def test_every_page_opens_for_an_admin(company: dict[str, int], language: str) -> None:
    admin = make_user("kepala", type="admin", language=language)
    client = signed_in(admin)
    for path in PAGES:
        answer = client.get(path.format(**company))
        assert answer.status_code == 200, path
        text = answer.content.decode()
        assert f'lang="{language}"' in text
        assert "Undefined" not in text


def test_for_everybody_else_settings_are_not_there(company: dict[str, int]) -> None:
    client = signed_in(User.objects.get(username="andi"))
    before = _state()
    for path in (*PAGES, *POSTS):
        for answer in (
            client.get(path.format(**company)),
            client.post(path.format(**company), {"heir": "1"}),
        ):
            assert answer.status_code == 404, path
    assert _state() == before


def _state() -> list[object]:
    return [
        list(User.objects.order_by("pk").values("pk", "status", "type", "role", "version")),
        list(Role._base_manager.order_by("pk").values("pk", "version", "trashed_at")),
    ]


def test_a_stranger_is_sent_to_sign_in(company: dict[str, int]) -> None:
    for path in PAGES:
        assert Client().get(path.format(**company)).status_code == 302, path


@pytest.mark.parametrize(
    ("path", "home"),
    [
        ("/users/", "/settings/users/"),
        ("/users/7/", "/settings/users/7/"),
        ("/roles/7/", "/settings/roles/7/"),
        ("/sharing-rules/", "/settings/sharing/"),
        ("/sharing-rules/7/", "/settings/sharing/rules/7/"),
        ("/company/", "/settings/company/"),
    ],
)
def test_the_engines_own_addresses_of_settings_lead_here(path: str, home: str) -> None:
    assert signed_in(make_admin()).get(path)["Location"] == home


@pytest.mark.parametrize("path", ["/users/new/", "/users/7/edit/", "/profiles/bulk/", "/users/7/do/x/"])
def test_settings_are_changed_on_their_own_pages_only(path: str) -> None:
    client = signed_in(make_admin())
    assert client.get(path).status_code == 404
    assert client.post(path).status_code == 404


def test_an_id_of_nothing_is_not_found(company: dict[str, int]) -> None:
    client = signed_in(User.objects.get(username="admin"))
    for path in PAGES:
        if "{" in path and "?" not in path:
            gone = path.replace("{profile}", "{gone}").format(**dict.fromkeys([*company, "gone"], 99999999))
            assert client.get(gone).status_code == 404, path
