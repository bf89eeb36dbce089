"""Structures: the JSON values of groups and profiles as fields: members, verbs, field rights and tools."""

from __future__ import annotations

import json
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from relasi.engine.declare.registry import registry
from relasi.engine.fields.declared import DeclaredField
from relasi.engine.fields.kind import Invalid, Kind, shows_as
from relasi.engine.fields.reader import Reader, said

MEMBER_KINDS = {
    "user": _("User"),
    "role": _("Role"),
    "role_tree": _("Role and subordinates"),
    "group": _("Group"),
}

VERBS = ("view", "create", "edit", "delete")
VERB_LABELS = {"view": _("View"), "create": _("Create"), "edit": _("Edit"), "delete": _("Delete")}
ALL = "*"

# Rights that belong to no single verb. The names are stored.
TOOLS = {
    "import": _("Import"),
    "export": _("Export"),
    "merge": _("Merge"),
    "mass_edit": _("Edit many at once"),
    "convert": _("Convert leads"),
    "restore": _("Restore deleted records"),
    "reopen": _("Reopen closed records"),
    "skip_mql": _("Skip the MQL step"),
    "publish_views": _("Publish list views"),
    "shared_tags": _("Create and change shared tags"),
    "api": _("Use the API"),
}

# What a profile may say of a field; what it does not name can be written.
FIELD_RIGHTS = {"hidden": _("Hidden"), "read": _("Read only")}


class Structure(DeclaredField, models.JSONField):
    """Never NULL: nothing chosen is an empty list or an empty mapping."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("null", False)
        super().__init__(*args, **kwargs)

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        return models.JSONField.get_db_prep_save(self, value, connection)


class MembersField(Structure):
    """A list of {"kind": one of MEMBER_KINDS, "id": of that user, role or group}."""


class VerbsField(Structure):
    """{"customers.contact": ["view", "edit"]}, "*" for every module not named."""


class FieldRightsField(Structure):
    """{"customers.contact": {"email": "hidden" | "read"}}."""


class ToolsField(Structure):
    """A list of names of TOOLS, or ["*"]."""


class StructureKind(Kind):
    name = "structure"
    input = "structure"
    operators = ()
    sortable = False
    width = "16rem"
    empty: Any = {}

    def parse(self, raw: Any, reader: Reader | None = None) -> Any:
        if isinstance(raw, str) and raw.strip():
            try:
                raw = json.loads(raw)
            except ValueError:
                raise Invalid(self.unfit) from None
        if raw in (None, "", [], {}):
            return type(self.empty)()
        if not isinstance(raw, type(self.empty)):
            raise Invalid(self.unfit)
        return self.read(raw)

    unfit = _("This list of rights cannot be read.")

    def read(self, raw: Any) -> Any:
        return raw

    def typed(self, value: Any, reader: Reader | None = None) -> str:
        return json.dumps(value)

    def schema(self) -> dict[str, Any]:
        return {"type": "array" if isinstance(self.empty, list) else "object"}

    def search_sql(self) -> str:
        return "NULL::text"


@shows_as(MembersField)
class MembersKind(StructureKind):
    name = "members"
    empty: Any = []
    unfit = _("This list of members cannot be read.")

    def read(self, raw: list[Any]) -> list[dict[str, Any]]:
        found = []
        for entry in raw:
            kind, id = (entry.get("kind"), entry.get("id")) if isinstance(entry, dict) else (None, None)
            if kind not in MEMBER_KINDS or not isinstance(id, int) or isinstance(id, bool):
                raise Invalid(self.unfit)
            if {"kind": kind, "id": id} not in found:
                found.append({"kind": kind, "id": id})
        return found

    def show(self, value: Any, reader: Reader | None = None) -> str:
        return ", ".join(said_of(member["kind"], member["id"], reader) for member in value or ())


@shows_as(VerbsField)
class VerbsKind(StructureKind):
    name = "verbs"

    def read(self, raw: dict[str, Any]) -> dict[str, list[str]]:
        found = {}
        for module, verbs in raw.items():
            if not isinstance(verbs, list) or not set(verbs) <= set(VERBS):
                raise Invalid(self.unfit)
            chosen = {*verbs, "view"} if verbs else set()
            found[module.lower()] = [verb for verb in VERBS if verb in chosen]
        return found

    def show(self, value: Any, reader: Reader | None = None) -> str:
        return "; ".join(
            f"{module_name(module, reader)}: {', '.join(said(VERB_LABELS[v], reader) for v in verbs) or '–'}"
            for module, verbs in sorted((value or {}).items())
        )


@shows_as(FieldRightsField)
class FieldRightsKind(StructureKind):
    name = "field_rights"

    def read(self, raw: dict[str, Any]) -> dict[str, dict[str, str]]:
        found = {}
        for module, rights in raw.items():
            if not isinstance(rights, dict) or not set(rights.values()) <= {*FIELD_RIGHTS, "write"}:
                raise Invalid(self.unfit)
            kept = {field: right for field, right in sorted(rights.items()) if right != "write"}
            if kept:
                found[module.lower()] = kept
        return found

    def show(self, value: Any, reader: Reader | None = None) -> str:
        parts = []
        for module, rights in sorted((value or {}).items()):
            fields = ", ".join(
                f"{field} {said(FIELD_RIGHTS[right], reader)}" for field, right in rights.items()
            )
            parts.append(f"{module_name(module, reader)}: {fields}")
        return "; ".join(parts)


@shows_as(ToolsField)
class ToolsKind(StructureKind):
    name = "tools"
    empty: Any = []

    def read(self, raw: list[Any]) -> list[str]:
        if ALL in raw:
            return [ALL]
        if not all(isinstance(tool, str) and tool in TOOLS for tool in raw):
            raise Invalid(self.unfit)
        return [tool for tool in TOOLS if tool in raw]

    def show(self, value: Any, reader: Reader | None = None) -> str:
        if value == [ALL]:
            return said(_("All"), reader)
        return ", ".join(said(TOOLS[tool], reader) for tool in value or () if tool in TOOLS)


def name_of(kind: str, id: int) -> str:
    """The name of a user, role or group as it is now; empty for one that is gone."""
    # The directory stands on the models, and they on this file.
    from relasi.engine.access.directory import directory

    return directory().name_of(kind, id)


def said_of(kind: str, id: int, reader: Reader | None = None) -> str:
    """A member entry, or one end of a sharing rule, in words: "Role and subordinates: Sales"."""
    return f"{said(MEMBER_KINDS[kind], reader)}: {name_of(kind, id) or '#' + str(id)}"


def module_name(key: str, reader: Reader | None = None) -> str:
    """The plural of a module by its key, "*" included; the key itself for a module that is gone."""
    if key == ALL:
        return said(_("All other modules"), reader)
    return said(registry.module(key).plural, reader) if registry.knows(key) else key
