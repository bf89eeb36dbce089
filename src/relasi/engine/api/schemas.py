"""Schemas: the parts of the description that no declaration changes: parameters, problems, what hangs on a record."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from relasi.engine.api.problem import MEDIA_TYPE, title_of

TEXT: dict[str, Any] = {"type": "string"}
TEXT_OR_NONE: dict[str, Any] = {"type": ["string", "null"]}
WHOLE: dict[str, Any] = {"type": "integer"}
WHOLE_OR_NONE: dict[str, Any] = {"type": ["integer", "null"]}
MOMENT: dict[str, Any] = {"type": "string", "format": "date-time"}


def array_of(schema: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": schema}


def object_of(required: bool = True, **properties: Any) -> dict[str, Any]:
    found: dict[str, Any] = {"type": "object", "properties": properties}
    return found | ({"required": list(properties)} if required else {})


def page_of(schema: dict[str, Any]) -> dict[str, Any]:
    """A page of a list: after is the cursor of the next one, null on the last."""
    found = object_of(False, data=array_of(schema), after=TEXT_OR_NONE, next=TEXT_OR_NONE, count=WHOLE)
    return found | {"required": ["data"]}


def json_body(schema: dict[str, Any]) -> dict[str, Any]:
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def answer(schema: dict[str, Any] | None) -> dict[str, Any]:
    if schema is None:
        return {"description": "–"}
    if schema.get("format") == "binary":
        return {"description": "–", "content": {"application/octet-stream": {"schema": schema}}}
    media = MEDIA_TYPE if schema == {"$ref": "#/components/schemas/Problem"} else "application/json"
    return {"description": "–", "content": {media: {"schema": schema}}}


def problems(statuses: tuple[int, ...]) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {str(status): answer(schema) | {"description": title_of(status)} for status in sorted(statuses)}


def _query(name: str, schema: dict[str, Any], about: Any) -> dict[str, Any]:
    return {"name": name, "in": "query", "schema": schema, "description": about}


def _header(name: str, about: Any) -> dict[str, Any]:
    return {"name": name, "in": "header", "schema": TEXT, "description": about}


_TRUE_OR_FALSE = {"type": "boolean"}

PARAMETERS: dict[str, Any] = {
    "filter": _query("filter", TEXT, _('A condition in JSON: {"all": [{"field": "amount", "op": "gte", "value": 1000000}]}')),
    "fields": _query("fields", TEXT, _("Names of fields with commas between, also through one reference: name,account.name")),
    "expand": _query("expand", TEXT, _("References to open in their place, with commas between")),
    "sort": _query("sort", TEXT, _("Up to three fields with commas between, - for descending: -amount,name")),
    "size": _query("size", {"type": "integer", "minimum": 1, "maximum": 200}, _("Records of one page")),
    "size_of_feed": _query("size", {"type": "integer", "minimum": 1, "maximum": 1000}, _("Changes of one page")),
    "after": _query("after", TEXT, _("The cursor of the page before")),
    "q": _query("q", TEXT, _("Words to search for")),
    "count": _query("count", _TRUE_OR_FALSE, _("Whether to count the records, up to 10,000")),
    "trashed": _query("trashed", _TRUE_OR_FALSE, _("Whether to look in the recycle bin too")),
    "confirm": _query("confirm", TEXT, _("Codes of warnings that have been seen, with commas between: double,clash")),
    "modules": _query("modules", TEXT, _("Slugs of modules with commas between; all of them without")),
    "from_now": _query("from_now", _TRUE_OR_FALSE, _("Only the place behind everything that happened so far")),
    "If-Match": _header("If-Match", _('The ETag that was seen: "3"')),
    "If-None-Match": _header("If-None-Match", _("The ETag that is known")),
    "Idempotency-Key": _header("Idempotency-Key", _("Up to 200 signs of your choice; sent again, nothing is done twice")),
}  # fmt: skip

_VALUES = {"type": "object"}
_ERROR = object_of(False, field=TEXT, code=TEXT, message=TEXT, confirm=TEXT, index=WHOLE, version=WHOLE)
_RESULT = object_of(
    False, index=WHOLE, op=TEXT, id=WHOLE_OR_NONE, version=WHOLE_OR_NONE, errors=array_of(_ERROR)
)

COMMON: dict[str, Any] = {
    "Problem": object_of(
        type=TEXT, title=TEXT, status=WHOLE, detail=TEXT, code=TEXT, request=TEXT, errors=array_of(_ERROR)
    ),
    "Change": object_of(module=TEXT, id=WHOLE, what=TEXT, fields=array_of(TEXT), at=MOMENT, change_set=WHOLE),
    "Undone": object_of(change_set=WHOLE_OR_NONE, undone=WHOLE, conflicts=array_of({"type": "object"})),
    "Happened": object_of(
        change_set=WHOLE,
        at=MOMENT,
        what=TEXT,
        by=TEXT,
        via=TEXT,
        reason=TEXT,
        fields=array_of({"type": "object"}),
    ),
    "Comment": object_of(
        id=WHOLE, version=WHOLE, text=TEXT_OR_NONE, reply_to=WHOLE_OR_NONE, at=MOMENT, by=TEXT
    ),
    "CommentValues": object_of(False, text=TEXT, reply_to=WHOLE_OR_NONE)
    | {"required": ["text"], "additionalProperties": False},
    "Tag": object_of(id=WHOLE, name=TEXT, visibility=TEXT, tone=TEXT_OR_NONE),
    "TagValues": object_of(name=TEXT) | {"additionalProperties": False},
    "File": object_of(id=WHOLE, name=TEXT, size=WHOLE, media_type=TEXT, at=MOMENT, address=TEXT),
    "BulkResult": object_of(change_set=WHOLE_OR_NONE, done=WHOLE, refused=WHOLE, results=array_of(_RESULT)),
    "Bulk": object_of(
        False,
        operations=array_of(
            object_of(
                False,
                op={"type": "string", "enum": ["create", "update", "delete", "restore"]},
                id=WHOLE,
                version=WHOLE,
                values=_VALUES,
            )
            | {"required": ["op"], "additionalProperties": False}
        )
        | {"minItems": 1, "maxItems": 1000},
        atomic=_TRUE_OR_FALSE,
        confirm=array_of(TEXT),
    )
    | {"required": ["operations"], "additionalProperties": False},
}
