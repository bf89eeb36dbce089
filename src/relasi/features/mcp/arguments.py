"""Arguments: what a tool is given, held against its schema: names and types, nothing unknown, nothing left out."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from relasi.engine.api.problem import Problem

TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,), "integer": (int,), "boolean": (bool,), "object": (dict,), "array": (list,),
}  # fmt: skip


def checked(schema: dict[str, Any], given: Any) -> dict[str, Any]:
    """Raises Problem naming the argument. The schema is one of ours: an object of plain types."""
    if not isinstance(given, dict):
        raise Problem(422, "INVALID_VALUE", _("The arguments must be a JSON object."))
    known = schema["properties"]
    for name in given.keys() - known.keys():
        raise Problem(422, "INVALID_VALUE", _("There is no such argument."), name)
    for name in schema.get("required", ()):
        if name not in given:
            raise Problem(422, "REQUIRED", _("Give this argument."), name)
    for name, value in given.items():
        _check(known[name], value, name)
    return given


def _check(schema: dict[str, Any], value: Any, name: str) -> None:
    kind = schema["type"]
    if not isinstance(value, TYPES[kind]) or (kind == "integer" and isinstance(value, bool)):
        raise Problem(422, "INVALID_VALUE", _("A value of this type does not belong here."), name)
    if "enum" in schema and value not in schema["enum"]:
        raise Problem(422, "INVALID_VALUE", _("Choose one of the values listed."), name)
    if kind == "integer" and not schema.get("minimum", 0) <= value <= schema.get("maximum", 2**63 - 1):
        raise Problem(422, "OUT_OF_RANGE", _("This number is too small or too large."), name)
    if kind == "string" and len(value) > schema.get("maxLength", 2000):
        raise Problem(422, "OUT_OF_RANGE", _("This text is too long."), name)
    if kind == "array":
        if len(value) > schema.get("maxItems", 200):
            raise Problem(422, "OUT_OF_RANGE", _("These are too many at once."), name)
        for one in value:
            _check(schema["items"], one, name)
