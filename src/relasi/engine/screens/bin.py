"""The recycle bin's page: what was deleted, by whom, how long it still waits; restoring it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from relasi.engine.declare.module import Module
from relasi.engine.declare.registry import registry
from relasi.engine.records.recycle_bin import bin_of, purge_at
from relasi.engine.records.refusal import Refused
from relasi.engine.records.write import restore
from relasi.engine.screens.asking import shell_for, signed_in, user_of
from relasi.engine.screens.pages import render_page
from relasi.engine.screens.shell import entries_of
from relasi.engine.screens.toasts import toast
from relasi.users.user import User

PAGE = 50


@dataclass
class Trashed:
    id: int
    module: Module
    title: str
    number: str
    url: str
    at: datetime
    by: str
    days_left: int


@signed_in
def page(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    rows = bin_of(user)
    if request.method == "POST":
        return _restore(request, rows)
    counts = dict(Counter(rows.values_list("module", flat=True)))
    chosen, words = request.GET.get("module", ""), request.GET.get("q", "").strip()
    if chosen in counts:
        rows = rows.filter(module=chosen)
    if words:
        rows = rows.filter(title__icontains=words)
    found = Paginator(rows.order_by("-trashed_at", "-pk"), PAGE).get_page(request.GET.get("page"))
    context = {
        "shell": shell_for(request, None, (_("Recycle bin"), None)),
        "tabs": [(key, registry.module(key).plural, count) for key, count in counts.items()],
        "total": sum(counts.values()),
        "chosen": chosen,
        "words": words,
        "page": found,
        "rows": _rows(list(found)),
    }
    return render_page(request, "screens/bin.html", context, part="bin")


def _rows(found: list[Any]) -> list[Trashed]:
    by: dict[int, int | None] = {}
    for key in {row.module for row in found}:
        ids = [row.pk for row in found if row.module == key]
        by.update(
            registry.module(key).model._base_manager.filter(pk__in=ids).values_list("pk", "trashed_by_id")
        )
    people = User.objects.in_bulk([id for id in by.values() if id])
    now = timezone.now()
    rows = []
    for row in found:
        module = registry.module(row.module)
        who = people.get(by.get(row.pk) or 0)
        left = max((purge_at(row.trashed_at) - now).days, 0)
        url = f"{entries_of(module)[0].url}{row.pk}/"
        name = who.full_name if who else "Relasi"
        rows.append(Trashed(row.pk, module, row.title, row.number, url, row.trashed_at, name, left))
    return rows


def _restore(request: HttpRequest, rows: Any) -> HttpResponse:
    ids = [int(id) for id in request.POST.getlist("id") if id.isdigit()]
    wanted: dict[str, list[int]] = {}
    for id, key in rows.filter(pk__in=ids).values_list("pk", "module"):
        wanted.setdefault(key, []).append(id)
    done = 0
    for key, some in wanted.items():
        try:
            written = restore(registry.module(key).model, some, partial=True)
        except Refused as refused:
            toast(request, " ".join(str(r.message) for r in refused.refusals), kind="bad")
            continue
        done += len(written.drafts)
        for refusal in written.refusals[:3]:
            toast(request, str(refusal.message), kind="bad")
    if done:
        toast(request, ngettext("%(n)s record is back.", "%(n)s records are back.", done) % {"n": done})
    return HttpResponseRedirect("/bin/")
