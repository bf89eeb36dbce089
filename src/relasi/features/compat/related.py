"""Related: the operations on relations: which there are, what is related, joining two records and parting them."""

from __future__ import annotations

from typing import Any

from django.core.files.base import File
from django.db import transaction

from relasi.engine.access.door import visible_to
from relasi.engine.activity import attachment as files
from relasi.engine.declare.registry import registry
from relasi.engine.fields.kind import kind_of
from relasi.engine.records.write import create, trash
from relasi.features.compat import faces, relations
from relasi.features.compat.asked import Asked
from relasi.features.compat.field import Given
from relasi.features.compat.hanging_faces import DocumentsFace, HangingFace
from relasi.features.compat.ids import Id, needed_id
from relasi.features.compat.record_face import RecordFace
from relasi.features.compat.relations import ROLES, Relation, role_sides
from relasi.features.compat.saving import through, told_as
from relasi.features.compat.sent_file import waiting
from relasi.features.compat.vtql import Query, parse
from relasi.features.compat.wrong import Wrong, denied
from relasi.modules.sales.buying_role import usual_role


def relatedtypes(asked: Asked) -> Any:
    face = faces.named(asked.text("elementType"))
    found = relations.of_face(face) if isinstance(face, RecordFace) else []
    if not found:
        return {"types": [], "information": []}
    information = {one.label: {"name": one.face.name, "label": one.label, "isEntity": "1"} for one in found}
    return {"types": [one.face.name for one in found], "information": information}


def retrieve_related(asked: Asked) -> Any:
    face, record = _record(asked.text("id"))
    relation = relations.named(face, asked.text("relatedLabel"), asked.text("relatedType"))
    rows = relation.face.rows().filter(relation.q(record))
    return relation.face.page(rows, Query(relation.face.name))


def query_related(asked: Asked) -> Any:
    face, record = _record(asked.text("id"))
    query = parse(asked.text("query"))
    relation = relations.named(face, asked.text("relatedLabel"), query.module)
    if query.module != relation.face.name:
        raise relations.not_known()
    rows = relation.face.matching(query.where).filter(relation.q(record))
    if query.count:
        return [{"count": str(rows.count())}]
    return relation.face.page(rows, query)


def _record(text: str, name: str = "id") -> tuple[RecordFace, Any]:
    id = needed_id(text, name)
    face = faces.numbered(id.module)
    if not isinstance(face, RecordFace):
        raise denied(f"for {name}")
    return face, face.record(id.record)


def add_related(asked: Asked) -> Any:
    """All of them or none."""
    face, record = _record(asked.text("sourceRecordId"), "sourceRecordId")
    with transaction.atomic():
        for text in asked.listed("relatedRecordId"):
            _join(face, record, needed_id(text, "relatedRecordId"))
    return {"message": "successfull"}


def _join(face: RecordFace, record: Any, id: Id) -> None:
    other = faces.numbered(id.module)
    relation = relations.with_module(face, id.module)
    if isinstance(other, DocumentsFace):
        _hang(other, record, id.record)
        return
    if relation is None or isinstance(other, HangingFace) or not isinstance(other, RecordFace):
        raise Wrong("FAILED_TO_CREATE_RELATION", f"{other.name} cannot be related to {face.name}")
    related = other.record(id.record)
    if relation.roles:
        _give_role(face, record, related)
    elif relation.path:
        _set(other, related, relation.path, record.pk)
    else:
        _set(face, record, relation.forward, related.pk)


def _set(face: RecordFace, record: Any, path: str, id: int | None) -> None:
    with told_as(face, "FAILED_TO_CREATE_RELATION"):
        through(face.module, Given(record, {}, {path: id}))


def _hang(face: DocumentsFace, record: Any, number: int) -> None:
    """A file that waits becomes one of the record; one that hangs somewhere hangs here too."""
    sent = waiting(face.user, number)
    if sent is not None:
        face.hang(sent, record.pk)
        return
    found = face.record(number)
    if found.record_id == record.pk:
        return
    with told_as(face, "FAILED_TO_CREATE_RELATION"):
        try:
            content = files.open_file(found)
        except FileNotFoundError:
            raise denied("for relatedRecordId") from None
        with content:
            files.attach(record.pk, [File(content, name=found.name)])


def _give_role(face: RecordFace, record: Any, related: Any) -> None:
    """A deal without a contact gets this one; where it has another, this one gets a role beside it."""
    deal, contact = (record, related) if face.key == "sales.deal" else (related, record)
    model = registry.module(ROLES).model
    there = model._base_manager.filter(deal=deal.pk, contact=contact.pk, trashed_at=None)
    if deal.contact_id == contact.pk or there.exists():
        return
    if deal.contact_id is None:
        _set(faces.of_model(type(deal))[0], deal, "contact", contact.pk)
        return
    role = usual_role()
    with told_as(face, "FAILED_TO_CREATE_RELATION"):
        create(model, {"deal": deal.pk, "contact": contact.pk, "role": role.pk if role else None})


def delete_related(asked: Asked) -> Any:
    """Takes two records apart; neither is deleted, but a file that hung on the record goes to the recycle bin."""
    face, record = _record(asked.text("sourceRecordId"), "sourceRecordId")
    with transaction.atomic():
        for text in asked.listed("relatedRecordId"):
            id = needed_id(text, "relatedRecordId")
            other, related = _record(text, "relatedRecordId")
            relation = relations.with_module(face, id.module)
            if relation is None or not _part(face, record, other, related, relation):
                raise relations.not_known()
    return {"status": "successful"}


def _part(face: RecordFace, record: Any, other: RecordFace, related: Any, relation: Relation) -> bool:
    """False where nothing relates them."""
    if isinstance(other, HangingFace):
        if related.record_id != record.pk:
            return False
        other.remove(related.pk)
        return True
    found = False
    for side, row, path, id in (
        (other, related, relation.path, record.pk), (face, record, relation.forward, related.pk),
    ):  # fmt: skip
        if path and getattr(row, f"{path}_id") == id:
            if kind_of(side.module.fields[path]).required:
                raise Wrong("OPERATION_NOT_SUPPORTED", f"{side.name} cannot be without this reference")
            _set(side, row, path, None)
            found = True
    return _take_role(face, record, related) or found if relation.roles else found


def _take_role(face: RecordFace, record: Any, related: Any) -> bool:
    mine, theirs = role_sides(record)
    model = registry.module(ROLES).model
    rows = visible_to(face.user, model).filter(**{mine: record.pk, theirs: related.pk})
    ids = list(rows.values_list("pk", flat=True))
    if ids:
        with told_as(face, "ACCESS_DENIED"):
            trash(model, ids)
    return bool(ids)
