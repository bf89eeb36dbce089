"""Pages of the recurring revenue: the months, and the rows each of their figures is made of."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from relasi.engine.access.company import company
from relasi.engine.access.door import visible_to
from relasi.engine.declare.registry import registry
from relasi.engine.fields.date_text import MONTHS, write_date
from relasi.engine.fields.money import amount, decimals_of, short
from relasi.engine.fields.number_text import write_number
from relasi.engine.fields.reader import Reader
from relasi.engine.records.record import title_of
from relasi.engine.screens.asking import day_asked, reader_of, shell_for, signed_in, user_of
from relasi.engine.screens.pages import render_page
from relasi.engine.transfer.export import may_export
from relasi.engine.transfer.table_file import file_answer
from relasi.features.recurring_revenue.months import (
    KINDS,
    MANY,
    Month,
    currencies_of,
    earning_at,
    may_see,
    month_after,
    months_until,
    moves_in,
)
from relasi.kits.pipeline.days import today
from relasi.modules.subscribing.mrr_move import MoveKind
from relasi.modules.subscribing.subscription import Subscription

HOME = "/recurring-revenue/"
PAGE = 100
OPENING, CLOSING = "opening", "closing"
SHORT = {
    MoveKind.NEW: gettext_lazy("New"), MoveKind.EXPANSION: gettext_lazy("Expansion"), MoveKind.BACK: gettext_lazy("Came back"),
    MoveKind.CONTRACTION: gettext_lazy("Contraction"), MoveKind.PAUSED: gettext_lazy("Paused"),
    MoveKind.LOST: gettext_lazy("Churn"),
}  # fmt: skip


class Asked:
    """What the address asks for. Raises Http404 for who may not see it."""

    def __init__(self, request: HttpRequest) -> None:
        self.user, self.reader = user_of(request), reader_of(request)
        if not may_see(self.user):
            raise Http404
        self.home = company().currency
        self.currencies = currencies_of(self.user)
        given = request.GET.get("currency", "")
        self.currency = given if given in self.currencies else ""
        now = today().replace(day=1)
        self.month = min(day_asked(request.GET, "month", now).replace(day=1), now)
        self.format = request.GET.get("format", "")
        self.may_export = may_export(self.user, registry.of(Subscription))
        if self.format and not (self.format in ("csv", "xlsx") and self.may_export):
            raise Http404

    def url(self, page: str = "", **more: Any) -> str:
        given = {"month": self.month, "currency": self.currency} | more
        return f"{HOME}{page}?" + urlencode({name: value for name, value in given.items() if value})

    def named(self, month: date) -> str:
        return f"{MONTHS[self.reader.language][month.month - 1]} {month.year}"


@signed_in
def page(request: HttpRequest) -> HttpResponse:
    asked = Asked(request)
    months = months_until(asked.user, asked.month, asked.currency)
    if asked.format:
        name = f"{_('recurring revenue')} {asked.month:%Y-%m}"
        return file_answer(name, asked.format, _table(months, asked), asked.reader)
    after = month_after(asked.month)
    context = {
        "shell": shell_for(request, None, (_("Billing"), None), (_("Recurring revenue"), None)),
        "asked": asked, "empty": not any(one.opening or one.moves for one in months),
        "span": f"{asked.named(months[0].first)} – {asked.named(months[-1].first)}",
        "before": asked.url(month=month_after(asked.month, -MANY)),
        "after": asked.url(month=min(month_after(asked.month, MANY), today().replace(day=1))) if after <= today() else None,
        "choices": [(one, asked.url(currency=one), "", asked.currency == one) for one in asked.currencies],
        "stats": _stats(months[-1], asked), "columns": [SHORT[kind] for kind in KINDS],
        "rows": [_drawn(one, asked) for one in reversed(months)], "bars": _bars(months, asked),
        "sums": [_money(sum((one.moves.get(kind, Decimal(0)) for one in months), Decimal(0)), asked) for kind in KINDS],
    }  # fmt: skip
    return render_page(request, "features/recurring_revenue/page.html", context)


def _stats(month: Month, asked: Asked) -> list[tuple[str, str, str]]:
    """(label, value, note) of each key figure of a month."""
    reader, home = asked.reader, asked.home
    return [
        (_("MRR"), short(month.closing, home, reader), asked.named(month.first)),
        (_("ARR"), short(month.yearly, home, reader), _("Twelve times the MRR")),
        (_("Revenue churn"), _percent(month.churn, reader), _("Of the MRR when the month began")),
        (_("Customer churn"), _percent(month.logo_churn, reader),
         _("%(part)s of %(whole)s customers") % {"part": month.left, "whole": month.customers}),
        (_("Net retention"), _percent(month.retention, reader), _("Without new customers and those who came back")),
    ]  # fmt: skip


def _drawn(month: Month, asked: Asked) -> dict[str, Any]:
    def cell(value: Decimal, of: str) -> tuple[str, str] | None:
        return (_money(value, asked), asked.url("rows/", month=month.first, of=of)) if value else None

    return {
        "name": asked.named(month.first), "opening": cell(month.opening, OPENING), "closing": cell(month.closing, CLOSING),
        "moves": [cell(month.moves.get(kind, Decimal(0)), kind) for kind in KINDS], "yearly": _money(month.yearly, asked),
        "shares": [_percent(one, asked.reader) for one in (month.churn, month.logo_churn, month.retention)],
    }  # fmt: skip


def _bars(months: list[Month], asked: Asked) -> list[dict[str, Any]]:
    """What was earned at the end of each month; part: of the highest, 0 to 1."""
    most = max((one.closing for one in months), default=Decimal(0))
    return [
        {"name": MONTHS[asked.reader.language][one.first.month - 1][:3], "long": asked.named(one.first),
         "part": float(round(max(one.closing, Decimal(0)) / most, 3)) if most > 0 else 0,
         "value": short(one.closing, asked.home, asked.reader), "url": asked.url("rows/", month=one.first, of=CLOSING)}
        for one in months
    ]  # fmt: skip


def _money(value: Decimal, asked: Asked) -> str:
    """Without the sign of the currency, which stands above the table."""
    return write_number(value, asked.reader, decimals_of(asked.home))


def _percent(value: Decimal | None, reader: Reader) -> str:
    return "–" if value is None else write_number(value, reader, 1, shortest=True) + "%"


def _table(months: list[Month], asked: Asked) -> list[list[Any]]:
    head = [_("Month"), _("Opening MRR"), *(str(SHORT[kind]) for kind in KINDS), _("Closing MRR"), _("ARR"),
            _("Revenue churn"), _("Customer churn"), _("Net retention"), _("Currency")]  # fmt: skip
    places = Decimal("0.01")
    rows = [
        [one.first, one.opening, *(one.moves.get(kind, Decimal(0)) for kind in KINDS), one.closing, one.yearly,
         *(None if share is None else share.quantize(places) for share in (one.churn, one.logo_churn, one.retention)),
         asked.home]
        for one in months
    ]  # fmt: skip
    return [head, *rows]


@signed_in
def behind(request: HttpRequest) -> HttpResponse:
    """The rows one figure is made of: subscriptions with what they earned, or moves."""
    asked = Asked(request)
    of = request.GET.get("of", "")
    if of in (OPENING, CLOSING):
        day = date.fromordinal((month_after(asked.month) if of == CLOSING else asked.month).toordinal() - 1)
        found = earning_at(asked.user, day, asked.currency)
        label = _("MRR at the end of %(day)s") % {"day": write_date(day, asked.reader)}
        rows = [(None, one, one.amount) for one in found]
    elif of in set(KINDS):
        label = str(MoveKind(of).label)
        rows = [
            (one.day, one.subscription, one.amount)
            for one in moves_in(asked.user, asked.month, of, asked.currency)
        ]
    else:
        raise Http404
    names = _accounts([one for _day, one, _amount in rows], asked)
    if asked.format:
        table = [[_("Date"), _("Subscription"), _("Account"), _("MRR"), _("Currency")]]
        table += [
            [day, title_of(one), names.get(one.account_id, ""), value, asked.home] for day, one, value in rows
        ]
        return file_answer(f"{of} {asked.month:%Y-%m}", asked.format, table, asked.reader)
    shown = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    crumbs = ((_("Billing"), None), (_("Recurring revenue"), asked.url()), (label, None))
    context = {
        "shell": shell_for(request, None, *crumbs), "asked": asked, "label": label, "month": asked.named(asked.month),
        "rows": [(day and write_date(day, asked.reader), one, title_of(one), names.get(one.account_id),
                  amount(value, asked.home, asked.reader)) for day, one, value in shown],
        "sum": amount(sum((row[2] for row in rows), Decimal(0)), asked.home, asked.reader), "count": len(rows), "page": shown,
        "here": asked.url("rows/", of=of), "back": asked.url(), "dated": of not in (OPENING, CLOSING),
    }  # fmt: skip
    return render_page(request, "features/recurring_revenue/rows.html", context)


def _accounts(subscriptions: list[Any], asked: Asked) -> dict[int, str]:
    """Names of those this person may see."""
    module = registry.of(Subscription).fields["account"].related_model
    wanted = {one.account_id for one in subscriptions}
    return {one.pk: title_of(one) for one in visible_to(asked.user, module).filter(pk__in=wanted)}
