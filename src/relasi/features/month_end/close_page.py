"""The page that closes a period: up to which day, and what is still open in it. It stands in the place of the module's own."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from relasi.engine.access.acting import current_acting
from relasi.engine.access.door import fields_for
from relasi.engine.declare.registry import registry
from relasi.engine.fields.date_text import write_date
from relasi.engine.records.blank import blank_record
from relasi.engine.records.refusal import Refused
from relasi.engine.records.write import create
from relasi.engine.screens.asking import day_asked, must, reader_of, shell_for, signed_in, user_of
from relasi.engine.screens.form import given_values, inputs_for
from relasi.engine.screens.pages import render_page
from relasi.engine.screens.shell import entry_of
from relasi.engine.screens.toasts import toast
from relasi.features.month_end.checklist import checklist
from relasi.features.month_end.models import Snapshot
from relasi.kits.pipeline.days import today
from relasi.kits.trade.closed_period import closed_until
from relasi.modules.billing.closed_period import ClosedPeriod

FIELDS = ["until", "note"]


@signed_in
def page(request: HttpRequest) -> HttpResponse:
    """GET: the form with the checklist of a day (`until`), the list alone for htmx. POST closes."""
    entry, user = entry_of("closed-periods"), user_of(request)
    must(request, "create", entry)
    writable = fields_for(user, "create", entry.module)
    refused: Refused | None = None
    if request.method == "POST":
        values = given_values(entry.module, FIELDS, writable, request)
        try:
            closing = create(ClosedPeriod, values, confirmed=request.POST.getlist("confirmed"))
        except Refused as error:
            refused = error
        else:
            return _closed(request, closing)
    until = day_asked(request.POST or request.GET, "until", next_to_close())
    context = {"shell": shell_for(request, entry, (_("Close a period"), None)), "cancel": entry.url}
    context |= _form(request, until, writable, refused) | _open_in(user, until, reader_of(request))
    status = refused.status if refused else 200
    return render_page(request, "features/month_end/close.html", context, part="points", status=status)


def _closed(request: HttpRequest, closing: Any) -> HttpResponse:
    act = current_acting().change_set
    sentence = _("Closed up to %(day)s.") % {"day": write_date(closing.until, reader_of(request))}
    toast(request, sentence, undo=f"/changes/{act}/undo/" if act else "")
    taken = Snapshot.objects.filter(closing=closing).latest("id")
    return HttpResponseRedirect(f"/month-end/{taken.pk}/")


def next_to_close() -> date:
    """The end of the month after the last closed day; of the month that is over where nothing was closed yet."""
    last = closed_until()
    if last is None:
        return today().replace(day=1) - timedelta(days=1)
    begins = (last + timedelta(days=1)).replace(day=1)
    return (begins + timedelta(days=32)).replace(day=1) - timedelta(days=1)


def _form(request: HttpRequest, until: date, writable: set[str], refused: Refused | None) -> dict[str, Any]:
    module, errors = registry.of(ClosedPeriod), refused.by_field() if refused else {}
    blank = blank_record(ClosedPeriod)
    blank.until = until
    data = request.POST if refused else None
    inputs = inputs_for(module, FIELDS, writable, blank, data, request.FILES, errors)
    shown = {one.name for one in inputs}
    return {
        "inputs": {one.name: one for one in inputs},
        "errors": [("", str(one.message)) for one in (refused.refusals if refused else []) if one.field not in shown],
    }  # fmt: skip


def _open_in(user: Any, until: date, reader: Any) -> dict[str, Any]:
    last, points = closed_until(), checklist(user, until)
    return {
        "points": points, "still_open": sum(1 for one in points if one.count), "not_over": until >= today(),
        "day": write_date(until, reader), "since": write_date(last + timedelta(days=1), reader) if last else "",
        "already": last is not None and until <= last,
    }  # fmt: skip
