"""Page of the upcoming invoices of a month."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from relasi.engine.access.door import fields_for, may
from relasi.engine.declare.registry import registry
from relasi.engine.fields.date_text import MONTHS, write_date
from relasi.engine.fields.money import amount
from relasi.engine.screens.asking import day_asked, reader_of, shell_for, signed_in, user_of
from relasi.engine.screens.pages import render_page
from relasi.features.upcoming_invoices.coming import Row, coming, may_see, month_of, sums
from relasi.kits.pipeline.days import today
from relasi.kits.trade.period_text import period_text

PAGE = 100
FARTHEST = 3 * 366  # days ahead


@signed_in
def page(request: HttpRequest) -> HttpResponse:
    user, reader = user_of(request), reader_of(request)
    if not may_see(user):
        raise Http404
    first, last = month_of(_month(request))
    rows = coming(user, first, last)
    shown = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {
        "shell": shell_for(request, None, (_("Billing"), None), (_("Upcoming invoices"), None)),
        "month": f"{MONTHS[reader.language][first.month - 1]} {first.year}", "here": first,
        "before": first - timedelta(days=1) if first > today().replace(day=1) else None,
        "after": last + timedelta(days=1) if (last - today()).days < FARTHEST else None,
        "rows": [_drawn(row, user, reader) for row in shown], "page": shown, "count": len(rows),
        "sums": [(code, amount(value, code, reader)) for code, value in sums(rows).items()],
    }  # fmt: skip
    return render_page(request, "features/upcoming_invoices/page.html", context)


def _month(request: HttpRequest) -> date:
    day = today()
    asked = day_asked(request.GET, "month", day)
    return min(max(asked, day.replace(day=1)), day + timedelta(days=FARTHEST))


def _drawn(row: Row, user: Any, reader: Any) -> dict[str, Any]:
    one, module = row.record, registry.of(row.record)
    shown = fields_for(user, "view", module)
    account = one.account if "account" in shown else None
    sees = account is not None and may(user, "view", registry.of(account), account)
    return {
        "day": write_date(row.day, reader),
        "due": write_date(row.due, reader) if "payment_days" in shown else "",
        "url": f"/{module.slug}/{one.pk}/",
        "title": one.subject if "subject" in shown else one.number,
        "source": module.name,
        "account": str(account) if sees else "",
        "notes": row.notes,
        "period": period_text(row.period.first, row.period.last, reader.language),
        "amount": amount(row.payable, row.currency, reader) if row.payable is not None else "",
    }
