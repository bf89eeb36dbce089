"""The aviary: a company around the fake modules, with one person for every way of standing to a record."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import Any

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.access.group import Group
from relasi.engine.access.profile import Profile
from relasi.engine.records.change_set import close_change_set
from relasi.engine.records.write import create
from relasi.users.user import User
from tests.fakes.models import Cage, Feeding, Parrot
from tests.people import make_admin, make_group, make_profile, make_role, make_user

_number = count(1)


@dataclass
class Aviary:
    """manager stands above keeper and peer; vet is in another branch. shy may not see prices nor change e-mail.

    stranger has a role that allows nothing; suspended was a keeper. night: a group of keeper and vet.
    """

    admin: User
    manager: User
    keeper: User
    peer: User
    vet: User
    shy: User
    stranger: User
    suspended: User
    night: Group
    keepers: Profile

    @property
    def people(self) -> list[User]:
        return [self.manager, self.keeper, self.peer, self.vet, self.shy, self.stranger, self.suspended]


def build() -> Aviary:
    keepers = make_profile("Keepers", tools=["*"])
    shy = make_profile("Shy", tools=["api"], fields={"fakes.parrot": {"price": "hidden", "email": "read"}})
    nothing = make_profile("Nothing", modules={})
    head = make_role("Head keeper", profiles=[keepers])
    floor = make_role("Keeper", head, profiles=[keepers])
    quiet = make_role("Shy keeper", head, profiles=[shy])
    clinic = make_role("Clinic", profiles=[keepers])
    outside = make_role("Outside", profiles=[nothing])
    admin = make_admin("ayu")
    keeper, vet = make_user("komang", floor), make_user("vina", clinic)
    found = Aviary(
        admin, make_user("made", head), keeper, make_user("putu", floor), vet, make_user("malu", quiet),
        make_user("orang", outside), make_user("lepas", floor, status="suspended"),
        make_group("Night shift", keeper, vet), keepers,
    )  # fmt: skip
    close_change_set()
    return found


def parrot(user: Any = SYSTEM, **values: Any) -> Parrot:
    """A stored parrot, made by its first owner unless somebody else is named. Ends its change set."""
    return _made(Parrot, user, {"name": f"Kakatua {next(_number)}", **values})


def cage(user: Any = SYSTEM, **values: Any) -> Cage:
    return _made(Cage, user, {"name": f"Sangkar {next(_number)}", **values})


def feeding(user: Any, of: Parrot, **values: Any) -> Feeding:
    return _made(Feeding, user, {"name": f"Pakan {next(_number)}", "parrot": of.pk, **values})


def _made(model: Any, user: Any, values: dict[str, Any]) -> Any:
    if user is SYSTEM:
        values.setdefault("owner", User.objects.order_by("pk").values_list("pk", flat=True)[0])
    with acting(user):
        made = create(model, values)
    close_change_set()
    return made


def again(record: Any) -> Any:
    """The record as the database holds it now."""
    return type(record)._base_manager.get(pk=record.pk)
