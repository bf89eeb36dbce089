"""Around: what belongs to the records of one module: who refers to them, comments, files, mails and tags."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.text import capfirst

from relasi.engine.activity.attachment import Attachment
from relasi.engine.activity.comment import Comment
from relasi.engine.activity.file_name import clean_name, suffix_of
from relasi.engine.activity.sent_mail import SentMail
from relasi.engine.activity.tagging import Tagging
from relasi.engine.declare.module import Module
from relasi.engine.declare.registry import registry
from relasi.engine.screens.faces import file_size, moment
from relasi.features.company_archive.kept import archived_modules, rows_of
from relasi.features.company_archive.reading import Beside

# What a browser would run or draw as a page of its own; in the archive its name ends with .txt besides.
ACTIVE = frozenset("htm html xhtml xht shtml mht mhtml svg svgz xml xsl xslt pdfxml swf".split())
STAMPS = {"created_by", "changed_by", "trashed_by"}


def file_place(attachment: Any) -> str:
    """Where its bytes stand in the archive: a name that leads nowhere else, whatever the file was called."""
    name = clean_name(attachment.name)
    if suffix_of(name) in ACTIVE:
        name += ".txt"
    return f"files/{attachment.pk}-{name}"


class Around:
    """Asked with the ids of the records in rising order. relations: (key of the module, label of the field)."""

    def __init__(self, module: Module, user: Any, places: dict[str, int]):
        self.relations: list[tuple[int, str]] = []
        self._referring: list[Beside] = []
        for other in archived_modules():
            if other.key in places and not other.is_line:
                for field in other.fields.values():
                    if self._leads_here(field, module):
                        self._referring.append(
                            Beside(rows_of(other, user), field.attname, "pk", values=("pk",))
                        )
                        label = capfirst(str(field.verbose_name))
                        self.relations.append((places[other.key], label))
        self._hanging: list[tuple[str, Beside]] = []
        if module.is_record:
            for key, model in (("c", Comment), ("a", Attachment), ("m", SentMail), ("g", Tagging)):
                self._hanging.append((key, self._beside(model, module, user)))

    def _leads_here(self, field: Any, module: Module) -> bool:
        is_key = isinstance(field, models.ForeignKey) and field.related_model is module.model
        return is_key and field.name not in STAMPS and not getattr(field, "secret", False)

    def _beside(self, model: Any, module: Module, user: Any) -> Beside:
        related = ["tag"] if model is Tagging else ["created_by"]
        rows = rows_of(registry.of(model), user).filter(record__module=module.key)
        return Beside(rows.select_related(*related), "record_id", "created_at", "pk")

    def of(self, id: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        related = [
            [place, [pk for _key, pk in rows]]
            for place, beside in enumerate(self._referring)
            if (rows := beside.of(id))
        ]
        if related:
            found["r"] = related
        for key, beside in self._hanging:
            rows = beside.of(id)
            if rows:
                found[key] = [_FACES[key](row) for row in rows]
        return found


def _who(row: Any) -> str:
    return row.created_by.full_name if row.created_by is not None else "Relasi"


def _comment(row: Any) -> list[Any]:
    return [row.pk, row.reply_to_id or 0, _who(row), moment(row.created_at), row.text or ""]


def _file(row: Any) -> list[Any]:
    return [file_place(row), row.name, file_size(row.size), _who(row), moment(row.created_at)]


def _mail(row: Any) -> list[Any]:
    texts = [row.recipients, row.subject, row.text, row.file_name]
    return [*(text or "" for text in texts), _who(row), moment(row.created_at)]


_FACES = {"c": _comment, "a": _file, "m": _mail, "g": lambda row: str(row.tag)}
