"""Field paths: "amount", "account.name" (one step through a reference), "address.city" (a part of an address),
"account.address.city" (both), and "viewed_at" (when the person last opened the record).

The only place where a name that came from outside becomes a column: what is not declared, or may not be seen by the
person, does not exist.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from relasi.engine.access.door import fields_for, may, visible_q
from relasi.engine.access.rights import secret_fields
from relasi.engine.declare.module import Module
from relasi.engine.declare.registry import registry
from relasi.engine.fields.computed import kind_for_computed
from relasi.engine.fields.kind import Invalid, Kind, kind_of
from relasi.engine.query.beside import beside
from relasi.engine.query.viewed import NAME, ViewedKind


class UnknownField(Invalid):
    def __init__(self, path: str):
        super().__init__(_("There is no field “%(name)s” here.") % {"name": path}, "INVALID_VALUE")


@dataclass(frozen=True)
class Path:
    """text: as written. kind: of the value. orm: lookup path. through: the reference it goes through, if any.

    part: the key inside an address. expression: what stands for a computed value in SQL, None when it has none.
    beside: the value stands in no column of the record's table (query.beside).
    """

    text: str
    module: Module
    kind: Kind
    orm: str
    through: Any = None
    part: str = ""
    expression: Any = None
    computed: bool = False
    beside: bool = False

    @property
    def label(self) -> str:
        label = self.kind.label_now
        if self.through is not None:
            return f"{kind_of(self.through).label_now} › {label}"
        return label

    @property
    def sortable(self) -> bool:
        return self.expression is not None if self.computed else self.kind.sortable

    def value_of(self, record: Any) -> Any:
        if self.through is not None:
            record = getattr(record, self.through.name)
            if record is None:
                return None
        return self.kind.value_of(record)

    def guard(self, user: Any) -> Q:
        """Keeps a filter from telling anything about related records the person may not see."""
        if self.through is None:
            return Q()
        seen = _seen_through(self.through, user)
        return seen | Q(**{f"{self.through.name}__isnull": True}) if seen else seen

    def told(self, record: Any, user: Any) -> bool:
        """The same as `guard`, of one record in memory."""
        if self.through is None:
            return True
        other = registry.of(self.through.related_model)
        referred = getattr(record, self.through.name)
        return referred is None or not _is_closed(other) or may(user, "view", other, referred)

    def sort_guard(self, user: Any) -> Q:
        """Keeps the order of a list, and the cursors of its pages, from telling it either."""
        field = self.through or self.kind.field
        target = getattr(field, "related_model", None)
        return _seen_through(field, user) if target and registry.knows(target._meta.label) else Q()


def _seen_through(field: Any, user: Any) -> Q:
    """The condition that the record a reference leads to may be seen."""
    other = registry.of(field.related_model)
    return visible_q(user, other, path=f"{field.name}__") if _is_closed(other) else Q()


def _is_closed(module: Module) -> bool:
    """Whether its rows are shown to some and not to others; the names of settings are no secret."""
    return not module.is_settings or module.self_ruled


def resolve(module: Module, text: str, user: Any) -> Path:
    """Raises UnknownField for whatever is not a visible field of the module."""
    if text == NAME and module.is_record:
        return Path(text, module, ViewedKind(user), NAME)
    first, _dot, rest = text.partition(".")
    if text in beside(module) and text not in module.fields:
        return Path(text, module, beside(module)[text], "pk", beside=True)
    if first not in fields_for(user, "view", module):
        raise UnknownField(text)
    if first in module.computed and not rest:
        value = module.computed[first]
        kind = kind_for_computed(value)
        return Path(text, module, kind, f"computed_{first}", expression=value.sorts_by, computed=True)
    field = module.fields.get(first)
    if field is None:
        raise UnknownField(text)
    if not rest:
        return Path(text, module, kind_of(field), first)
    if isinstance(field, models.ForeignKey) and registry.knows(field.related_model._meta.label):
        return _through(module, field, rest, text, user)
    return Path(text, module, _part_of(field, rest, text), f"{first}__{rest}", part=rest)


def _part_of(field: Any, key: str, text: str) -> Kind:
    try:
        return kind_of(field).part(key)
    except LookupError:
        raise UnknownField(text) from None


def visible_paths(module: Module, names: Iterable[str], user: Any) -> list[str]:
    """Those of the names that are visible fields of the module, in their order."""
    return [name for name in names if _is_visible(module, name, user)]


def _is_visible(module: Module, name: str, user: Any) -> bool:
    try:
        resolve(module, name, user)
    except UnknownField:
        return False
    return True


def told_of(module: Module) -> set[str]:
    """What everybody may know of a row of settings that a record refers to: its title and what its list shows."""
    return {*module.title_fields, *module.columns} - secret_fields(module) if module.is_settings else set()


def _through(module: Module, field: Any, rest: str, text: str, user: Any) -> Path:
    other = registry.of(field.related_model)
    name, _dot, key = rest.partition(".")
    if name not in other.fields or name not in (told_of(other) | fields_for(user, "view", other)):
        raise UnknownField(text)
    there = other.fields[name]
    kind = _part_of(there, key, text) if key else kind_of(there)
    return Path(text, module, kind, "__".join([field.name, *rest.split(".")]), through=field, part=key)
