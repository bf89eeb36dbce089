"""Hanging faces: comments and files, which hang on a record, as the modules programs know them: ModComments and Documents."""

from __future__ import annotations

import base64
from typing import Any

from django.db import models
from django.db.models import F, Q

from relasi.engine.access.acting import acting_user
from relasi.engine.activity import attachment as files
from relasi.engine.activity import comment as comments
from relasi.engine.activity.attachment import Attachment
from relasi.engine.activity.comment import Comment
from relasi.engine.declare.registry import registry
from relasi.features.compat import faces as known
from relasi.features.compat.base_fields import IdField
from relasi.features.compat.faces import Face, Table
from relasi.features.compat.field import Absent, Field, Given, Plain
from relasi.features.compat.ids import Id, read_id
from relasi.features.compat.record_face import RecordFace
from relasi.features.compat.references import PersonRef, Ref, compare_ids
from relasi.features.compat.saving import told_as
from relasi.features.compat.sent_file import SentFile, attachment_of, call, drop, hang, keep, waiting
from relasi.features.compat.values import moment, plain
from relasi.features.compat.wrong import denied, no_value, wrong_reference

TITLES = "_compat_title"


class AnyRecord(Field):
    """The record something hangs on, of any module."""

    type, label, mandatory = "reference", "Related To", True
    needs = ("record",)

    def told(self, record: Any) -> str:
        found = known.of_model(registry.module(record.record.module).model)
        return str(Id(found[0].id, record.record_id)) if found else ""

    def put(self, raw: Any, given: Given) -> None:
        given.values["record"] = hung_on(plain(raw), self.name)

    def where(self, op: str, values: tuple[str, ...]) -> Q:
        numbers = {face.id for face in known.every().values()}
        return compare_ids("record_id", numbers, op, values)

    def order(self) -> Any:
        return F("record_id")

    def type_told(self) -> dict[str, Any]:
        names = [
            face.name for face in known.visible() if isinstance(face, RecordFace) and face.module.is_record
        ]
        return {"name": "reference", "refersTo": names}

    @property
    def related(self) -> tuple[str, ...]:
        return ("record",)


def hung_on(text: str, name: str) -> int:
    """The record an id names, which the person sees. Raises Wrong."""
    id = read_id(text)
    if id is None:
        raise wrong_reference(name)
    face = known.numbered(id.module)
    if not isinstance(face, RecordFace) or not face.module.is_record:
        raise wrong_reference(name)
    return int(face.record(id.record).pk)


class HangingFace(RecordFace):
    """What programs see of rows that hang on records they see."""

    def columns(self) -> list[Field]:
        raise NotImplementedError

    def _fields(self) -> dict[str, Field]:
        base: list[Field] = [
            IdField(self), PersonRef("assigned_user_id", "created_by", "Assigned To"),
            Plain("createdtime", "created_at", editable=False), Plain("modifiedtime", "changed_at", editable=False),
            PersonRef("modifiedby", "changed_by", "Last Modified By"), Absent("source", "CRM"),
        ]  # fmt: skip
        return {one.name: one.of(self.module) for one in (*self.columns(), *base)}

    @property
    def all_fields(self) -> dict[str, Field]:  # type: ignore[override]
        if not hasattr(self, "_known"):
            self._known = self._fields()
        return self._known

    def rows(self) -> models.QuerySet:
        return super().rows().filter(record__trashed_at=None)

    def record(self, number: int) -> Any:
        found = self.rows().select_related("record").filter(pk=number).first()
        if found is None:
            raise denied("for id")
        return found


class CommentsFace(HangingFace):
    def columns(self) -> list[Field]:
        return [
            Plain("commentcontent", "text"), AnyRecord("related_to"), Ref("parent_comments", "reply_to"),
            PersonRef("creator", "created_by", "Creator"), PersonRef("userid", "created_by", "User"), Absent("customer"),
            Absent("reasontoedit"), Absent("is_private", "0", "boolean"), Absent("filename"),
        ]  # fmt: skip

    def create(self, element: dict[str, Any]) -> dict[str, Any]:
        for name in ("commentcontent", "related_to"):
            if not plain(element.get(name)).strip():
                raise no_value(name)
        record = hung_on(plain(element["related_to"]), "related_to")
        above = read_id(plain(element.get("parent_comments")))
        answered = self.record(above.record).pk if above is not None and above.module == self.id else None
        with told_as(self, "FAILED_TO_CREATE"):
            said = comments.say(record, plain(element["commentcontent"]), reply_to=answered)
        return self.whole(self.record(said.pk))

    def update(self, number: int, element: dict[str, Any], *, whole: bool) -> dict[str, Any]:
        found = self.record(number)
        text = plain(element.get("commentcontent")).strip()
        if whole and not text:
            raise no_value("commentcontent")
        if text and text != found.text:
            with told_as(self, "FAILED_TO_UPDATE"):
                comments.rewrite(found, text)
        return self.whole(self.record(number))

    def remove(self, number: int) -> None:
        with told_as(self, "ACCESS_DENIED"):
            comments.take_back(self.record(number))


class _Title(Plain):
    """What the program called the file, or its name."""

    def told(self, record: Any) -> str:
        return str(record.__dict__.get(TITLES) or record.name)


class _OwnId(Field):
    """By which the bytes are asked for."""

    editable = False

    def __init__(self, name: str, face: Any):
        super().__init__(name)
        self.face = face

    def told(self, record: Any) -> str:
        return str(Id(self.face.id, record.pk))


class DocumentsFace(HangingFace):
    def columns(self) -> list[Field]:
        return [
            _Title("notes_title", "name", mandatory=True), Plain("filename", "name", editable=False),
            Plain("filetype", "media_type", editable=False), Plain("filesize", "size", editable=False),
            Absent("filelocationtype", "I"), Absent("filestatus", "1", "boolean"), Absent("folderid", "22x1", "reference"),
            Absent("fileversion"), Absent("filedownloadcount"), Absent("notecontent", type="text"), Absent("note_no"),
            AnyRecord("related_to"), _OwnId("imageattachmentids", self),
        ]  # fmt: skip

    def load(self, records: list[Any], fields: dict[str, Field]) -> None:
        super().load(records, fields)
        rows = SentFile.objects.filter(attachment__in=[record.pk for record in records])
        titles = dict(rows.values_list("attachment_id", "title"))
        for record in records:
            record.__dict__[TITLES] = titles.get(record.pk, "")

    def record(self, number: int) -> Any:
        return super().record(attachment_of(number))

    def one(self, number: int) -> dict[str, Any]:
        sent = waiting(self.user, number)
        return self.whole(self.record(number)) if sent is None else self._waiting(sent)

    def _waiting(self, sent: SentFile) -> dict[str, Any]:
        id = str(Id(self.id, sent.pk))
        told = {
            "id": id, "notes_title": sent.title, "filename": sent.name, "filetype": sent.media_type,
            "filesize": str(sent.size), "imageattachmentids": id, "createdtime": moment(sent.at),
            "modifiedtime": moment(sent.at), "label": sent.title,
        }  # fmt: skip
        always = {name: one.always for name, one in self.fields.items() if isinstance(one, Absent)}
        return dict.fromkeys(self.fields, "") | always | told

    def create(self, element: dict[str, Any]) -> dict[str, Any]:
        """The file is a part of the request. A record it belongs to may be named at once, as related_to or parent_id."""
        upload = element.get(UPLOAD)
        title = plain(element.get("notes_title")).strip()
        if upload is None:
            raise no_value("filename")
        if not title:
            raise no_value("notes_title")
        about = plain(element.get("related_to") or element.get("parent_id")).strip()
        record = hung_on(about, "related_to") if about else None
        sent = keep(self.user, upload, title)
        return self.one(sent.pk) if record is None else self.hang(sent, record)

    def hang(self, sent: SentFile, record: int) -> dict[str, Any]:
        with told_as(self, "FAILED_TO_CREATE"):
            attachment = hang(sent, record)
        return self.whole(self.record(attachment.pk))

    def update(self, number: int, element: dict[str, Any], *, whole: bool) -> dict[str, Any]:
        """What a program calls it can change; the file itself stays what was sent."""
        title = plain(element.get("notes_title")).strip()
        if whole and not title:
            raise no_value("notes_title")
        found = None if waiting(self.user, number) is not None else self.record(number)
        if found is not None and not found.permits(self.user, "edit"):
            raise denied("for id")
        if title:
            call(self.user, number, found, title)
        return self.one(number)

    def remove(self, number: int) -> None:
        sent = waiting(self.user, number)
        if sent is not None:
            drop(sent)
            return
        with told_as(self, "ACCESS_DENIED"):
            files.remove(self.record(number))


UPLOAD = "\x00upload"  # where the file of a request stands in the element


def files_told(number: int) -> list[dict[str, Any]]:
    """The bytes of a file the person sees, as files_retrieve tells them. Raises Wrong."""
    face = documents()
    sent = waiting(acting_user(), number)
    if sent is not None:
        raise denied("for id: relate the file to a record first")
    found: Attachment = face.record(number)
    try:
        with files.open_file(found) as content:
            inside = base64.b64encode(content.read()).decode()
    except FileNotFoundError:
        raise denied("for id") from None
    return [{
        "fileid": str(found.pk), "filename": found.name, "filetype": found.media_type, "filesize": found.size,
        "filecontents": inside,
    }]  # fmt: skip


def documents() -> DocumentsFace:
    found = known.every()["Documents"]
    assert isinstance(found, DocumentsFace)
    return found


def faces() -> list[Face]:
    return [
        CommentsFace(
            Table(30, "ModComments", "", "Comments", "Comment", label_fields="commentcontent"), registry.of(Comment)
        ),
        DocumentsFace(
            Table(15, "Documents", "", "Documents", "Document", label_fields="notes_title"), registry.of(Attachment)
        ),
    ]  # fmt: skip
