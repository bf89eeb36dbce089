"""Merge screen: up to ten records side by side; one stays, and of each field the value that is to stay is chosen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from relasi.engine.access.door import has_tool, visible_to
from relasi.engine.fields.kind import Kind, kind_of
from relasi.engine.records.merge import MOST, merge, mergeable_fields, what_moves
from relasi.engine.records.record import title_of
from relasi.engine.records.refusal import Refused
from relasi.engine.screens.asking import go_to, must, reader_of, shell_for, signed_in, user_of, wholes
from relasi.engine.screens.pages import render_page
from relasi.engine.screens.shell import Entry, entries_of
from relasi.engine.screens.toasts import offer_undo


@dataclass
class Choice:
    """One field: a value for each record, and whose stays. same: all agree, so there is nothing to choose."""

    kind: Kind
    cells: list[tuple[int, Any]]
    chosen: int
    same: bool

    @property
    def name(self) -> str:
        return self.kind.key


@signed_in
def page(request: HttpRequest, entry: Entry) -> HttpResponse:
    """?id=… for each record; a POST with survivor and take.<field> merges them."""
    must(request, "edit", entry)
    user, module = user_of(request), entry.module
    if not has_tool(user, "merge") or not module.is_record:
        raise Http404
    records = _records(request, entry)
    survivor, refused = _survivor(request, records), None
    choices = _choices(request, entry, records, survivor)
    if request.method == "POST":
        values = {choice.name: choice.chosen for choice in choices if not choice.same}
        others = [record.pk for record in records if record.pk != survivor.pk]
        try:
            saved, change_set = merge(module, survivor.pk, others, values)
        except Refused as error:
            refused = error
        else:
            told = _("%(n)s records are one now: %(name)s.") % {"n": len(records), "name": title_of(saved)}
            offer_undo(request, change_set, told)
            return go_to(request, f"{entry.url}{saved.pk}/")
    context = {
        "shell": shell_for(request, entry, (_("Merge"), None)),
        "entry": entry,
        "records": records,
        "survivor": survivor.pk,
        "choices": choices,
        "moves": _moves(entry, records, survivor.pk),
        "errors": [refusal.message for refusal in refused.refusals] if refused else [],
    }
    status = refused.status if refused else 200
    return render_page(request, "screens/merge.html", context, status=status)


def _records(request: HttpRequest, entry: Entry) -> list[Any]:
    """Those asked for, oldest first. 404 unless there are at least two the person may see."""
    data = request.POST if request.method == "POST" else request.GET
    ids = wholes(data.getlist("id"))[:MOST]
    related = [name for name, field in entry.module.fields.items() if field.editable and field.many_to_one]
    rows = visible_to(user_of(request), entry.module.model).select_related(*related)
    found = list(rows.filter(pk__in=ids, **dict(entry.fixed)).order_by("pk"))
    if len(found) < 2:
        raise Http404
    return found


def _survivor(request: HttpRequest, records: list[Any]) -> Any:
    """The one chosen; at first the one that was changed last."""
    asked = request.POST.get("survivor") or request.GET.get("survivor")
    return next((r for r in records if str(r.pk) == asked), max(records, key=lambda r: (r.changed_at, r.pk)))


def _choices(request: HttpRequest, entry: Entry, records: list[Any], survivor: Any) -> list[Choice]:
    module, reader = entry.module, reader_of(request)
    found = []
    for name in mergeable_fields(module, user_of(request)):
        field = module.fields[name]
        kind = kind_of(field)
        values = [(record.pk, getattr(record, field.attname)) for record in records]
        filled = [(id, value) for id, value in values if not kind.is_empty(value)]
        if not filled:
            continue
        asked = request.POST.get(f"take.{name}", "")
        usual = next((id for id, _value in filled if id == survivor.pk), filled[0][0])
        chosen = next((record.pk for record in records if str(record.pk) == asked), usual)
        cells = [
            (record.pk, kind.cell(value, record, reader))
            for record, (_id, value) in zip(records, values, strict=True)
        ]
        same = all(kind.same(value, values[0][1]) for _id, value in values)
        found.append(Choice(kind, cells, chosen, same))
    return found


def _moves(entry: Entry, records: list[Any], survivor: int) -> list[tuple[Any, int]]:
    """(name of a module, how many of its records move), as far as the person sees them."""
    others = [record.pk for record in records if record.pk != survivor]
    return [(entries_of(module)[0].plural, count) for module, count in what_moves(entry.module, others)]
