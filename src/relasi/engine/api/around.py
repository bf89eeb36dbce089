"""Around: what hangs on one record: its history, what belongs to it, comments, tags and files."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import FileResponse, Http404, HttpResponse, JsonResponse
from django.utils.translation import gettext as _

from relasi.engine.access.door import fields_for, may
from relasi.engine.activity import attachment as files
from relasi.engine.activity import comment as comments
from relasi.engine.activity.attachment import Attachment
from relasi.engine.activity.comment import Comment
from relasi.engine.activity.file_name import disposition
from relasi.engine.activity.tag import Tag, find_or_make, tags_for
from relasi.engine.activity.tagging import put, tags_on, take_off
from relasi.engine.api.caller import Caller
from relasi.engine.api.given import (
    LARGEST_ID,
    MOST,
    body_of,
    only,
    parameters,
    sealed,
    size_of,
    unsealed,
    whole_number,
)
from relasi.engine.api.problem import Problem, not_there
from relasi.engine.api.records import page_of, record_of
from relasi.engine.declare.module import Module
from relasi.engine.declare.registry import registry
from relasi.engine.declare.words import Related
from relasi.engine.records.history import history_of
from relasi.engine.records.refusal import Refusal, Refused
from relasi.engine.screens.files import SANDBOX
from relasi.engine.screens.shell import Entry, entries_of


def history(caller: Caller, entry: Entry, id: int) -> HttpResponse:
    """What happened to the record, newest first, of the fields the caller sees."""
    record = record_of(caller, entry, id, trashed=None)
    asked = parameters(caller.request, "size", "after")
    size, cursor = size_of(asked["size"]), unsealed(asked["after"], "history", id)
    at, _dash, row = cursor.partition("|")
    found = history_of(
        record, caller.user, limit=size, before=(datetime.fromisoformat(at), int(row)) if cursor else None
    )
    last = found[-1].place if len(found) == size else None
    after = sealed(f"{last[0].isoformat()}|{last[1]}", "history", id) if last else None
    return JsonResponse({"data": [_happened(one) for one in found], "after": after})


def _happened(one: Any) -> dict[str, Any]:
    return {
        "change_set": one.change_set.pk,
        "at": one.at,
        "what": one.what,
        "by": one.change_set.who,
        "via": one.change_set.via,
        "reason": one.change_set.reason if one.change_set.via != "public" else "",
        "fields": [
            {"field": c.kind.key, "before": _shown(c.kind, c.before), "after": _shown(c.kind, c.after)}
            for c in one.fields
            if not c.kind.secret
        ],
    }


def _shown(kind: Any, value: Any) -> Any:
    """References stand there by title already."""
    return value if isinstance(value, str) else kind.to_json(value)


def related_of(module: Module) -> dict[str, tuple[Module, str]]:
    """What belongs to a record, by the slug of its module: the module and the field that points here."""
    found: dict[str, Any] = {}
    for part in module.page:
        if isinstance(part, Related) and registry.knows(part.module):
            other = registry.module(part.module)
            found.setdefault(other.slug, (other, part.by or module.model._meta.model_name))
    return found


def related(caller: Caller, entry: Entry, id: int, name: str) -> HttpResponse:
    """The records of another module that point here, as a list with all its parameters."""
    record = record_of(caller, entry, id)
    other, by = related_of(entry.module).get(name, (None, ""))
    if (
        other is None
        or not may(caller.user, "view", other)
        or by not in fields_for(caller.user, "view", other)
    ):
        raise not_there()
    caller.must_see(other)
    return JsonResponse(page_of(caller, entries_of(other)[0], fixed={f"{by}_id": record.pk}))


def _hung(caller: Caller, entry: Entry, id: int, *, write: bool = False) -> Any:
    if not entry.module.is_record:
        raise not_there()
    record = record_of(caller, entry, id)
    if write:
        caller.must_write(entry.module)
    return record


def list_comments(caller: Caller, entry: Entry, id: int) -> HttpResponse:
    _hung(caller, entry, id)
    asked = parameters(caller.request, "size", "after")
    size, after = size_of(asked["size"]), unsealed(asked["after"], "comments", id)
    rows = Comment._base_manager.filter(record=id, trashed_at=None).select_related("created_by")
    rows = rows.filter(pk__lt=int(after)) if after else rows
    found = list(rows.order_by("-id")[: size + 1])
    more = sealed(str(found[size - 1].pk), "comments", id) if len(found) > size else None
    return JsonResponse({"data": [_comment(one) for one in found[:size]], "after": more})


def _comment(one: Comment) -> dict[str, Any]:
    by = one.created_by
    return {
        "id": one.pk, "version": one.version, "text": one.text, "reply_to": one.reply_to_id, "at": one.created_at,
        "by": by.full_name if by is not None else "Relasi",
    }  # fmt: skip


def add_comment(caller: Caller, entry: Entry, id: int) -> HttpResponse:
    _hung(caller, entry, id, write=True)
    parameters(caller.request)
    given = only(body_of(caller.request), "text", "reply_to")
    text, reply_to = given.get("text", ""), given.get("reply_to")
    if not isinstance(text, str):
        raise Problem(422, "INVALID_VALUE", _("A value of this type does not belong here."), "text")
    said = comments.say(id, text, reply_to=None if reply_to is None else whole_number(reply_to, "reply_to"))
    return JsonResponse(_comment(said), status=201)


def remove_comment(caller: Caller, entry: Entry, id: int, comment_id: int) -> HttpResponse:
    """One's own alone."""
    _hung(caller, entry, id, write=True)
    rows = Comment._base_manager.filter(record=id, trashed_at=None, created_by=caller.user.id)
    found = rows.filter(pk=comment_id).first() if comment_id <= LARGEST_ID else None
    if found is None:
        raise not_there()
    comments.take_back(found)
    return HttpResponse(status=204)


def list_tags(caller: Caller, entry: Entry, id: int) -> HttpResponse:
    _hung(caller, entry, id)
    parameters(caller.request)
    return _tags(caller, id)


def _tags(caller: Caller, id: int, status: int = 200) -> HttpResponse:
    found = tags_on(caller.user, [id]).get(id, [])
    return JsonResponse({"data": [_tag(tag) for tag in found]}, status=status)


def _tag(tag: Tag) -> dict[str, Any]:
    return {"id": tag.pk, "name": tag.name, "visibility": tag.visibility, "tone": tag.tone}


def add_tag(caller: Caller, entry: Entry, id: int) -> HttpResponse:
    """By its name; one that is not there yet is made as a private tag."""
    _hung(caller, entry, id, write=True)
    parameters(caller.request)
    name = only(body_of(caller.request), "name").get("name", "")
    if not isinstance(name, str):
        raise Problem(422, "INVALID_VALUE", _("A value of this type does not belong here."), "name")
    written = put(find_or_make(name), [id])
    if written.refusals:
        raise Refused(written.refusals)
    return _tags(caller, id, 201)


def remove_tag(caller: Caller, entry: Entry, id: int, tag_id: int) -> HttpResponse:
    _hung(caller, entry, id, write=True)
    found = tags_for(caller.user).filter(pk=tag_id).first() if tag_id <= LARGEST_ID else None
    if found is None:
        raise not_there()
    written = take_off(found, [id])
    if written.refusals:
        raise Refused(written.refusals)
    return HttpResponse(status=204)


def list_files(caller: Caller, entry: Entry, id: int) -> HttpResponse:
    _hung(caller, entry, id)
    parameters(caller.request)
    rows = Attachment._base_manager.filter(record=id, trashed_at=None).order_by("-created_at", "-id")
    return JsonResponse({"data": [_file(one) for one in rows[:MOST]]})


def _file(one: Attachment) -> dict[str, Any]:
    return {
        "id": one.pk, "name": one.name, "size": one.size, "media_type": one.media_type, "at": one.created_at,
        "address": f"/api/v1/files/{one.pk}",
    }  # fmt: skip


def add_files(caller: Caller, entry: Entry, id: int) -> HttpResponse:
    """multipart/form-data with one or more parts named `files`."""
    record = _hung(caller, entry, id, write=True)
    parameters(caller.request)
    request = caller.request
    length = request.META.get("CONTENT_LENGTH") or "0"
    if length.isdigit() and int(length) > files.largest() * files.MOST_FILES:
        raise Problem(413, "OUT_OF_RANGE", _("That is too much at once."))
    if request.content_type != "multipart/form-data":
        raise Problem(415, "INVALID_VALUE", _("Send files as multipart/form-data."), "Content-Type")
    uploads = request.FILES.getlist("files")
    if not uploads:
        raise Refused([Refusal("files", "REQUIRED", _("Choose a file first."))])
    kept = files.attach(record.pk, uploads)
    return JsonResponse({"data": [_file(one) for one in kept]}, status=201)


def _visible_file(caller: Caller, id: int) -> Attachment:
    rows = Attachment._base_manager.select_related("record").filter(trashed_at=None)
    found = rows.filter(pk=id).first() if id <= LARGEST_ID else None
    if found is None or not found.permits(caller.user, "view"):
        raise not_there()
    caller.must_see(registry.module(found.record.module))
    return found


def download(caller: Caller, id: int) -> HttpResponse:
    found = _visible_file(caller, id)
    try:
        content = files.open_file(found)
    except FileNotFoundError:
        raise Http404 from None
    answer = FileResponse(content, content_type="application/octet-stream")
    answer["Content-Disposition"] = disposition(found.name)
    answer["Content-Length"] = str(found.size)
    answer["Content-Security-Policy"] = SANDBOX
    return answer  # type: ignore[return-value]


def remove_file(caller: Caller, id: int) -> HttpResponse:
    """Into the recycle bin."""
    found = _visible_file(caller, id)
    caller.must_write(registry.module(found.record.module))
    files.remove(found)
    return HttpResponse(status=204)
