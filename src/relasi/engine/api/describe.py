"""Describe: what there is: the modules, their fields, kinds and choices, and what this person may do with them."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.http import HttpResponse, JsonResponse

from relasi.engine.access.door import fields_for, has_tool, may
from relasi.engine.access.structures import TOOLS
from relasi.engine.api.around import related_of
from relasi.engine.api.caller import Caller
from relasi.engine.api.face import computed_of, expandable, kinds_of
from relasi.engine.api.given import parameters
from relasi.engine.declare.module import Module
from relasi.engine.fields.choice import WithOptions
from relasi.engine.fields.kind import Kind
from relasi.engine.fields.reader import said
from relasi.engine.screens.shell import Entry, all_entries

MOST_CHOICES = 200


def me(caller: Caller) -> HttpResponse:
    """Who asks, in which language and zone, with which tools and scopes."""
    parameters(caller.request)
    user, token = caller.user, caller.token
    body = {
        "id": user.id, "name": user.full_name, "username": user.username, "email": user.email, "type": user.type,
        "language": user.language, "zone": user.zone,
        "tools": [tool for tool in TOOLS if has_tool(user, tool)],
        "token": None if token is None else {
            "id": token.pk, "name": token.name, "scopes": token.scopes, "expires_at": token.expires_at,
        },
    }  # fmt: skip
    return JsonResponse(body)


def modules(caller: Caller) -> HttpResponse:
    """The modules this person sees and this token reads."""
    parameters(caller.request)
    return JsonResponse({"data": [brief(caller, entry) for entry in entries_for(caller)]})


def entries_for(caller: Caller) -> list[Entry]:
    return [one for one in all_entries() if may(caller.user, "view", one.module) and caller.reads(one.module)]


def brief(caller: Caller, entry: Entry) -> dict[str, Any]:
    module = entry.module
    return {
        "slug": entry.slug, "module": module.slug, "name": str(entry.name), "plural": str(entry.plural),
        "area": module.area, "number": module.number, "fixed": dict(entry.fixed), "verbs": verbs_of(caller, module),
        "address": f"/api/v1/{entry.slug}",
    }  # fmt: skip


def verbs_of(caller: Caller, module: Module) -> list[str]:
    """What this person may do in the module at all, by this token."""
    written = not module.is_settings and (caller.token is None or caller.token.allows(module.slug, "write"))
    verbs = [verb for verb in ("view", "create", "edit", "delete") if may(caller.user, verb, module)]
    return verbs if written else [verb for verb in verbs if verb == "view"]


def module(caller: Caller, entry: Entry) -> HttpResponse:
    """One module: its fields with kinds, choices and rights, its verbs, what belongs to its records."""
    caller.must_see(entry.module)
    parameters(caller.request)
    return JsonResponse(described(caller, entry))


def described(caller: Caller, entry: Entry) -> dict[str, Any]:
    user, one = caller.user, entry.module
    writing = {
        verb: fields_for(user, verb, one) if may(user, verb, one) else set() for verb in ("create", "edit")
    }
    kinds = {**kinds_of(one, user), **computed_of(one, user)}
    lines = one.lines_module
    return brief(caller, entry) | {
        "title": [name for name in one.title_fields if name in kinds],
        "fields": [field(one, name, kind, writing) for name, kind in kinds.items()],
        "expand": [*expandable(one, user), *(["lines"] if lines is not None else [])],
        "related": [slug for slug, (other, _by) in related_of(one).items() if may(user, "view", other)],
        "actions": [
            {"verb": action.verb, "label": str(action.label), "asks": list(action.ask)} for action in one.actions
        ],
        "lines": None if lines is None else [
            field(lines, name, kind, writing) for name, kind in kinds_of(lines, user).items()
        ],
    }  # fmt: skip


def field(module: Module, name: str, kind: Kind, writing: dict[str, set[str]]) -> dict[str, Any]:
    """choices: of a choice alone, in the reader's language. operators: of the condition language."""
    computed = name in module.computed
    editable = kind.editable and not module.is_settings
    mine = module if not module.is_line else None
    found: dict[str, Any] = {
        "name": name, "label": said(kind.label), "kind": kind.name, "required": kind.required,
        "computed": computed,
        "create": editable and (mine is None or name in writing["create"]),
        "edit": editable and (mine is None or name in writing["edit"]),
        "operators": list(kind.operators), "sortable": bool(kind.sortable), "schema": kind.schema(),
    }  # fmt: skip
    if isinstance(kind, WithOptions):
        found["choices"] = [
            {"key": option.key, "label": said(option.label), "active": option.active}
            for option in kind.options[:MOST_CHOICES]
        ]
    target = getattr(kind.field, "related_model", None)
    if isinstance(target, type) and issubclass(target, models.Model):
        found["refers_to"] = target._meta.label_lower
    return found
