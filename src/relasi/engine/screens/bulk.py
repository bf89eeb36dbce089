"""Many records at once: delete or change one field of the chosen rows, as one change set that can be undone."""

from __future__ import annotations

from collections import Counter
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from relasi.engine.access.door import fields_for, has_tool
from relasi.engine.activity.follow import follow, unfollow
from relasi.engine.fields.kind import kind_of
from relasi.engine.records.merge import MOST as MOST_MERGED
from relasi.engine.records.write import Draft, Written, write
from relasi.engine.screens import tagging
from relasi.engine.screens.asking import go_to, must, shell_for, signed_in, user_of, wholes
from relasi.engine.screens.field_choices import field_choices
from relasi.engine.screens.form import Input
from relasi.engine.screens.list_state import ListState
from relasi.engine.screens.pages import render_page
from relasi.engine.screens.shell import Entry
from relasi.engine.screens.toasts import offer_undo, toast

# "All that match" goes up to here in one request.
MOST = 5000


@signed_in
@require_POST
def page(request: HttpRequest, entry: Entry) -> HttpResponse:
    """do=delete, do=merge, or do=edit with field and value. all=1 stands for every record the list's filter matches."""
    what = request.POST.get("do", "")
    ids = _chosen(request, entry)
    if what == "delete":
        must(request, "delete", entry)
        return _report(
            request, entry, write(entry.module, [Draft({}, id=id) for id in ids], verb="trash", partial=True)
        )
    if what == "merge":
        return go_to(request, f"{entry.url}merge/?{urlencode([('id', id) for id in ids[:MOST_MERGED]])}")
    if what == "export" and has_tool(user_of(request), "export"):
        must(request, "view", entry)
        return _export(request, entry, ids)
    if what == "tag" and entry.module.is_record:
        must(request, "view", entry)
        return tagging.bulk(request, entry, ids)
    if what in ("follow", "unfollow") and entry.module.is_record:
        must(request, "view", entry)
        return _report(request, entry, (follow if what == "follow" else unfollow)(ids))
    if what != "edit" or not has_tool(user_of(request), "mass_edit"):
        raise Http404
    return _edit(request, entry, ids)


def _export(request: HttpRequest, entry: Entry, ids: list[int]) -> HttpResponse:
    """All that match are exported as the list they are, else the chosen ones."""
    query = request.GET.urlencode() if request.POST.get("all") else urlencode([("id", id) for id in ids])
    return go_to(request, f"/export{entry.url}?{query}")


def _chosen(request: HttpRequest, entry: Entry) -> list[int]:
    if request.POST.get("all"):
        rows = ListState.read(request, entry, user_of(request)).listing().rows()
        return list(rows.values_list("pk", flat=True)[:MOST])
    return wholes(request.POST.getlist("id"))[:MOST]


def _edit(request: HttpRequest, entry: Entry, ids: list[int]) -> HttpResponse:
    module, user = entry.module, user_of(request)
    must(request, "edit", entry)
    name = request.POST.get("field", "")
    field = module.fields.get(name)
    writable = fields_for(user, "edit", module)
    kind = kind_of(field) if field is not None and name in writable and field.editable else None
    if kind is not None and "save" in request.POST:
        raw = kind.given(request.POST, request.FILES)
        written = write(module, [Draft({name: raw}, id=id) for id in ids], partial=True)
        if written.drafts or not all(r.field == name for r in written.refusals):
            return _report(request, entry, written)
        error = str(written.refusals[0].message)
        return _form(request, entry, ids, Input(kind, raw, error), status=422)
    return _form(request, entry, ids, Input(kind, None) if kind else None)


def _form(
    request: HttpRequest, entry: Entry, ids: list[int], chosen: Input | None, status: int = 200
) -> HttpResponse:
    module = entry.module
    writable = fields_for(user_of(request), "edit", module)
    choices = [
        (name, label)
        for _group, fields in field_choices(module, user_of(request))
        for name, label in fields
        if name in writable and name in module.fields and module.fields[name].editable
    ]
    context = {
        "shell": shell_for(request, entry, (_("Edit many"), None)),
        "entry": entry,
        "ids": ids,
        "choices": choices,
        "input": chosen,
        "query": request.GET.urlencode(),
    }
    return render_page(request, "screens/bulk_edit.html", context, part="drawer", status=status)


def _report(request: HttpRequest, entry: Entry, written: Written) -> HttpResponse:
    done = len(written.drafts)
    sentence = ngettext("%(n)s record changed.", "%(n)s records changed.", done) % {"n": done}
    if done and written.change_set:
        offer_undo(request, written.change_set, sentence)
    if written.refusals:
        reasons: Counter[Any] = Counter(str(refusal.message) for refusal in written.refusals)
        told = "; ".join(f"{reason} ({count})" for reason, count in reasons.most_common(3))
        toast(
            request,
            _("%(n)s not changed: %(reasons)s") % {"n": len(written.refusals), "reasons": told},
            kind="bad",
        )
    query = request.GET.urlencode()
    target = f"{entry.url}?{query}" if query else entry.url
    return go_to(request, target)
