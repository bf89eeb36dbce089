"""Describe: which modules there are, and the fields of one with their types, as this person sees them."""

from __future__ import annotations

import json
from typing import Any

from relasi.features.compat import faces
from relasi.features.compat.wrong import denied


def listtypes(asked: Any) -> dict[str, Any]:
    """asked: names of types; only modules with a field of one of them are told. None for all."""
    wanted = _names(asked)
    found = [face for face in faces.visible() if wanted is None or _has_type(face, wanted)]
    if not found:
        return {"types": [], "information": []}
    information = {
        face.name: {"isEntity": face.is_entity, "label": face.label, "singular": face.singular}
        for face in found
    }
    return {"types": [face.name for face in found], "information": information}


def _names(asked: Any) -> set[str] | None:
    if isinstance(asked, str):
        try:
            asked = json.loads(asked) if asked.strip() else None
        except (ValueError, RecursionError):
            asked = [asked]
    if asked is None or asked == []:
        return None
    return {str(one) for one in asked} if isinstance(asked, list) else {str(asked)}


def _has_type(face: Any, wanted: set[str]) -> bool:
    return any(field.type_told()["name"] in wanted for field in face.fields.values())


def describe(name: str) -> dict[str, Any]:
    """Raises Wrong."""
    if not name:
        raise denied("for name : ")
    face = faces.named(name)
    seen = face.fields
    writable = _writable(face)
    labels = getattr(getattr(face, "table", None), "label_fields", "") or getattr(face, "label_fields", "")
    return {
        "label": face.label, "name": face.name, "createable": face.opens("create"), "updateable": face.opens("edit"),
        "deleteable": face.opens("delete"), "retrieveable": face.opens("view"),
        "fields": [told(field, name in writable) for name, field in seen.items()],
        "idPrefix": str(face.id), "isEntity": face.is_entity, "allowDuplicates": True, "labelFields": labels or "id",
    }  # fmt: skip


def _writable(face: Any) -> set[str]:
    if not hasattr(face, "open_to"):
        return {name for name, field in face.fields.items() if field.editable and face.opens("edit")}
    return {*face.open_to("create"), *face.open_to("edit")}


def told(field: Any, writable: bool) -> dict[str, Any]:
    return {
        "name": field.name, "label": field.label or field.name, "mandatory": field.mandatory,
        "type": field.type_told(), "isunique": False, "nullable": not field.mandatory,
        "editable": bool(field.editable and writable), "default": field.default,
    }  # fmt: skip
