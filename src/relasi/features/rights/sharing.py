"""Sharing: what everybody sees of each module, and the rules that open more to some."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from relasi.engine.access.sharing_rule import Level, Mode, ModuleSharing, SharingRule
from relasi.engine.access.structures import module_name, said_of
from relasi.engine.declare.registry import registry
from relasi.engine.records.refusal import Refused
from relasi.engine.records.write import create, trash, update
from relasi.engine.screens.pages import render_page
from relasi.engine.screens.toasts import toast
from relasi.features.rights.admins import for_admins, member_choices, member_of, settings_shell, tell


@for_admins
def page(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        try:
            (_add_rule if "add" in request.POST else _save_modes)(request)
        except Refused as refused:
            tell(request, refused)
        return HttpResponseRedirect("/settings/sharing/")
    modes = dict(ModuleSharing._base_manager.filter(trashed_at=None).values_list("module", "mode"))
    rules = SharingRule._base_manager.filter(trashed_at=None).order_by("module", "pk")
    context = {
        "shell": settings_shell(request, (_("Sharing"), None)),
        "modules": [(m.key, m.plural, modes.get(m.key, Mode.PRIVATE)) for m in _shared()],
        "modes": [(mode.value, str(mode.label)) for mode in Mode],
        "levels": [(level.value, str(level.label)) for level in Level],
        "rules": [
            (
                rule,
                module_name(rule.module),
                said_of(rule.source_kind, rule.source_id),
                said_of(rule.target_kind, rule.target_id),
                Level(rule.level).label,
            )
            for rule in rules
        ],
        "choices": member_choices(),
    }
    return render_page(request, "features/rights/sharing.html", context)


def _shared() -> list[object]:
    """Modules whose records have an owner of their own."""
    return [module for module in registry.records if module.whole is None]


def _save_modes(request: HttpRequest) -> None:
    """One row for each module that is not as it was."""
    stored = {row.module: row for row in ModuleSharing._base_manager.filter(trashed_at=None)}
    for module in _shared():
        chosen = request.POST.get(f"mode-{module.key}", "")
        row = stored.get(module.key)
        if chosen not in {mode.value for mode in Mode} or chosen == (row.mode if row else Mode.PRIVATE):
            continue
        if row is None:
            create(ModuleSharing, {"module": module.key, "mode": chosen})
        else:
            update(row, {"mode": chosen})
    toast(request, _("Sharing saved. It holds from now on."))


def _add_rule(request: HttpRequest) -> None:
    source, target = member_of(request.POST.get("source", "")), member_of(request.POST.get("target", ""))
    if source is None or target is None:
        toast(request, _("Choose whose records, and with whom."), kind="bad")
        return
    create(
        SharingRule,
        {
            "module": request.POST.get("module", ""),
            "source_kind": source[0],
            "source_id": source[1],
            "target_kind": target[0],
            "target_id": target[1],
            "level": request.POST.get("level", Level.READ),
        },
    )
    toast(request, _("The rule holds from now on."))


@for_admins
def delete_rule(request: HttpRequest, id: int) -> HttpResponse:
    if request.method != "POST" or not SharingRule._base_manager.filter(pk=id, trashed_at=None).exists():
        raise Http404
    trash(SharingRule, [id])
    toast(request, _("The rule no longer holds."))
    return HttpResponseRedirect("/settings/sharing/")
