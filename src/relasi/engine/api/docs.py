"""Docs: the description of the API as a page, where each request can be tried with one's own rights."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from relasi.engine.access.door import has_tool
from relasi.engine.api.caller import Caller
from relasi.engine.api.describe import entries_for
from relasi.engine.api.openapi import document
from relasi.engine.api.token import TOOL
from relasi.engine.screens.asking import signed_in, user_of
from relasi.engine.screens.pages import render_page
from relasi.engine.screens.shell import Shell

SHADES = {"get": "biru", "post": "hijau", "patch": "kuning", "delete": "merah"}


@dataclass
class Shown:
    """One operation. inside, query, headers: what may be given, as (name, type, about). example: a body to start from."""

    method: str
    path: str
    summary: str
    shade: str
    inside: list[str]
    query: list[tuple[str, str, Any]]
    headers: list[tuple[str, str, Any]]
    statuses: list[tuple[str, str]]
    example: str
    form: bool

    @property
    def key(self) -> str:
        return f"{self.method}{self.path}".replace("/", "-").replace("{", "").replace("}", "")


@signed_in
def page(request: HttpRequest) -> HttpResponse:
    """module: the slug of the module whose operations are shown; without one, what belongs to none."""
    user = user_of(request)
    caller = Caller(request, user)
    entries = entries_for(caller)
    chosen = next((one for one in entries if one.slug == request.GET.get("module")), None)
    described = document(caller, [chosen] if chosen is not None else [])
    start = f"/{chosen.slug}" if chosen is not None else ""
    context = {
        "shell": Shell(request, crumbs=[(_("API tokens"), "/preferences/tokens/"), (_("API"), None)]),
        "options": [("", _("General")), *((one.slug, str(one.plural)) for one in entries)],
        "chosen": chosen,
        "operations": [_shown(described, *one) for one in _chosen(described, start)],
        "fields": _fields(described, chosen) if chosen is not None else [],
        "may_use": has_tool(user, TOOL),
        "address": request.build_absolute_uri("/api/v1"),
    }
    return render_page(request, "screens/api_docs.html", context)


def _chosen(described: dict[str, Any], start: str) -> list[tuple[str, str, dict[str, Any]]]:
    general = ("/me", "/modules", "/changes", "/usage", "/files")
    return [
        (method, path, operation)
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
        if (path == start or path.startswith(f"{start}/") if start else path.startswith(general))
    ]


def _shown(described: dict[str, Any], method: str, path: str, operation: dict[str, Any]) -> Shown:
    known = described["components"]["parameters"]
    given = [
        known[one["$ref"].rpartition("/")[2]] if "$ref" in one else one for one in operation["parameters"]
    ]
    content = operation.get("requestBody", {}).get("content", {})
    schema = content.get("application/json", {}).get("schema")
    return Shown(
        method, path, operation["summary"], SHADES[method],
        [one["name"] for one in given if one["in"] == "path"],
        _told(given, "query"), _told(given, "header"),
        [(status, one["description"]) for status, one in sorted(operation["responses"].items())],
        json.dumps(_example(described, schema), indent=2, ensure_ascii=False, default=str) if schema is not None else "",
        "multipart/form-data" in content,
    )  # fmt: skip


def _told(given: list[dict[str, Any]], where: str) -> list[tuple[str, str, Any]]:
    return [
        (one["name"], type_of(one["schema"]), one.get("description", ""))
        for one in given
        if one["in"] == where
    ]


def type_of(schema: dict[str, Any]) -> str:
    """In the words of JSON: "string", "integer or null"."""
    if "anyOf" in schema:
        return type_of(schema["anyOf"][0])
    types = schema.get("type", "")
    words = f"{' | '.join(types) if isinstance(types, list) else types}"
    return f"{words} ({schema['format']})" if "format" in schema else words


def _example(described: dict[str, Any], schema: dict[str, Any]) -> Any:
    """A body with what must be given, or nothing yet."""
    if "$ref" in schema:
        schema = described["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    if schema.get("required") == ["operations"]:
        return {"operations": [{"op": "create", "values": {}}], "atomic": True}
    return dict.fromkeys(schema.get("required", []), "")


def _fields(described: dict[str, Any], entry: Any) -> list[tuple[str, Any, str, bool]]:
    """(name, label, type, whether it can be written) of each field."""
    name = "".join(part.capitalize() for part in entry.slug.split("-"))
    schemas = described["components"]["schemas"]
    writable = schemas[f"{name}Values"]["properties"]
    return [
        (field, schema.get("title", ""), type_of(schema), field in writable)
        for field, schema in schemas[name]["properties"].items()
    ]
