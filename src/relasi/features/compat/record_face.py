"""Record face: a module of ours as programs read it: its fields under their names, its records, queries over them."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import Any

from django.db import models
from django.db.models import F, Q

from relasi.engine.access.acting import acting_user
from relasi.engine.access.door import fields_for, may, visible_to
from relasi.engine.declare.module import Module
from relasi.engine.declare.registry import registry
from relasi.engine.fields.address import AddressField
from relasi.engine.fields.kind import kind_of
from relasi.engine.fields.loose_reference import LooseReferenceField
from relasi.engine.fields.owner import OwnerField
from relasi.engine.fields.reference import mark_sight
from relasi.engine.records.record import RecordIndex, title_of
from relasi.features.compat import faces, saving, trade
from relasi.features.compat.base_fields import base_fields, load_beside
from relasi.features.compat.faces import Table
from relasi.features.compat.field import Absent, Field, Plain, Title
from relasi.features.compat.ids import LARGEST, Id
from relasi.features.compat.references import OwnerRef, Ref
from relasi.features.compat.vtql import Condition, Query, Several
from relasi.features.compat.wrong import Wrong, denied, wrong_id

# What no program is told, or is told under names of its own.
NEVER = {"id", "version", "custom", "trashed_at", "trashed_by", "created_by", "created_at", "changed_at", "changed_by",
         "source", "owner", "number"}  # fmt: skip
UNTOLD = ("hidden", "structure", "codes", "references", "reference", "owner", "address")


class RecordFace:
    is_entity = True

    def __init__(self, table: Table, module: Module):
        self.table, self.module, self.key = table, module, module.key
        self.id, self.name = table.id, table.name
        self.label, self.singular = table.label, table.singular

    @property
    def user(self) -> Any:
        return acting_user()

    @cached_property
    def all_fields(self) -> dict[str, Field]:
        """Those programs have names for, then the rest of ours under our names."""
        known = [one for one in self.table.fields if not {*one.needs_of()} - self.module.fields.keys()]
        bound = [one.of(self.module) for one in (*base_fields(self), *known)]
        found = {one.name: one for one in bound}
        for one in self._rest(bound):
            found.setdefault(one.name, one)
        return found

    def _rest(self, bound: list[Field]) -> list[Field]:
        covered = {need for one in bound if not isinstance(one, Absent) for need in one.needs}
        parts = {(one.first, one.part) for one in bound if isinstance(one, Plain)}
        found: list[Field] = []
        for name, field in self.module.fields.items():
            if name in NEVER or getattr(field, "secret", False) or name in self.table.hidden:
                continue
            if isinstance(field, AddressField):
                rest = (part for part in kind_of(field).parts() if (name, part) not in parts)
                found += [Plain(f"{name}_{part}", f"{name}.{part}") for part in rest]
            elif name not in covered:
                found += self._own(name, field)
        for one in (rest := [one.of(self.module) for one in found]):
            one.mandatory = False  # what the module itself does not fill in is asked for when it is saved
        return rest

    def _own(self, ours: str, field: Any) -> list[Field]:
        """A field programs have no name for: under ours, and one an admin added under its number."""
        name = f"cf_{field.row_id}" if getattr(field, "is_custom", False) else ours
        if isinstance(field, OwnerField):
            return [OwnerRef(name, ours)]
        if isinstance(field, models.ForeignKey | LooseReferenceField):
            if faces.of_model(field.related_model):
                return [Ref(name, ours)]
            known = registry.knows(field.related_model._meta.label)
            closed = isinstance(field, LooseReferenceField) or not known
            return [] if closed or not registry.of(field.related_model).is_settings else [Title(name, ours)]
        return [] if kind_of(field).name in UNTOLD else [Plain(name, ours)]

    @property
    def fields(self) -> dict[str, Field]:
        return self.open_to("view")

    def open_to(self, verb: str) -> dict[str, Field]:
        """The fields the person may see or write."""
        names = fields_for(self.user, verb, self.module)
        return {name: one for name, one in self.all_fields.items() if one.opens(names)}

    def opens(self, verb: str) -> bool:
        return may(self.user, verb, self.module)

    def rows(self) -> models.QuerySet:
        return visible_to(self.user, self.module.model)

    def record(self, number: int) -> Any:
        """Raises Wrong: one answer for what is not there and what may not be seen."""
        found = self.rows().select_related("owner").filter(pk=number).first() if number <= LARGEST else None
        if found is None:
            raise wrong_id() if self.is_of_another(number) else denied("for id")
        return found

    def is_of_another(self, number: int) -> bool:
        """Whether the number is that of a record of another module, which the person sees."""
        row = RecordIndex.objects.filter(pk=number, trashed_at=None).values_list("module", flat=True).first()
        if row is None or row == self.key or not registry.knows(row):
            return False
        return visible_to(self.user, registry.module(row).model).filter(pk=number).exists()

    def one(self, number: int) -> dict[str, Any]:
        return self.whole(self.record(number))

    def whole(self, record: Any) -> dict[str, Any]:
        """A whole record with its label, and with its lines where it has some."""
        fields = self.fields
        self.load([record], fields)
        found = self.told(record, fields) | {"label": title_of(record)}
        if self.module.lines_module is not None:
            found |= trade.lines_told(self, record)
        return found

    def told(self, record: Any, fields: dict[str, Field]) -> dict[str, Any]:
        return {"id": str(Id(self.id, record.pk))} | {
            name: one.told(record) for name, one in fields.items() if name != "id"
        }

    def load(self, records: list[Any], fields: dict[str, Field]) -> None:
        """What the fields read beside the rows: tags and stars, and whether the person sees what a row refers to."""
        load_beside(records, fields)
        refs = [
            one
            for field in fields.values()
            for one in getattr(field, "parts", [field])
            if isinstance(one, Ref)
        ]
        wanted: dict[Any, dict[str, str]] = defaultdict(dict)
        for one in refs:
            wanted[one.target][one.path] = one.column.attname
        for target, columns in wanted.items():
            module = registry.of(target)
            if module.is_record or module.self_ruled:
                self._hide(records, target, columns)

    def _hide(self, records: list[Any], target: Any, columns: dict[str, str]) -> None:
        ids = {getattr(record, column) for record in records for column in columns.values()} - {None}
        seen = (
            set(visible_to(self.user, target).filter(pk__in=ids).values_list("pk", flat=True))
            if ids
            else set()
        )
        for record in records:
            for name, column in columns.items():
                mark_sight(record, name, getattr(record, column) in seen)

    # Queries.
    def select(self, query: Query) -> list[dict[str, Any]]:
        rows = self.matching(query.where)
        if query.count:
            return [{"count": str(rows.count())}]
        return self.page(rows, query)

    def matching(self, where: Condition | Several | None) -> models.QuerySet:
        return self.rows().filter(self.q(where)) if where is not None else self.rows()

    def page(self, rows: models.QuerySet, query: Query) -> list[dict[str, Any]]:
        fields = self.chosen(query.fields)
        rows = rows.order_by(*self.ordered(query.order))[query.offset : query.offset + query.limit]
        related = dict.fromkeys(name for one in fields.values() for name in one.related)
        whole = not query.fields
        if whole:
            related |= dict.fromkeys(n for n in self.module.title_fields if self.module.fields[n].is_relation)
        records = list(rows.select_related(*related) if related else rows)
        self.load(records, fields)
        found = [self.told(record, fields) for record in records]
        if whole:
            for record, one in zip(records, found, strict=True):
                one["label"] = title_of(record)
        return found

    def chosen(self, names: list[str]) -> dict[str, Field]:
        """Raises Wrong for a name that is no field the person sees."""
        seen = self.fields
        return {name: self._needed(name, seen) for name in names} if names else seen

    def _needed(self, name: str, seen: dict[str, Field]) -> Field:
        if name not in seen:
            raise Wrong("ACCESS_DENIED", f"Permission to access '{name[:60]}' attribute denied.")
        return seen[name]

    def q(self, where: Condition | Several) -> Q:
        if isinstance(where, Condition):
            return self._needed(where.field, self.fields).where(where.op, where.values)
        parts = [self.q(part) for part in where.parts]
        found = parts[0]
        for part in parts[1:]:
            found = (found | part) if where.any else (found & part)
        return found

    def ordered(self, order: list[tuple[str, bool]]) -> list[Any]:
        """Empty values come first, as in the original; what is equal stands by number."""
        keys: list[Any] = []
        for name, descending in order:
            column = self._needed(name, self.fields).order()
            if column is not None:
                keys.append(column.desc(nulls_last=True) if descending else column.asc(nulls_first=True))
        return [*keys, F("pk").asc()]

    # Writing.
    def create(self, element: dict[str, Any]) -> dict[str, Any]:
        return saving.create(self, element)

    def update(self, number: int, element: dict[str, Any], *, whole: bool) -> dict[str, Any]:
        return saving.update(self, self.record(number), element, whole=whole)

    def remove(self, number: int) -> None:
        saving.remove(self, self.record(number))
