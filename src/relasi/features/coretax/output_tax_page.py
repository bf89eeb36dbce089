"""The page of the output tax of a month, and its file."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from relasi.engine.declare.registry import registry
from relasi.engine.fields.date_text import write_date
from relasi.engine.fields.money import amount
from relasi.engine.screens.asking import reader_of, shell_for, signed_in
from relasi.engine.screens.pages import render_page
from relasi.engine.transfer.export import may_export
from relasi.engine.transfer.table_file import file_answer
from relasi.features.coretax.checks import HOME
from relasi.features.coretax.output_tax import Row, output_tax, totals
from relasi.features.coretax.page import ADDRESS, must_see, period_of
from relasi.kits.trade.tax_invoice import OLD_LENGTH
from relasi.modules.billing.tax_invoice import TaxInvoiceStatus

AMOUNTS = ("base", "other_base", "vat", "luxury")


@signed_in
def page(request: HttpRequest) -> HttpResponse:
    user, reader = must_see(request), reader_of(request)
    first, last = period_of(request.GET)
    rows, more = output_tax(user, first, last)
    exportable = may_export(user, registry.module("billing.Invoice"))
    format = request.GET.get("format", "")
    if format:
        if format not in ("csv", "xlsx") or not exportable:
            raise Http404
        return file_answer(f"ppn-keluaran-{first}-{last}", format, _table(rows), reader)
    query = {"first": first.isoformat(), "last": last.isoformat()}
    context = {
        "shell": shell_for(
            request, None, (_("Tax invoices"), f"{ADDRESS}?{urlencode(query)}"), (_("Output tax"), None)
        ),
        "first": first, "last": last, "more": more, "may_export": exportable, "query": urlencode(query),
        "rows": [_drawn(row, reader) for row in rows],
        "sums": _amounts(totals(rows), reader), "has_luxury": any(row.luxury for row in rows),
    }  # fmt: skip
    return render_page(request, "features/coretax/output_tax.html", context)


def _amounts(values: dict[str, Decimal], reader: Any) -> dict[str, str]:
    return {name: amount(values[name], HOME, reader) for name in AMOUNTS}


def _drawn(row: Row, reader: Any) -> dict[str, Any]:
    status = TaxInvoiceStatus(row.status) if row.status else None
    return {
        "row": row, "day": write_date(row.day, reader), "is_old": len(row.number) == OLD_LENGTH and row.status != "",
        "status": status.label if status else _("Credit note"), "tone": status.tone if status else "ungu",
        **_amounts({name: getattr(row, name) for name in AMOUNTS}, reader),
    }  # fmt: skip


def _table(rows: list[Row]) -> list[list[Any]]:
    heads = [
        _("Date"), _("Tax invoice number"), _("Status"), _("Number"), _("Buyer"), _("NPWP or NIK"), _("Base (DPP)"),
        _("Other base"), _("PPN"), _("PPnBM"),
    ]  # fmt: skip
    found: list[list[Any]] = [heads]
    for row in rows:
        status = str(TaxInvoiceStatus(row.status).label) if row.status else _("Credit note")
        found.append([row.day, row.number, status, row.document, row.buyer, row.known_by,
                      *(getattr(row, name) for name in AMOUNTS)])  # fmt: skip
    sums = totals(rows)
    return [*found, [_("Total"), "", "", "", "", "", *(sums[name] for name in AMOUNTS)]]
