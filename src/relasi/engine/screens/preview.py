"""Preview: the facts of a record in a drawer over its list; and the records before and after it in that list."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse

from relasi.engine.access.door import may
from relasi.engine.fields.kind import Invalid
from relasi.engine.query.viewed import note_viewed
from relasi.engine.records.record import title_of
from relasi.engine.screens.asking import must, shell_for, signed_in, user_of, visible_record
from relasi.engine.screens.list_state import ListState
from relasi.engine.screens.one_view import fact_sections
from relasi.engine.screens.pages import render_page
from relasi.engine.screens.shell import Entry


@signed_in
def page(request: HttpRequest, entry: Entry, id: int) -> HttpResponse:
    must(request, "view", entry)
    record, user = visible_record(request, entry, id), user_of(request)
    if entry.module.is_record:
        note_viewed(user, record)
    context = {
        "shell": shell_for(request, entry, (title_of(record), f"{entry.url}{id}/")),
        "entry": entry,
        "record": record,
        "title": title_of(record),
        "sections": fact_sections(request, entry, record, editable=False),
        "may_edit": may(user, "edit", entry.module, record),
    }
    return render_page(request, "screens/preview.html", context, part="drawer")


@signed_in
def around(request: HttpRequest, entry: Entry, id: int) -> HttpResponse:
    """The links to the record before and the one after, in the list the address describes."""
    must(request, "view", entry)
    record = visible_record(request, entry, id)
    before, after = _neighbours(ListState.read(request, entry, user_of(request)), record)
    context = {
        "previous": f"{entry.url}{before}/" if before else None,
        "next": f"{entry.url}{after}/" if after else None,
    }
    return render_page(request, "screens/around.html", context)


def _neighbours(state: ListState, record: Any) -> tuple[int | None, int | None]:
    try:
        return state.listing().neighbours(record.pk)
    except Invalid:
        return None, None
