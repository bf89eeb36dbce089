"""Inline edit: one value of a record, opened, saved or refused where it stands."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect

from relasi.engine.access.door import fields_for, may
from relasi.engine.fields.kind import kind_of
from relasi.engine.records.refusal import Refused
from relasi.engine.records.write import update
from relasi.engine.screens.asking import reader_of, signed_in, user_of, visible_record, whole
from relasi.engine.screens.form import Input
from relasi.engine.screens.one_view import Fact, hide_references
from relasi.engine.screens.pages import render_page
from relasi.engine.screens.shell import Entry


@signed_in
def field(request: HttpRequest, entry: Entry, id: int, name: str) -> HttpResponse:
    """GET ?edit: the input. GET: the value as it stands. POST: saves; 422 comes back with the input and the reason."""
    record = visible_record(request, entry, id)
    user, module = user_of(request), entry.module
    declared = module.fields.get(name)
    editable = declared is not None and declared.editable and name in fields_for(user, "edit", module)
    if declared is None or not editable or not may(user, "edit", module, record):
        raise Http404
    kind = kind_of(declared)
    context = {"entry": entry, "record": record, "kind": kind}
    if request.method == "POST":
        raw = kind.given(request.POST, request.FILES)
        try:
            record = update(record, {name: raw}, version=whole(request.POST.get("version")), merge=True)
        except Refused as refused:
            sentence = " ".join(dict.fromkeys(str(r.message) for r in refused.refusals))
            context["input"] = Input(kind, raw, sentence)
            return render_page(request, "screens/inline_edit.html", context, status=refused.status)
        if not getattr(request, "htmx", False):
            return HttpResponseRedirect(f"{entry.url}{id}/")
        if declared.many_to_one or name in dict(entry.fixed):
            # What the value refers to, or whether the record still belongs here, is read again.
            record = visible_record(request, entry, id)
        context["record"] = record
    elif "edit" in request.GET:
        context["input"] = Input(kind, kind.value_of(record))
        return render_page(request, "screens/inline_edit.html", context)
    hide_references(record, [declared], user)
    context["fact"] = Fact(name, kind, kind.fact(kind.value_of(record), record, reader_of(request)), True)
    return render_page(request, "screens/inline_fact.html", context)
