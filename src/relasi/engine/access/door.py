"""The read door: visible_to is the only way to records for a person; can and fields_for say the rest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import F, Q, QuerySet

from relasi.engine.access.acting import SYSTEM, current_acting
from relasi.engine.access.directory import Directory, directory
from relasi.engine.access.prepared import Given, IsOneOf, planned_once
from relasi.engine.access.rights import EVERYTHING, NOTHING, Rights, Scope, of_the_whole
from relasi.engine.declare.module import Module
from relasi.engine.declare.registry import registry


def rights_of(user: Any) -> Rights:
    """The rights that hold now. Asked once for each stretch of acting, so one page is of one mind."""
    memo = current_acting().memo
    key = ("rights", user.id)
    if key not in memo:
        memo[key] = rights_in(directory(), user)
    return memo[key]


def rights_in(snapshot: Directory, user: Any) -> Rights:
    if user.id not in snapshot.rights:
        snapshot.rights[user.id] = Rights(user.id, snapshot)
    return snapshot.rights[user.id]


def scope_of(user: Any, verb: str, module: Module) -> Scope:
    if user is SYSTEM:
        return EVERYTHING
    if user is None:
        return NOTHING
    return rights_of(user).scope(verb, module)


def co_owned(user: Any) -> frozenset[int]:
    """Ids of the records this person co-owns, of any module."""
    if user is None or user is SYSTEM:
        return frozenset()
    memo = current_acting().memo
    if ("co_owned", user.id) not in memo:
        with connection.cursor() as cursor:
            planned_once(cursor).execute(
                "SELECT record_id FROM records_co_owner WHERE user_id = %s", [user.id]
            )
            memo["co_owned", user.id] = frozenset(row[0] for row in cursor.fetchall())
    return memo["co_owned", user.id]


def visible_q(user: Any, module: Module, verb: str = "view", path: str = "") -> Q:
    """The condition a record must meet. path: prefix of a related record, such as "account__"."""
    if module.self_ruled and user is not SYSTEM and user is not None:
        return module.model.permitted_q(user, verb, path)  # type: ignore[attr-defined]
    scope = scope_of(user, verb, module)
    if module.whole is not None:
        path, verb = f"{path}{module.whole.name}__", of_the_whole(verb)
    if scope.nothing:
        return Q(pk__in=[])
    own = confidential_q(user, module, path)
    if scope.everyone:
        return own
    found = Q(**{f"{path}owner_id__in": sorted(scope.owners)})
    beside = co_owned(user) if verb != "delete" else frozenset()
    if beside:
        found |= Q(**{f"{path}pk__in": sorted(beside)})
    return own & found


def _home(module: Module) -> Module:
    """Where it is decided who sees a record: its own module, or that of the record it is a part of."""
    return module if module.whole is None else registry.of(module.whole.related_model)


def confidential_q(user: Any, module: Module, path: str = "") -> Q:
    """What a person may see of records that are for their owners alone: nothing but their own."""
    words = _home(module).confidential
    if words is None or user is SYSTEM or user is None:
        return Q()
    name, values = words
    mine = Q(**{f"{path}owner_id": user.id}) | Q(**{f"{path}pk__in": sorted(co_owned(user))})
    return ~Q(**{f"{path}{name}__in": list(values)}) | mine


def _is_confidential_to(user: Any, module: Module, record: Any) -> bool:
    words = _home(module).confidential
    if words is None:
        return False
    if module.whole is not None:
        record = getattr(record, module.whole.name)
    name, values = words
    return getattr(record, name) in values and record.owner_id != user.id and record.pk not in co_owned(user)


def visible_to(user: Any, model: Any, verb: str = "view", *, trashed: bool = False) -> QuerySet:
    """The records of a model this person may see (or edit, or delete). trashed: those in the bin instead."""
    module = registry.of(model)
    return _standing(module, trashed).filter(visible_q(user, module, verb))


def _standing(module: Module, trashed: bool) -> QuerySet:
    """All records, in the bin or not; a part whose whole is in the bin is nowhere."""
    rows = module.model._base_manager.all()
    if "trashed_at" in module.fields:
        rows = rows.filter(trashed_at__isnull=not trashed)
    elif trashed:
        rows = rows.none()
    if module.whole is not None:
        rows = rows.filter(**{f"{module.whole.name}__trashed_at": None})
    return rows


@dataclass(frozen=True)
class Sight:
    """What visible_to says, for a prepared query. shape: which conditions it has. values: those in them."""

    shape: str  # all, none, owned, or shared: owned and co-owned; with "-own" what is confidential only of one's own
    values: dict[str, Any]

    def rows(self, module: Module, *, trashed: bool = False) -> QuerySet:
        rows, path = _standing(module, trashed), f"{module.whole.name}__" if module.whole is not None else ""
        shape, _dash, own = self.shape.partition("-")
        beside = Q(IsOneOf(F(f"{path}pk"), Given("beside")))
        if own:
            rows = rows.filter(~_kept_to_others(module, path))
        if shape == "all":
            return rows
        owned = Q(IsOneOf(F(f"{path}owner_id"), Given("owners")))
        return rows.filter(owned | beside if shape == "shared" else owned)


def _kept_to_others(module: Module, path: str = "") -> Q:
    """What is confidential and neither owned by Given("me") nor among the co-owned Given("beside")."""
    name, values = _home(module).confidential or ("", ())
    mine = Q(IsOneOf(F(f"{path}owner_id"), Given("me"))) | Q(IsOneOf(F(f"{path}pk"), Given("beside")))
    return Q(**{f"{path}{name}__in": list(values)}) & ~mine


@dataclass(frozen=True)
class SightOfMany:
    """What a person sees of the records of several modules, for a prepared query over the index of records.

    scopes: (keys of modules, whether all of their records) of each scope. beside: whether there are co-owned ones.
    kept: modules with records for their owners alone. values: what the query is given.
    """

    scopes: tuple[tuple[tuple[str, ...], bool], ...]
    beside: bool
    kept: tuple[str, ...]
    values: dict[str, Any]

    @property
    def shape(self) -> Any:
        return self.scopes, self.beside, self.kept

    def q(self) -> Q:
        found = Q()
        for place, (keys, everyone) in enumerate(self.scopes):
            owned = Q() if everyone else Q(IsOneOf(F("owner_id"), Given(f"owners{place}")))
            found |= Q(module__in=keys) & owned
        if self.beside:
            every = [key for some, _everyone in self.scopes for key in some]
            found |= Q(IsOneOf(F("pk"), Given("beside"))) & Q(module__in=every)
        for key in self.kept:
            module = registry.module(key)
            closed = module.model._base_manager.filter(_kept_to_others(module)).values("pk")
            found &= ~Q(pk__in=closed)
        return found


def sight_of_many(user: Any, modules: list[Module]) -> SightOfMany | None:
    """None for somebody who sees nothing of any of them."""
    by_scope: dict[Scope, list[str]] = {}
    for module in modules:
        scope = scope_of(user, "view", module)
        if not scope.nothing:
            by_scope.setdefault(scope, []).append(module.key)
    if not by_scope:
        return None
    beside = sorted(co_owned(user))
    kept = () if user is SYSTEM else tuple(m.key for m in modules if m.confidential is not None)
    values: dict[str, Any] = {f"owners{place}": scope.array for place, scope in enumerate(by_scope)}
    values |= {"beside": beside, "me": [getattr(user, "id", None)]}
    scopes = tuple((tuple(keys), scope.everyone) for scope, keys in by_scope.items())
    return SightOfMany(scopes, bool(beside), kept, values)


def sight_of(user: Any, module: Module) -> Sight:
    scope = scope_of(user, "view", module)
    if scope.nothing:
        return Sight("none", {})
    own = "-own" if _home(module).confidential is not None and user is not SYSTEM and user is not None else ""
    if scope.everyone and not own:
        return Sight("all", {})
    beside = sorted(co_owned(user))
    values = {"owners": scope.array, "beside": beside, **({"me": [user.id]} if own else {})}
    return Sight(("all" if scope.everyone else "shared" if beside else "owned") + own, values)


def may(user: Any, verb: str, module: Module, record: Any = None) -> bool:
    """Whether the person may do the verb: in the module, and on this record when one is given."""
    if user is SYSTEM:
        return True
    if user is None:
        return False
    if verb == "create":
        return rights_of(user).allows("create", module)
    if module.self_ruled and record is not None:
        return rights_of(user).allows(verb, module) and record.permits(user, verb)
    scope = scope_of(user, verb, module)
    if record is None:
        return not scope.nothing
    if _is_confidential_to(user, module, record):
        return False
    if module.whole is not None and not scope.everyone:
        record, verb = getattr(record, module.whole.name), of_the_whole(verb)
    if scope.everyone or scope.holds(getattr(record, "owner_id", None)):
        return True
    return verb != "delete" and not scope.nothing and record.pk in co_owned(user)


def viewer(user: Any, module: Module) -> Callable[[Any], bool]:
    """Whether the person may see a record of the module, as a function for many records in a row."""
    is_plain = not module.self_ruled and module.whole is None and module.confidential is None
    if not is_plain or user is SYSTEM or user is None:
        return lambda record: may(user, "view", module, record)
    scope = scope_of(user, "view", module)
    if scope.everyone or scope.nothing:
        return lambda _record: scope.everyone
    owners, beside = scope.owners, co_owned(user)
    return lambda record: record.owner_id in owners or record.pk in beside


def can(user: Any, verb: str, subject: Any) -> bool:
    """subject: a record, or a model."""
    if isinstance(subject, type):
        return may(user, verb, registry.of(subject))
    return may(user, verb, registry.of(subject), subject)


def has_tool(user: Any, tool: str) -> bool:
    return user is SYSTEM or (user is not None and rights_of(user).has_tool(tool))


def assignable(user: Any) -> frozenset[int] | None:
    """The owners, of those that can own now, this person may give records to; None for all of them."""
    return None if user is SYSTEM or user is None else rights_of(user).assignable


def fields_for(user: Any, verb: str, module: Module) -> set[str]:
    """Names of the fields a person may see ("view") or write ("create", "edit")."""
    if user is SYSTEM:
        return {*module.fields, *module.computed}
    if user is None:
        return set()
    return rights_of(user).fields(verb, module)
