"""The page of the funnel."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from relasi.engine.fields.number_text import write_number
from relasi.engine.screens.asking import day_asked, reader_of, signed_in, user_of
from relasi.engine.screens.pages import render_page
from relasi.engine.screens.shell import Shell
from relasi.features.funnel.rates import Rate, Span, deal_rates, lead_rates, may_see, reason_label
from relasi.kits.pipeline.days import today


@signed_in
def page(request: HttpRequest) -> HttpResponse:
    user, reader = user_of(request), reader_of(request)
    if not may_see(user):
        raise Http404
    span = _span(request)
    leads, deals = lead_rates(user, span), deal_rates(user, span)
    context = {
        "shell": Shell(request, crumbs=[(_("Customers"), None), (_("Funnel"), None)]),
        "span": span,
        "stats": _stats(leads, deals, reader),
        "rejected": [(reason_label(key), count) for key, count in leads.rejected.items()],
        "rejected_count": sum(leads.rejected.values()),
        "sources": [(*row, _percent(Rate(row[4], row[1]), reader)) for row in leads.sources],
    }
    return render_page(request, "features/funnel/page.html", context)


def _span(request: HttpRequest) -> Span:
    """The days of the address; this quarter where they cannot be read."""
    now = today()
    last = day_asked(request.GET, "last", now)
    first = day_asked(request.GET, "first", date(last.year, last.month - (last.month - 1) % 3, 1))
    return Span(min(first, last), last)


def _stats(leads: Any, deals: Any, reader: Any) -> list[tuple[str, str, str]]:
    """(label, value, what it is made of) of each key figure."""
    found = [
        (_("Lead to MQL"), leads.mql, _("%(part)s of %(whole)s leads that came in")),
        (_("MQL to SQL"), leads.sql, _("%(part)s of %(whole)s new MQLs")),
        (_("SQL to customer"), leads.won, _("%(part)s of %(whole)s new SQLs")),
    ]
    if deals is not None:
        found.append((_("Win rate"), deals.won, _("%(part)s of %(whole)s closed deals")))
    stats = [(label, _percent(rate, reader), _made_of(note, rate, reader)) for label, rate, note in found]
    stats.append((_("Days to MQL"), _days(leads.days_to_mql, reader), _("Median of these leads")))
    if deals is not None:
        stats.append((_("Days to close"), _days(deals.cycle, reader), _("Mean of the closed deals")))
    return stats


def _made_of(note: str, rate: Rate, reader: Any) -> str:
    return note % {"part": write_number(rate.part, reader), "whole": write_number(rate.whole, reader)}


def _percent(rate: Rate, reader: Any) -> str:
    return "–" if rate.percent is None else write_number(rate.percent, reader, 1, shortest=True) + "%"


def _days(days: Decimal | None, reader: Any) -> str:
    return "–" if days is None else write_number(days, reader, 1, shortest=True)
