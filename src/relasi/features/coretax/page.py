"""The page of Coretax: the invoices of a period, what is wrong with each, and their file for the tax office."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from relasi.engine.access.door import fields_for, may, rights_of
from relasi.engine.activity.file_name import disposition
from relasi.engine.declare.registry import registry
from relasi.engine.fields.date_text import write_date
from relasi.engine.fields.money import amount
from relasi.engine.records.refusal import Refused
from relasi.engine.screens.asking import day_asked, reader_of, shell_for, signed_in, user_of, wholes
from relasi.engine.screens.pages import render_page
from relasi.engine.screens.toasts import toast
from relasi.engine.transfer.export import may_export
from relasi.features.coretax.checks import HOME, Prepared, seller_problems
from relasi.features.coretax.exporting import MOST, WAITING, export, fill_buyers, prepare_all, with_vat
from relasi.features.coretax.models import CoretaxExport
from relasi.features.coretax.schema import Schema, newest, schemas
from relasi.features.coretax.xml_file import archive
from relasi.kits.pipeline.days import today
from relasi.kits.trade.paper.letterhead import details
from relasi.modules.billing.tax_invoice import TAX_FIELDS, TaxInvoiceStatus

ADDRESS = "/coretax/"
SHOWN = 200  # rows of one page; those with something wrong come first
MADE = 10  # exports told of
T = TaxInvoiceStatus
TABS: dict[str, tuple[str, ...]] = {
    "waiting": WAITING, "exported": (T.EXPORTED,), "done": (T.APPROVED, T.REPLACED, T.CANCELLED),
}  # fmt: skip
# Every field that stands in the file.
NEEDED = frozenset(
    {*TAX_FIELDS, "number", "date", "currency", "rate", "goods_total", "tax_total", "tax_summary"}
)
OF_LINES = frozenset({"name", "unit", "quantity", "price", "goods_code", "base", "tax"})


def must_see(request: HttpRequest, *, to_export: bool = False) -> Any:
    """The person, who may see all that is told to the tax office. 404 for others."""
    user, module = user_of(request), registry.module("billing.Invoice")
    lines = registry.module("billing.InvoiceLine")
    seen = (
        set(fields_for(user, "view", module)) >= NEEDED and set(fields_for(user, "view", lines)) >= OF_LINES
    )
    if not may(user, "view", module) or not seen:
        raise Http404
    if to_export and not _may_export(user, module):
        raise Http404
    return user


def _may_export(user: Any, module: Any) -> bool:
    return may_export(user, module) and may(user, "edit", module)


def period_of(given: Any) -> tuple[date, date]:
    """The days asked for; this month where they cannot be read."""
    start = today().replace(day=1)
    end = (start + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    found = day_asked(given, "first", start), day_asked(given, "last", end)
    return min(found), max(found)


def _schema_of(given: Any) -> Schema:
    return schemas().get(given.get("schema", "")) or newest()


@signed_in
def page(request: HttpRequest) -> HttpResponse:
    user, reader = must_see(request), reader_of(request)
    first, last = period_of(request.GET)
    tab = request.GET.get("tab") if request.GET.get("tab") in TABS else "waiting"
    rows, schema = with_vat(user, first, last), _schema_of(request.GET)
    counts = [(key, rows.filter(tax_invoice_status__in=states).count()) for key, states in TABS.items()]
    some = list(rows.filter(tax_invoice_status__in=TABS[str(tab)]).select_related("account")[:MOST])
    found = prepare_all(some, schema) if tab != "done" else [Prepared(one) for one in some]
    ready = [one for one in found if one.is_ready]
    shown = [*(one for one in found if not one.is_ready), *ready][:SHOWN]
    asked = {"first": first.isoformat(), "last": last.isoformat(), "schema": schema.key}
    context = {
        "shell": shell_for(request, None, (_("Tax invoices"), None)), "first": first, "last": last, "tab": tab,
        "tabs": [(key, _label(key), n, f"?{urlencode({**asked, 'tab': key})}") for key, n in counts],
        "rows": [_drawn(one, reader) for one in shown], "ready": len(ready), "wrong": len(found) - len(ready),
        "more": max(0, dict(counts)[str(tab)] - len(shown)), "schema": schema.key, "asked": asked,
        "schemas": [(key, _("Form %(key)s") % {"key": key}) for key in schemas()],
        "seller": seller_problems(details()), "may_export": _may_export(user, registry.module("billing.Invoice")),
        "made": [_drawn_export(one, reader) for one in _exports(user)[:MADE]],
        "new": request.GET.get("made", ""), "query": urlencode({"first": asked["first"], "last": asked["last"]}),
    }  # fmt: skip
    return render_page(request, "features/coretax/page.html", context)


def _label(tab: str) -> str:
    return {"waiting": _("To export"), "exported": _("Exported"), "done": _("With a number")}[tab]


def _drawn(one: Prepared, reader: Any) -> dict[str, Any]:
    invoice = one.invoice
    has_goods = bool(one.goods)
    status = T(invoice.tax_invoice_status)
    return {
        "id": invoice.pk, "url": f"/invoices/{invoice.pk}/", "title": invoice.number, "ready": one.is_ready,
        "buyer": invoice.buyer_name or "", "day": write_date(invoice.date, reader), "code": one.code,
        "base": amount(one.total("base"), HOME, reader) if has_goods else "",
        "vat": amount(one.total("vat"), HOME, reader) if has_goods else "",
        "problems": one.problems, "remarks": one.remarks, "number": invoice.tax_invoice_number or "",
        "status": status.label, "tone": status.tone,
    }  # fmt: skip


def _drawn_export(one: CoretaxExport, reader: Any) -> dict[str, Any]:
    return {
        "id": str(one.pk), "name": str(one), "count": one.count, "day": write_date(one.made_at.date(), reader),
        "base": amount(one.base, HOME, reader), "vat": amount(one.vat, HOME, reader), "schema": one.schema,
        "changes": f"/changes/{one.change_set}/" if one.change_set else "",
    }  # fmt: skip


def _exports(user: Any) -> Any:
    """Those this person made; all of them for an admin."""
    rows = CoretaxExport.objects.order_by("-pk")
    return rows if rights_of(user).admin else rows.filter(made_by_id=user.pk)


def _chosen(request: HttpRequest, user: Any) -> Sequence[int]:
    """The ticked invoices, or all of the period."""
    if request.POST.get("all") == "1":
        return list(with_vat(user, *period_of(request.POST)).values_list("pk", flat=True)[:MOST])
    return wholes(request.POST.getlist("id"))[:MOST]


def _back(request: HttpRequest, **more: str) -> HttpResponseRedirect:
    first, last = period_of(request.POST)
    asked = {
        "first": first.isoformat(),
        "last": last.isoformat(),
        "schema": _schema_of(request.POST).key,
        **more,
    }
    return HttpResponseRedirect(f"{ADDRESS}?{urlencode(asked)}")


@signed_in
@require_POST
def export_chosen(request: HttpRequest) -> HttpResponse:
    user = must_see(request, to_export=True)
    again = request.POST.get("again") == "1"
    try:
        made = export(user, _chosen(request, user), _schema_of(request.POST), again=again)
    except Refused as refused:
        toast(request, refused.refusals[0].message, kind="bad")
        return _back(request)
    text = ngettext("%(n)s invoice is exported.", "%(n)s invoices are exported.", made.count) % {
        "n": made.count
    }
    toast(request, text, undo=f"/changes/{made.change_set}/undo/" if made.change_set else "")
    return _back(request, made=str(made.pk))


@signed_in
@require_POST
def fill(request: HttpRequest) -> HttpResponse:
    """What invoices do not know of their buyers comes from the accounts, which were mended meanwhile."""
    user = must_see(request, to_export=True)
    rows = with_vat(user, *period_of(request.POST)).filter(tax_invoice_status__in=WAITING)
    written = fill_buyers(rows.select_related("account")[:MOST])
    n = len(written.records)
    text = ngettext("%(n)s invoice took over its buyer.", "%(n)s invoices took over their buyers.", n) % {
        "n": n
    }
    toast(request, text, undo=f"/changes/{written.change_set}/undo/" if n and written.change_set else "")
    return _back(request)


@signed_in
def download(request: HttpRequest, id: int) -> HttpResponse:
    """The file of an export, as it was made; several as one archive."""
    made = _exports(must_see(request)).filter(pk=id).first()
    if made is None:
        raise Http404
    files = [
        (str(one), one.content.encode()) for one in made.files.select_related("export").order_by("place")
    ]
    if len(files) == 1:
        answer = HttpResponse(files[0][1], content_type="application/xml")
        answer["Content-Disposition"] = disposition(files[0][0])
    else:
        answer = HttpResponse(archive(files), content_type="application/zip")
        answer["Content-Disposition"] = disposition(f"{made}.zip")
    answer["Cache-Control"] = "private, no-store"
    return answer
