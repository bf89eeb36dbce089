"""Modules: which of them the company uses. One that is off is nowhere to be seen, for admins neither, and keeps its rows."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from relasi.engine.access.directory import directory
from relasi.engine.access.sharing_rule import ModuleSharing
from relasi.engine.declare.module import Module
from relasi.engine.declare.registry import registry
from relasi.engine.records.refusal import Refused
from relasi.engine.records.write import create, update
from relasi.features.settings.frame import admin_only, because, done, settings_page
from relasi.features.settings.profiles import area_name, governed_modules

HOME = "/settings/modules/"


@admin_only
def page(request: HttpRequest) -> HttpResponse:
    return _page(request)


def _page(request: HttpRequest, refused: Refused | None = None) -> HttpResponse:
    off = directory().off
    rows = [(area_name(module), module, module.key not in off) for module in governed_modules()]
    context: dict[str, Any] = {
        "rows": rows,
        "errors": [("", str(one.message)) for one in refused.refusals] if refused else [],
    }
    status = refused.status if refused else 200
    return settings_page(request, "modules.html", "modules", context, status=status)


@admin_only
@require_POST
def switch(request: HttpRequest, key: str, way: str) -> HttpResponse:
    """way: on or off."""
    module = _found(key)
    if way not in ("on", "off"):
        raise Http404
    row = ModuleSharing._base_manager.filter(module=module.key, trashed_at=None).first()
    because(_("Modules switched"))
    try:
        if row is None:
            create(ModuleSharing, {"module": module.key, "active": way == "on"})
        else:
            update(row, {"active": way == "on"})
    except Refused as refused:
        return _page(request, refused)
    on, off = _("%(module)s are on again."), _("%(module)s are off. Their records stay as they are.")
    done(request, (on if way == "on" else off) % {"module": module.plural})
    return HttpResponseRedirect(HOME)


def _found(key: str) -> Module:
    module = registry.module(key) if registry.knows(key) else None
    if module is None or module not in governed_modules():
        raise Http404
    return module
