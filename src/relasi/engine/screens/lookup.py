"""Lookup: what a reference or owner input offers while a person types."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from relasi.engine.access.door import assignable, may, visible_to
from relasi.engine.access.owner import Owner
from relasi.engine.declare.registry import UnknownModule, registry
from relasi.engine.declare.remembered import remembered
from relasi.engine.fields.kind import kind_of
from relasi.engine.query.search import search
from relasi.engine.records.find import title_expression
from relasi.engine.records.record import title_of
from relasi.engine.screens.asking import signed_in, user_of
from relasi.engine.screens.pages import render_page
from relasi.engine.screens.shell import entries_of

MOST = 10
OWNERS = "access.owner"


@signed_in
def options(request: HttpRequest, key: str) -> HttpResponse:
    """The options of a listbox: (id, title, detail), best first."""
    text = request.GET.get("q", "").strip()
    user = user_of(request)
    create_url = None
    if key == OWNERS:
        found = _owners(user, text)
    else:
        try:
            module = registry.module(key)
        except UnknownModule:
            raise Http404 from None
        if module.hangs_on or not (may(user, "view", module) or module.key in offered_to_all()):
            raise Http404
        found = _records(user, module, text) if module.is_record else _rows(user, module, text)
        if module.is_record and may(user, "create", module):
            create_url = f"{entries_of(module)[0].url}quick/"
    context = {"options": found, "text": text, "create_url": create_url, "none": _("Nothing found")}
    return render_page(request, "screens/lookup.html", context)


def _owners(user: Any, text: str) -> list[tuple[int, str, str]]:
    rows = Owner.objects.filter(active=True)
    allowed = assignable(user)
    if allowed is not None:
        rows = rows.filter(pk__in=allowed)
    if text:
        rows = rows.filter(name__icontains=text)
    return [
        (o.pk, o.name, _("Group") if o.kind == "group" else "") for o in rows.order_by("kind", "name")[:MOST]
    ]


@remembered
def offered_to_all() -> frozenset[str]:
    """Keys of the settings that fields of records refer to: their names are no secret."""
    fields = [field for module in registry if not module.is_settings for field in module.fields.values()]
    kinds: list[Any] = [kind_of(field) for field in fields]
    targets = [kind.target for kind in kinds if hasattr(kind, "target")]
    found = [registry.of(target) for target in targets if registry.knows(target._meta.label)]
    return frozenset(module.key for module in found if module.is_settings)


def _rows(user: Any, module: Any, text: str) -> list[tuple[int, str, str]]:
    """Of settings and of parts, which have no search index."""
    open_to_all = module.is_settings and not module.self_ruled
    rows = module.model._base_manager.all() if open_to_all else visible_to(user, module.model)
    rows = rows.filter(trashed_at=None).annotate(_title=title_expression(module))
    if text:
        rows = rows.filter(_title__icontains=text)
    return [(row.pk, title_of(row), "") for row in rows.order_by("_title")[:MOST]]


def _records(user: Any, module: Any, text: str) -> list[tuple[int, str, str]]:
    if text:
        return [(hit.id, hit.title, hit.number) for hit in search(user, text, modules=[module], limit=MOST)]
    rows = visible_to(user, module.model).order_by("-changed_at", "-pk")[:MOST]
    return [(row.pk, title_of(row), row.number) for row in rows]
