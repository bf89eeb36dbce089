"""References: values that are ids of other records, owners, people, and the one of several a record is about."""

from __future__ import annotations

from typing import Any

from django.db.models import F, Q
from django.utils import translation

from relasi.engine.access.acting import acting_user
from relasi.engine.access.door import visible_to
from relasi.engine.access.owner import Owner
from relasi.engine.declare.module import Module
from relasi.engine.declare.registry import registry
from relasi.engine.fields.kind import kind_of
from relasi.engine.fields.reference import unseen
from relasi.features.compat import faces
from relasi.features.compat.comparing import LOOKUPS, NOTHING
from relasi.features.compat.field import Field, Given
from relasi.features.compat.ids import GROUPS, USERS, Id, read_id, user_id
from relasi.features.compat.values import plain
from relasi.features.compat.wrong import wrong_reference


def compare_ids(column: str, modules: set[int], op: str, values: tuple[str, ...]) -> Q:
    """A condition on a column of ids. modules: numbers an id may begin with."""
    none = Q(**{f"{column}__isnull": True})
    if op in ("null", "not null"):
        return none if op == "null" else ~none
    if op in ("!=", "not in", "not like"):
        bare = {"!=": "=", "not in": "in", "not like": "like"}[op]
        same = compare_ids(column, modules, bare, values)
        return ~same if "" in values else ~same | none
    found = [read_id(value) for value in values]
    numbers = [id.record for id in found if id is not None and id.module in modules]
    if op in LOOKUPS:
        return Q(**{f"{column}__{LOOKUPS[op]}": numbers[0]}) if numbers else NOTHING
    return Q(**{f"{column}__in": numbers}) | (none if "" in values else NOTHING)


class Ref(Field):
    """A reference to a record of another module that programs know."""

    type = "reference"

    def __init__(self, name: str, path: str, *, editable: bool = True):
        super().__init__(name)
        self.path, self.asked_editable = path, editable

    def needs_of(self) -> tuple[str, ...]:
        return (self.path,)

    def of(self, module: Module) -> Field:
        self.column = module.fields[self.path]
        kind = kind_of(self.column)
        self.needs = (self.path,)
        self.editable = self.asked_editable and kind.editable
        self.mandatory = kind.required and not self.column.has_default()
        with translation.override("en"):
            self.label = str(kind.label)
        return self

    @property
    def target(self) -> Any:
        return self.column.related_model

    @property
    def modules(self) -> list[faces.Face]:
        return faces.of_model(self.target)

    def told(self, record: Any) -> str:
        id = getattr(record, self.column.attname)
        if id is None or self.path in unseen(record):
            return ""
        found = self.modules
        return str(Id(found[0].id, id)) if found else ""

    def put(self, raw: Any, given: Given) -> None:
        given.values[self.path] = referred(
            self.name, plain(raw), {face.id: self.target for face in self.modules}
        )

    def where(self, op: str, values: tuple[str, ...]) -> Q:
        return compare_ids(self.path, {face.id for face in self.modules}, op, values)

    def order(self) -> Any:
        return F(self.path)

    def type_told(self) -> dict[str, Any]:
        return {"name": "reference", "refersTo": [face.name for face in self.modules]}


def referred(name: str, text: str, models: dict[int, Any]) -> int | None:
    """The record an id names; None where it names none that this person sees. Raises Wrong for one of another module."""
    text = text.strip()
    if text in ("", "0"):
        return None
    if text.isascii() and text.isdigit() and len(models) == 1:
        text = f"{next(iter(models))}x{text}"
    id = read_id(text)
    if id is None or id.module not in models:
        raise wrong_reference(name)
    return id.record if sees(models[id.module], id.record) else None


def sees(model: Any, id: int) -> bool:
    module = registry.of(model)
    if module.is_settings:
        return model._base_manager.filter(pk=id, trashed_at=None).exists()
    return visible_to(acting_user(), model).filter(pk=id).exists()


class OwnerRef(Field):
    """Whose record it is: a user or a group."""

    type = "owner"
    mandatory = True

    def __init__(self, name: str = "assigned_user_id", path: str = "owner"):
        super().__init__(name)
        self.path, self.needs, self.label = path, (path,), "Assigned To"

    def told(self, record: Any) -> str:
        owner = getattr(record, self.path)
        if owner is None:
            return ""
        return user_id(owner.pk) if owner.kind == "user" else str(Id(GROUPS, owner.pk))

    def put(self, raw: Any, given: Given) -> None:
        text = plain(raw).strip()
        if not text:
            return
        id = read_id(text if "x" in text else f"{USERS}x{text}")
        kinds = {USERS: "user", GROUPS: "group"}
        if id is None or id.module not in kinds:
            raise wrong_reference(self.name)
        if not Owner.objects.filter(pk=id.record, kind=kinds[id.module], active=True).exists():
            raise wrong_reference(self.name)
        given.values[self.path] = id.record

    def where(self, op: str, values: tuple[str, ...]) -> Q:
        return compare_ids(f"{self.path}_id", {USERS, GROUPS}, op, values)

    def order(self) -> Any:
        return F(f"{self.path}__name")

    @property
    def related(self) -> tuple[str, ...]:
        return (self.path,)


class PersonRef(Field):
    """Who made or changed it."""

    type = "owner"
    editable = False

    def __init__(self, name: str, path: str, label: str = ""):
        super().__init__(name)
        self.path, self.needs, self.label = path, (path,), label

    def told(self, record: Any) -> str:
        id = getattr(record, f"{self.path}_id")
        return user_id(id) if id is not None else ""

    def where(self, op: str, values: tuple[str, ...]) -> Q:
        return compare_ids(f"{self.path}_id", {USERS}, op, values)

    def order(self) -> Any:
        return F(f"{self.path}_id")


class OneOf(Field):
    """What a record is about: the first of several references that is set. Writing one empties those before it."""

    type = "reference"

    def __init__(self, name: str, *paths: str, label: str = ""):
        super().__init__(name)
        self.paths, self.label = paths, label

    def needs_of(self) -> tuple[str, ...]:
        return self.paths

    def of(self, module: Module) -> Field:
        self.parts = [part for path in self.paths if isinstance(part := Ref(self.name, path).of(module), Ref)]
        self.needs = self.paths
        return self

    def told(self, record: Any) -> str:
        return next(filter(None, (part.told(record) for part in self.parts)), "")

    def put(self, raw: Any, given: Given) -> None:
        models = {face.id: part for part in self.parts for face in part.modules}
        text = plain(raw).strip()
        id = referred(self.name, text, {number: part.target for number, part in models.items()})
        chosen = read_id(text) if id is not None else None
        for part in self.parts:
            mine = chosen is not None and models.get(chosen.module) is part
            given.values[part.path] = id if mine else None
            if mine:
                return

    def where(self, op: str, values: tuple[str, ...]) -> Q:
        inner = [part.where(op, values) for part in self.parts]
        found = inner[0]
        for one in inner[1:]:
            found = found & one if op in ("null", "!=", "not in") or "" in values else found | one
        return found

    def type_told(self) -> dict[str, Any]:
        names = dict.fromkeys(face.name for part in self.parts for face in part.modules)
        return {"name": "reference", "refersTo": list(names)}
