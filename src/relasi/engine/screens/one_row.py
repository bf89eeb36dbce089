"""One row: what stands at the address of a module. Mostly its list; of settings that have one row, the form of that row."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from relasi.engine.access.door import may
from relasi.engine.declare.one_row import OneRow
from relasi.engine.screens import form, list, one_view
from relasi.engine.screens.asking import must, signed_in, user_of
from relasi.engine.screens.pages import wants_part
from relasi.engine.screens.shell import Entry


@signed_in
def page(request: HttpRequest, entry: Entry) -> HttpResponseBase:
    module, model = entry.module, entry.module.model
    if not issubclass(model, OneRow) or request.GET or wants_part(request):
        return list.page(request, entry)
    must(request, "view", entry)
    user, row = user_of(request), model.now()
    if row._state.adding:
        return form.create(request, entry) if may(user, "create", module) else list.page(request, entry)
    if may(user, "edit", module, row):
        return form.edit(request, entry, row.pk)
    return one_view.page(request, entry, row.pk)
