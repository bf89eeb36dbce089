"""A small company for tests: Direktur > Manajer > Sales A and Sales B, an admin, and whoever else is needed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.access.profile import Profile
from relasi.engine.access.role import Role
from relasi.engine.access.structures import ALL, VERBS
from relasi.engine.records.write import create
from relasi.modules.sales.defaults import ensure_defaults
from relasi.users.user import User


@dataclass
class SmallCompany:
    """Users by attribute; more by `hire`. roles, profiles: by name."""

    admin: User
    director: User
    manager: User
    sales_a: User
    sales_b: User
    roles: dict[str, Role] = field(default_factory=dict)
    profiles: dict[str, Profile] = field(default_factory=dict)

    def hire(self, name: str, role: str, **values: Any) -> User:
        """Another user in one of the roles. values: of User, such as type or status."""
        return _hire(name, self.roles[role], **values)

    def open_role(self, name: str, *, under: str, profile: Profile) -> Role:
        with acting(SYSTEM, via="system"):
            values = {"name": name, "parent": self.roles[under].pk, "profiles": [profile.pk]}
            self.roles[name] = create(Role, values)
        return self.roles[name]

    def profile(self, name: str, **values: Any) -> Profile:
        """values: of Profile; everything is allowed unless they say otherwise."""
        with acting(SYSTEM, via="system"):
            self.profiles[name] = create(
                Profile, {"name": name, "modules": {ALL: list(VERBS)}, "tools": [], **values}
            )
        return self.profiles[name]


def _hire(name: str, role: Role, **values: Any) -> User:
    with acting(SYSTEM, via="system"):
        slug = name.lower().replace(" ", ".")
        usual = {"username": slug, "email": f"{slug}@example.co.id", "first_name": name, "status": "active"}
        return create(User, {**usual, "role": role.pk, **values}, authorised="a test needs them")


def found_company() -> SmallCompany:
    """Sales people may convert leads and restore; the manager may reopen deals and skip the MQL step too."""
    with acting(SYSTEM, via="system"):
        everything = {"modules": {ALL: list(VERBS)}}
        selling = create(
            Profile,
            {"name": "Jual", **everything, "tools": ["convert", "restore", "import", "export", "api"]},
        )
        leading = create(Profile, {"name": "Pimpin", **everything, "tools": [ALL]})
        top = Role._base_manager.filter(parent=None, trashed_at=None).first() or create(
            Role, {"name": "Direktur", "profiles": [leading.pk]}
        )
        manager = create(Role, {"name": "Manajer", "parent": top.pk, "profiles": [leading.pk]})
        sales_a = create(Role, {"name": "Sales A", "parent": manager.pk, "profiles": [selling.pk]})
        sales_b = create(Role, {"name": "Sales B", "parent": manager.pk, "profiles": [selling.pk]})
    ensure_defaults()
    roles = {"Direktur": top, "Manajer": manager, "Sales A": sales_a, "Sales B": sales_b}
    return SmallCompany(
        admin=_hire("Ayu Admin", top, type="admin"),
        director=_hire("Dewi Direktur", top),
        manager=_hire("Made Manajer", manager),
        sales_a=_hire("Andi", sales_a),
        sales_b=_hire("Bayu", sales_b),
        roles=roles,
        profiles={"Jual": selling, "Pimpin": leading},
    )
