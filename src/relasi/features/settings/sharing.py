"""Sharing: what everybody sees of each module, and the rules that open records of some to others."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from relasi.engine.access.directory import directory
from relasi.engine.access.sharing_rule import Level, Mode, ModuleSharing, SharingRule
from relasi.engine.access.structures import MEMBER_KINDS
from relasi.engine.access.why import rule_in_words
from relasi.engine.records.refusal import Refused
from relasi.engine.records.write import create, trash, update
from relasi.features.settings.editing import living
from relasi.features.settings.frame import admin_only, because, done, settings_page
from relasi.features.settings.profiles import area_name, governed_modules
from relasi.features.settings.roles import options as role_options
from relasi.users.user import Status


@admin_only
def page(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return _save_modes(request)
    modes = directory().modes
    rules = SharingRule._base_manager.filter(trashed_at=None).order_by("module", "id")
    context = {
        "modules": [
            (area_name(module), module, modes.get(module.key, Mode.PRIVATE.value))
            for module in governed_modules()
        ],
        "modes": [(mode.value, str(mode.label)) for mode in Mode],
        "rules": [(rule, rule_in_words(rule)) for rule in rules],
    }
    return settings_page(request, "sharing.html", "sharing", context)


def _save_modes(request: HttpRequest) -> HttpResponse:
    rows = {row.module: row for row in ModuleSharing._base_manager.filter(trashed_at=None)}
    with transaction.atomic():
        because(_("Defaults of modules changed"))
        for module in governed_modules():
            mode = request.POST.get(f"mode:{module.key}", "")
            if mode not in set(Mode):
                continue
            row = rows.get(module.key)
            if row is not None and row.mode != mode:
                update(row, {"mode": mode})
            elif row is None and mode != Mode.PRIVATE:
                create(ModuleSharing, {"module": module.key, "mode": mode})
    done(request, _("The defaults are saved."))
    return HttpResponseRedirect("/settings/sharing/")


def ends() -> list[tuple[Any, list[tuple[str, str]]]]:
    """Who can stand at either end of a rule, as groups of options "role:4711"."""
    names = directory()
    people = sorted(
        (one for one in names.people.values() if one.status not in (Status.REMOVED, Status.SUSPENDED)),
        key=lambda one: one.name.casefold(),
    )
    groups = sorted(names.groups.values(), key=lambda one: one.name.casefold())
    roles = role_options()
    return [
        (MEMBER_KINDS["role"], [(f"role:{id}", name) for id, name in roles]),
        (MEMBER_KINDS["role_tree"], [(f"role_tree:{id}", name) for id, name in roles]),
        (MEMBER_KINDS["group"], [(f"group:{one.pk}", one.name) for one in groups]),
        (MEMBER_KINDS["user"], [(f"user:{one.id}", one.name) for one in people]),
    ]


def _given(request: HttpRequest) -> dict[str, Any]:
    values: dict[str, Any] = {name: request.POST.get(name, "") for name in ("module", "level")}
    for end in ("source", "target"):
        kind, _colon, id = request.POST.get(end, "").partition(":")
        values[f"{end}_kind"], values[f"{end}_id"] = kind, id
    return values


@admin_only
def rule_page(request: HttpRequest, id: int | None = None) -> HttpResponse:
    """A new rule, or one that is there."""
    rule = living(SharingRule, id) if id is not None else None
    refused = None
    if request.method == "POST":
        try:
            if rule is None:
                create(SharingRule, _given(request))
            else:
                update(rule, _given(request))
        except Refused as error:
            refused = error
        else:
            done(request, _("The rule is saved."))
            return HttpResponseRedirect("/settings/sharing/")
    title = _("New rule") if rule is None else _("Sharing rule")
    context = {
        "title": title,
        "rule": rule,
        "values": _values(request, rule),
        "modules": [(module.key, str(module.plural)) for module in governed_modules()],
        "ends": ends(),
        "levels": [(level.value, str(level.label)) for level in Level],
        "errors": _errors(refused),
    }
    status = refused.status if refused else 200
    return settings_page(request, "sharing_rule.html", "sharing", context, (title, None), status=status)


def _values(request: HttpRequest, rule: SharingRule | None) -> dict[str, str]:
    if request.method == "POST":
        return {name: request.POST.get(name, "") for name in ("module", "source", "target", "level")}
    if rule is None:
        return {"module": request.GET.get("module", ""), "level": Level.READ.value}
    return {
        "module": rule.module,
        "level": rule.level,
        "source": f"{rule.source_kind}:{rule.source_id}",
        "target": f"{rule.target_kind}:{rule.target_id}",
    }


def _errors(refused: Refused | None) -> dict[str, str]:
    """By the names of the form: both halves of an end under one."""
    found = refused.by_field() if refused else {}
    return {name.removesuffix("_kind").removesuffix("_id"): text for name, text in found.items()}


@admin_only
@require_POST
def delete_rule(request: HttpRequest, id: int) -> HttpResponse:
    living(SharingRule, id)
    because(_("Sharing rule deleted"))
    trash(SharingRule, [id])
    done(request, _("The rule is deleted."))
    return HttpResponseRedirect("/settings/sharing/")
