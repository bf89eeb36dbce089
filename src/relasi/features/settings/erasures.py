"""Erased persons: the proofs that somebody's personal data was erased."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse

from relasi.engine.declare.registry import registry
from relasi.engine.fields.kind import kind_of
from relasi.engine.records.erasing import Erasure
from relasi.features.settings.frame import admin_only, settings_page

ON_A_PAGE = 50


@admin_only
def page(request: HttpRequest) -> HttpResponse:
    rows = Erasure.objects.select_related("by").order_by("-id")
    found = Paginator(rows, ON_A_PAGE).get_page(request.GET.get("page"))
    context = {"page": found, "rows": [(one, registry.module(one.module).name, _told(one)) for one in found]}
    return settings_page(request, "erasures.html", "erasures", context)


def _told(one: Erasure) -> str:
    """The labels of the fields that were emptied."""
    module = registry.module(one.module)
    shown = [name for name in one.fields if name in module.fields and name in module.form_fields]
    return ", ".join(str(kind_of(module.fields[name]).label) for name in shown)
