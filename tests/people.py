"""Makers of the people of a test: roles, users, groups, profiles, rules, and who is signed in."""

from __future__ import annotations

from itertools import count
from typing import Any

from django.test import Client

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.access.group import Group
from relasi.engine.access.profile import ALL, VERBS, Profile
from relasi.engine.access.role import Role
from relasi.engine.access.sharing_rule import ModuleSharing, SharingRule
from relasi.engine.records.write import create, update
from relasi.features.settings.defaults import ensure_defaults, top_role
from relasi.users.user import User

PASSWORD = "kopi-tubruk-2026"

_number = count(1)


def system_profile(key: str) -> Profile:
    ensure_defaults()
    return Profile._base_manager.get(system=key)


def make_profile(name: str = "", *, modules: dict[str, list[str]] | None = None, **values: Any) -> Profile:
    """modules defaults to everything in every module."""
    with acting(SYSTEM):
        name = name or f"Profil {next(_number)}"
        values.setdefault("modules", modules if modules is not None else {ALL: list(VERBS)})
        return create(Profile, {"name": name, **values})


def make_role(name: str = "", parent: Role | None = None, *, profiles: Any = None, **values: Any) -> Role:
    """Stands under the top of the tree unless a parent is given. profiles default to Penjualan."""
    chosen = profiles or [system_profile("sales")]
    with acting(SYSTEM):
        name = name or f"Peran {next(_number)}"
        parent = parent or top_role()
        return create(Role, {"name": name, "parent": parent.pk, "profiles": [p.pk for p in chosen], **values})


def make_user(username: str = "", role: Role | None = None, *, password: str = "", **values: Any) -> User:
    """An active standard user. Without a role given, one in the role at the top."""
    ensure_defaults()
    username = username or f"orang{next(_number)}"
    with acting(SYSTEM):
        user = create(
            User,
            {
                "username": username,
                "email": f"{username}@contoh.id",
                "first_name": username.capitalize(),
                "role": (role or top_role()).pk,
                **values,
            },
            authorised="test",
        )
    if password:
        user.set_password(password)
        user.save()
    return user


def make_admin(username: str = "admin", **values: Any) -> User:
    return make_user(username, type="admin", **values)


def make_group(name: str, *members: Any, **values: Any) -> Group:
    """members: users, roles, groups, or ("role_tree", role)."""
    with acting(SYSTEM):
        return create(Group, {"name": name, "members": [entry(m) for m in members], **values})


def entry(member: Any) -> dict[str, Any]:
    if isinstance(member, tuple):
        return {"kind": member[0], "id": member[1].pk}
    return {"kind": type(member).__name__.lower(), "id": member.pk}


def set_mode(module: str, mode: str) -> None:
    with acting(SYSTEM):
        row = ModuleSharing._base_manager.filter(module=module, trashed_at=None).first()
        if row is None:
            create(ModuleSharing, {"module": module, "mode": mode})
        else:
            update(row, {"mode": mode})


def make_rule(module: str, source: Any, target: Any, level: str = "read") -> SharingRule:
    """source, target: as members of groups."""
    one, other = entry(source), entry(target)
    values = {"source_kind": one["kind"], "source_id": one["id"]}
    values |= {"target_kind": other["kind"], "target_id": other["id"]}
    with acting(SYSTEM):
        return create(SharingRule, {"module": module, **values, "level": level})


def change(record: Any, **values: Any) -> Any:
    """Changes anything as Relasi itself."""
    with acting(SYSTEM):
        return update(type(record)._base_manager.get(pk=record.pk), values, authorised="test")


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client
