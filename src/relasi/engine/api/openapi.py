"""OpenAPI: the description of the API, made from the declarations for the modules and fields the caller sees."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.utils.translation import gettext as _

from relasi.engine.access.door import fields_for, may
from relasi.engine.api.around import related_of
from relasi.engine.api.caller import VERSION, Caller
from relasi.engine.api.describe import entries_for, verbs_of
from relasi.engine.api.face import computed_of, expandable, kinds_of
from relasi.engine.api.given import LARGEST_ID, parameters
from relasi.engine.api.schemas import COMMON, PARAMETERS, answer, array_of, json_body, page_of, problems
from relasi.engine.declare.module import Module
from relasi.engine.fields.kind import Kind, kind_of
from relasi.engine.fields.reader import said
from relasi.engine.screens.shell import Entry

READING = (400, 401, 403, 404, 405, 410, 422, 429)
WRITING = (*READING, 409, 412, 413, 415, 428)


@dataclass
class Operation:
    """answers: status -> the schema of its body, None for none. given: names of PARAMETERS."""

    method: str
    path: str
    summary: str
    answers: dict[int, Any]
    given: tuple[str, ...] = ()
    body: Any = None
    inside: dict[str, Any] = field(default_factory=dict)  # the schemas of what stands in the brackets

    def drawn(self, tag: str) -> dict[str, Any]:
        found: dict[str, Any] = {
            "operationId": f"{self.method} {self.path}".replace("/", " ").strip().replace(" ", "_"),
            "tags": [tag],
            "summary": self.summary,
            "parameters": [
                *(_in_path(name, schema) for name, schema in self.inside.items()),
                *({"$ref": f"#/components/parameters/{name}"} for name in self.given),
            ],
            "responses": {str(status): answer(schema) for status, schema in self.answers.items()}
            | problems(READING if self.method == "get" else WRITING),
        }
        if self.body is not None:
            found["requestBody"] = self.body
        return found


def _in_path(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": schema}


ID = {"type": "integer", "minimum": 1, "maximum": LARGEST_ID}


_added: list[Callable[[], Iterator[Operation]]] = []


def describes(function: Callable[[], Iterator[Operation]]) -> Callable[[], Iterator[Operation]]:
    """Decorator: gives the operations of a feature, which belong to no one module."""
    _added.append(function)
    return function


def openapi(caller: Caller) -> HttpResponse:
    parameters(caller.request)
    return JsonResponse(document(caller))


def document(caller: Caller, entries: list[Entry] | None = None) -> dict[str, Any]:
    """entries: those it speaks of; all the caller sees unless said."""
    entries = entries_for(caller) if entries is None else entries
    schemas: dict[str, Any] = dict(COMMON)
    paths: dict[str, dict[str, Any]] = {}
    for operation in chain(general(), *(one() for one in _added)):
        paths.setdefault(operation.path, {})[operation.method] = operation.drawn(_("General"))
    for entry in entries:
        schemas[_named(entry)] = record_schema(caller, entry.module)
        schemas[f"{_named(entry)}Values"] = values_schema(caller, entry.module)
        for operation in operations(caller, entry):
            paths.setdefault(operation.path, {})[operation.method] = operation.drawn(str(entry.plural))
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Relasi", "version": VERSION,
            "description": _("Everything a person sees and may do, for programs."),
        },
        "servers": [{"url": "/api/v1"}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "parameters": PARAMETERS,
            "schemas": schemas,
        },
    }  # fmt: skip


def _named(entry: Entry) -> str:
    return "".join(part.capitalize() for part in entry.slug.split("-"))


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


def record_schema(caller: Caller, module: Module) -> dict[str, Any]:
    """What a record may hold: a list holds the fields asked for, and an opened reference the record itself."""
    kinds = {**kinds_of(module, caller.user), **computed_of(module, caller.user)}
    opened = expandable(module, caller.user)
    found = {name: described(kind, opens=name in opened) for name, kind in kinds.items()}
    found |= {"id": ID, "version": {"type": ["integer", "null"]}}
    if module.lines_module is not None:
        lines = kinds_of(module.lines_module, caller.user)
        found["lines"] = array_of(
            {"type": "object", "properties": {name: described(kind) for name, kind in lines.items()}}
        )
    return {"type": "object", "required": ["id", "version"], "properties": found}


def described(kind: Kind, *, opens: bool = False) -> dict[str, Any]:
    """The schema of a stored value. A choice that was taken out of its list may still be stored."""
    schema = {
        name: value for name, value in kind.schema().items() if name not in ("enum", "pattern", "maxLength")
    }
    if "items" in schema:
        schema["items"] = {"type": schema["items"]["type"]}
    if opens:
        return {"anyOf": [schema, {"type": "object"}], "title": said(kind.label)}
    return schema | {"title": said(kind.label)}


def values_schema(caller: Caller, module: Module) -> dict[str, Any]:
    """What may be written, as the caller's profile allows it."""
    user = caller.user
    writable = set().union(
        *(fields_for(user, verb, module) for verb in ("create", "edit") if may(user, verb, module))
    )
    kinds = kinds_of(module, user)
    found = {
        name: kind.schema() | {"title": said(kind.label)}
        for name, kind in kinds.items()
        if kind.editable and name in writable
    }
    if module.lines_module is not None:
        lines = {
            name: kind.schema() for name, kind in kinds_of(module.lines_module, user).items() if kind.editable
        }
        found["lines"] = array_of(
            {"type": "object", "properties": {"id": ID, **lines}, "additionalProperties": False}
        )
    return {"type": "object", "properties": found, "additionalProperties": False}


def general() -> Iterator[Operation]:
    """What belongs to no one module."""
    yield Operation("get", "/me", _("Who asks"), {200: {"type": "object"}})
    yield Operation("get", "/modules", _("The modules"), {200: page_of({"type": "object"})})
    module = {"module": {"type": "string"}}
    yield Operation(
        "get", "/modules/{module}", _("One module: fields, choices, rights"), {200: {"type": "object"}},
        inside=module,
    )  # fmt: skip
    yield Operation(
        "get", "/changes", _("Everything that changed, oldest first"),
        {200: page_of(_ref("Change")), 410: _ref("Problem")}, ("after", "size_of_feed", "modules", "from_now"),
    )  # fmt: skip
    yield Operation(
        "post", "/changes/{id}/undo", _("Take a change set back"), {200: _ref("Undone")},
        ("Idempotency-Key",), json_body({"type": "object", "additionalProperties": False}), {"id": ID},
    )  # fmt: skip
    yield Operation("get", "/usage", _("Calls by day and token"), {200: page_of({"type": "object"})})
    content = {"type": "string", "format": "binary"}
    yield Operation("get", "/files/{id}", _("Read a file"), {200: content}, inside={"id": ID})
    yield Operation("delete", "/files/{id}", _("Delete a file"), {204: None}, inside={"id": ID})


LIST = ("filter", "fields", "expand", "sort", "size", "after", "q", "count")


def operations(caller: Caller, entry: Entry) -> Iterator[Operation]:
    """Those this caller may use on the records of one entry."""
    here, name, verbs = f"/{entry.slug}", _named(entry), verbs_of(caller, entry.module)
    one = f"{here}/{{id}}"
    yield Operation("get", here, _("List"), {200: page_of(_ref(name))}, LIST)
    yield Operation(
        "get",
        one,
        _("Read"),
        {200: _ref(name), 304: None},
        ("expand", "trashed", "If-None-Match"),
        inside={"id": ID},
    )
    if "create" in verbs:
        yield Operation(
            "post", here, _("Create"), {201: _ref(name)}, ("confirm", "Idempotency-Key"),
            json_body(_ref(f"{name}Values")),
        )  # fmt: skip
    if "edit" in verbs:
        yield Operation(
            "patch", one, _("Change"), {200: _ref(name)}, ("confirm", "If-Match"),
            json_body(_ref(f"{name}Values")), {"id": ID},
        )  # fmt: skip
    if "delete" in verbs:
        yield Operation("delete", one, _("Delete"), {204: None}, ("confirm", "If-Match"), inside={"id": ID})
        yield Operation(
            "post", f"{one}/restore", _("Restore"), {200: _ref(name)}, ("Idempotency-Key",), inside={"id": ID}
        )
    if {"create", "edit", "delete"} & {*verbs}:
        yield Operation(
            "post", f"{here}/bulk", _("Many at once"), {200: _ref("BulkResult")}, ("Idempotency-Key",),
            json_body(_ref("Bulk")),
        )  # fmt: skip
    if "edit" in verbs:
        yield from _actions(entry, name)
    yield from _around(caller, entry, verbs)


def _actions(entry: Entry, name: str) -> Iterator[Operation]:
    """The verbs the module declares, each with what it asks for."""
    for action in entry.module.actions:
        stored = entry.module.fields
        asked = {
            n: kind_of(stored[n]).schema() if n in stored and not action.form else {} for n in action.ask
        }
        yield Operation(
            "post", f"/{entry.slug}/{{id}}/do/{action.verb}", str(action.label), {200: _ref(name)},
            ("confirm", "Idempotency-Key"),
            json_body({"type": "object", "properties": asked, "additionalProperties": False}), {"id": ID},
        )  # fmt: skip


def _around(caller: Caller, entry: Entry, verbs: list[str]) -> Iterator[Operation]:
    """What hangs on a record."""
    one = f"/{entry.slug}/{{id}}"
    inside = {"id": ID}
    paged = ("size", "after")
    yield Operation(
        "get", f"{one}/history", _("History"), {200: page_of(_ref("Happened"))}, paged, inside=inside
    )
    for slug, (other, _by) in related_of(entry.module).items():
        if may(caller.user, "view", other) and caller.reads(other):
            yield Operation(
                "get", f"{one}/related/{slug}", str(other.plural), {200: page_of({"type": "object"})}, LIST,
                inside=inside,
            )  # fmt: skip
    if not entry.module.is_record:
        return
    write = bool({"create", "edit", "delete"} & {*verbs})
    yield Operation(
        "get", f"{one}/comments", _("Comments"), {200: page_of(_ref("Comment"))}, paged, inside=inside
    )
    yield Operation("get", f"{one}/tags", _("Tags"), {200: page_of(_ref("Tag"))}, inside=inside)
    yield Operation("get", f"{one}/files", _("Files"), {200: page_of(_ref("File"))}, inside=inside)
    if write:
        yield from _hanging(one, inside)


def _hanging(one: str, inside: dict[str, Any]) -> Iterator[Operation]:
    key = ("Idempotency-Key",)
    yield Operation(
        "post", f"{one}/comments", _("Write a comment"), {201: _ref("Comment")}, key,
        json_body(_ref("CommentValues")), inside,
    )  # fmt: skip
    yield Operation(
        "delete", f"{one}/comments/{{comment}}", _("Delete a comment"), {204: None},
        inside={**inside, "comment": ID},
    )  # fmt: skip
    yield Operation(
        "post",
        f"{one}/tags",
        _("Add a tag"),
        {201: page_of(_ref("Tag"))},
        key,
        json_body(_ref("TagValues")),
        inside,
    )
    yield Operation(
        "delete", f"{one}/tags/{{tag}}", _("Remove the tag"), {204: None}, inside={**inside, "tag": ID}
    )
    files = {"type": "object", "required": ["files"], "properties": {
        "files": array_of({"type": "string", "format": "binary"})}}  # fmt: skip
    yield Operation(
        "post", f"{one}/files", _("Add files"), {201: page_of(_ref("File"))}, key,
        {"required": True, "content": {"multipart/form-data": {"schema": files}}}, inside,
    )  # fmt: skip
