"""Relations: what belongs to a record, under the labels programs know, and how two records come together or apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Q

from relasi.engine.access.door import visible_to
from relasi.engine.declare.registry import registry
from relasi.features.compat import faces
from relasi.features.compat.hanging_faces import HangingFace
from relasi.features.compat.record_face import RecordFace
from relasi.features.compat.references import Ref
from relasi.features.compat.wrong import Wrong

# What a list of related records is called, where that is not the name of the module.
LABELS = {"SalesOrder": "Sales Order", "PurchaseOrder": "Purchase Order", "Calendar": "Activities"}
ROLES = "sales.ContactRole"


@dataclass(frozen=True)
class Relation:
    """face: the module of the related records. path: their reference to the record, "" where they have none.

    forward: the reference of the record to them. roles: contacts and deals come together by contact roles too.
    """

    face: Any
    path: str = ""
    forward: str = ""
    roles: bool = False

    @property
    def label(self) -> str:
        return LABELS.get(self.face.name, self.face.name)

    def q(self, record: Any) -> Q:
        """The condition related records meet."""
        found = Q(pk__in=[])
        if self.path:
            found |= Q(**{f"{self.path}_id": record.pk})
        if self.forward:
            found |= Q(pk=getattr(record, f"{self.forward}_id"))
        if self.roles:
            found |= Q(pk__in=self._in_roles(record))
        return found

    def _in_roles(self, record: Any) -> models.QuerySet:
        mine, theirs = role_sides(record)
        model = registry.module(ROLES).model
        rows = visible_to(self.face.user, model).filter(**{mine: record.pk})
        return rows.values(theirs)


def role_sides(record: Any) -> tuple[str, str]:
    """The references of a contact role to this record and to what it is related to."""
    return ("deal", "contact") if record._meta.label == "sales.Deal" else ("contact", "deal")


def of_face(face: RecordFace) -> list[Relation]:
    """What may belong to records of the module, of what the person sees."""
    model, found = face.module.model, []
    for other in faces.visible():
        if isinstance(other, HangingFace):
            if face.module.is_record:
                found.append(Relation(other, "record"))
        elif isinstance(other, RecordFace):
            found += _between(face, other, model)
    return found


def _between(face: RecordFace, other: RecordFace, model: Any) -> list[Relation]:
    path = next((ref.path for ref in _refs(other) if ref.target is model), "")
    forward = ""
    if other is not face:
        forward = next((ref.path for ref in _refs(face) if ref.target is other.module.model), "")
    roles = {face.key, other.key} == {"sales.deal", "customers.contact"}
    return [Relation(other, path, forward, roles)] if path or forward or roles else []


def _refs(face: RecordFace) -> list[Ref]:
    return [
        one for field in face.fields.values() for one in getattr(field, "parts", [field])
        if isinstance(one, Ref) and isinstance(one.column, models.ForeignKey)
    ]  # fmt: skip


def named(face: Any, label: str, type: str = "") -> Relation:
    """The relation of this label, in any letter case; else of this module. Raises Wrong."""
    wanted = {word.strip().casefold() for word in (label, type) if word.strip()}
    for relation in of_face(face) if isinstance(face, RecordFace) else ():
        words = {relation.label.casefold(), relation.face.name.casefold(), relation.face.label.casefold()}
        if (label.strip().casefold() in words) if label.strip() else bool(words & wanted):
            return relation
    raise not_known()


def with_module(face: Any, other: int) -> Relation | None:
    """The relation to the module of this number, whatever label was sent."""
    found = of_face(face) if isinstance(face, RecordFace) else []
    return next((one for one in found if one.face.id == other), None)


def not_known() -> Wrong:
    return Wrong("UNKOWN_ENTITY", "Relation specified is incorrect")
