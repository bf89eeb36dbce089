"""Pages of receivables and payables: who owes or is owed how much since when, what is behind a figure, and a customer's
statement of account."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from markupsafe import Markup, escape

from relasi.engine.access.door import may
from relasi.engine.declare.registry import registry
from relasi.engine.fields.date_text import write_date
from relasi.engine.fields.money import amount
from relasi.engine.query.one import find_one
from relasi.engine.screens.asking import day_asked, reader_of, shell_for, signed_in, user_of, whole
from relasi.engine.screens.faces import number
from relasi.engine.screens.pages import render_page
from relasi.engine.screens.shell import entry_of
from relasi.engine.transfer.export import may_export
from relasi.engine.transfer.table_file import file_answer
from relasi.features.receivables.ageing import (
    ANY,
    BANDS,
    LATE,
    SOON,
    Row,
    due_soon,
    rows_behind,
)
from relasi.features.receivables.owed_then import OwedThen
from relasi.features.receivables.owing import LARGEST, OLDEST, Owing
from relasi.features.receivables.sides import RECEIVABLES, Side
from relasi.features.receivables.statement import Statement, currencies_of, statement
from relasi.kits.pipeline.days import today

PAGE = 100
PARTIES = 50
MOST_PAGES = 1_000_000


class Pages(NamedTuple):
    """text: where we are. before, beyond: addresses of the pages around this one."""

    text: str
    before: str | None
    beyond: str | None


def _must_see(request: HttpRequest, side: Side) -> Any:
    user = user_of(request)
    if not may(user, "view", registry.of(side.debts)):
        raise Http404
    return user


def _format(request: HttpRequest, user: Any, side: Side = RECEIVABLES) -> str:
    format = request.GET.get("format", "")
    if format in ("csv", "xlsx") and may_export(user, registry.of(side.debts)):
        return format
    if format:
        raise Http404
    return ""


@signed_in
def page(request: HttpRequest, side: Side) -> HttpResponse:
    user, reader = _must_see(request, side), reader_of(request)
    on = day_asked(request.GET, "on", today())
    format = _format(request, user, side)
    if format:
        return file_answer(
            f"{side.file_name}-{on}",
            format,
            _ageing_table(_owing(user, on, side).rows(LARGEST)[0], side),
            reader,
        )
    largest = request.GET.get("order") == LARGEST or on < today()
    rows, pages = _shown(request, user, on, side, LARGEST if largest else OLDEST)
    context = {
        "shell": shell_for(request, None, (side.area, None), (side.title, None)), "side": side,
        "on": on, "is_today": on >= today(), "bands": [(key, label) for key, (label, _most) in BANDS.items()],
        "rows": [_drawn(row, on, side, reader) for row in rows], "pages": pages, "largest": largest,
        "may_export": may_export(user, registry.of(side.debts)),
        "party_url": f"/{registry.of(side.parties).slug}/", "states": side is RECEIVABLES,
    }  # fmt: skip
    return render_page(request, "features/receivables/ageing.html", context)


def _owing(user: Any, on: date, side: Side) -> Owing | OwedThen:
    return Owing(user, on, side) if on >= today() else OwedThen(user, on, side)


def _shown(request: HttpRequest, user: Any, on: date, side: Side, order: str) -> tuple[list[Row], Pages]:
    """The rows of the page asked for; of the last one where there is no such page."""
    page = min(max(whole(request.GET.get("page")) or 1, 1), MOST_PAGES)
    rows, count = _part(user, on, side, order, page)
    if not rows and page > 1:
        page = max(-(-_part(user, on, side, order, 1)[1] // PARTIES), 1)
        rows, count = _part(user, on, side, order, page)
    first = (page - 1) * PARTIES

    def address(page: int) -> str:
        return f"?{urlencode({'on': on.isoformat(), 'order': order, 'page': page})}"

    of = {"first": number(first + 1), "last": number(first + len(rows)), "all": number(count)}
    before = address(page - 1) if page > 1 else None
    beyond = address(page + 1) if first + len(rows) < count else None
    return rows, Pages(_("%(first)s–%(last)s of %(all)s") % of, before, beyond)


def _part(user: Any, on: date, side: Side, order: str, page: int) -> tuple[list[Row], int]:
    """The rows of a page, and of how many."""
    first = (page - 1) * PARTIES
    return _owing(user, on, side).rows(order, first, PARTIES)


@signed_in
def totals(request: HttpRequest, side: Side) -> HttpResponse:
    """What all of them owe together; asked for after the rows."""
    user, reader = _must_see(request, side), reader_of(request)
    on = day_asked(request.GET, "on", today())
    sums = [_drawn(row, on, side, reader) for row in _owing(user, on, side).sums()]
    context = {"sums": sums, "states": side is RECEIVABLES}
    return render_page(request, "features/receivables/totals.html", context)


@signed_in
def soon(request: HttpRequest, side: Side) -> HttpResponse:
    """What falls due soon; asked for after the rows."""
    user, on = _must_see(request, side), day_asked(request.GET, "on", today())
    context = {"soon": _soon(user, on, side, reader_of(request))}
    return render_page(request, "features/receivables/soon.html", context)


def _soon(user: Any, on: date, side: Side, reader: Any) -> list[tuple[Any, str, str]]:
    """(label, amount, address) of what falls due soon, where something does."""
    return [
        (SOON[key][0], amount(value, currency, reader), _address(side, on, key, currency))
        for currency, sums in due_soon(user, on, side).items()
        for key, value in sums.items()
        if value
    ]


def _address(side: Side, on: date, band: str, currency: str) -> str:
    return f"{side.home}rows/?{urlencode({'on': on.isoformat(), 'band': band, 'currency': currency})}"


def _drawn(row: Row, on: date, side: Side, reader: Any) -> dict[str, Any]:
    """Its links are written here: a page has hundreds of them."""
    of = f"&amp;currency={escape(row.currency)}" + (
        "" if row.party is None else f"&amp;{side.party}={row.party}"
    )
    begun = f'<a class="link" href="{side.home}rows/?on={on}&amp;band='

    def link(band: str, value: Decimal) -> Markup:
        return Markup(f'{begun}{band}{of}">{escape(amount(value, row.currency, reader))}</a>')

    return {
        "title": row.title, "party": row.party, "currency": row.currency,
        "cells": [link(band, row.bands[band]) if band in row.bands else None for band in BANDS],
        "total": link(ANY, row.total), "credit": amount(row.credit, row.currency, reader) if row.credit else "",
    }  # fmt: skip


def _ageing_table(rows: list[Row], side: Side) -> list[list[Any]]:
    heads = [
        str(side.party_title), _("Currency"), *(str(label) for label, _most in BANDS.values()), _("Total"), _("Credit"),
    ]  # fmt: skip
    found: list[list[Any]] = [heads]
    for row in rows:
        parts = [row.bands.get(band, Decimal(0)) for band in BANDS]
        found.append([row.title, row.currency, *parts, row.total, row.credit])
    return found


@signed_in
def behind(request: HttpRequest, side: Side) -> HttpResponse:
    """What a figure is the sum of."""
    user, reader = _must_see(request, side), reader_of(request)
    on, band = day_asked(request.GET, "on", today()), request.GET.get("band", ANY)
    labels = {
        ANY: _("Unpaid"),
        LATE: _("Overdue"),
        **{key: one[0] for key, one in (*BANDS.items(), *SOON.items())},
    }
    if band not in labels:
        raise Http404
    party, currency = whole(request.GET.get(side.party)), request.GET.get("currency", "")
    found = Paginator(rows_behind(user, on, band, party, currency, side), PAGE)
    shown = found.get_page(request.GET.get("page"))
    asked = {name: value for name, value in request.GET.items() if name != "page"}
    label = labels[band]
    context = {
        "shell": shell_for(
            request, None, (side.area, None), (side.title, f"{side.home}?on={on}"), (str(label), None)
        ),
        "title": label, "on": on, "day": lambda one: write_date(one, reader), "count": found.count, "page": shown,
        "here": f"?{urlencode({**asked, 'page': ''})}", "side": side, "url": f"/{registry.of(side.debts).slug}/",
        "rows": [
            {"debt": one, "party": _named(user, getattr(one, side.party)), "days": (on - one.due).days,
             "left": amount(one.left, one.currency, reader), "payable": amount(one.payable, one.currency, reader)}
            for one in shown
        ],
    }  # fmt: skip
    return render_page(request, "features/receivables/rows.html", context)


def _named(user: Any, party: Any) -> str:
    sees = party is not None and may(user, "view", registry.of(party), party)
    return str(party) if sees else ""


@signed_in
def of_account(request: HttpRequest, id: int) -> HttpResponse:
    """The statement of account of one customer."""
    user, reader = _must_see(request, RECEIVABLES), reader_of(request)
    account = find_one(user, registry.module("customers.Account"), id)
    if account is None:
        raise Http404
    last = day_asked(request.GET, "last", today())
    first = min(
        day_asked(request.GET, "first", (last.replace(day=1) - timedelta(days=62)).replace(day=1)), last
    )
    currencies = currencies_of(user, account)
    currency = request.GET.get("currency") if request.GET.get("currency") in currencies else currencies[0]
    found = statement(user, account, first, last, str(currency))
    format = _format(request, user)
    if format:
        return file_answer(f"rekening-{account.number}-{last}", format, _statement_table(found), reader)
    context = {
        "shell": shell_for(
            request, entry_of("accounts"), (str(account), f"/accounts/{account.pk}/"), (_("Statement of account"), None)
        ),
        "account": account, "statement": found, "day": lambda one: write_date(one, reader),
        "currencies": [(code, code) for code in currencies],
        "money": lambda value: "" if value is None else amount(value, found.currency, reader),
        "may_export": may_export(user, registry.module("billing.Invoice")), "today": today(),
        "query": urlencode({"first": first, "last": last, "currency": found.currency}),
    }  # fmt: skip
    return render_page(request, "features/receivables/statement.html", context)


def _statement_table(found: Statement) -> list[list[Any]]:
    rows: list[list[Any]] = [
        [
            _("Date"),
            _("What"),
            _("Number"),
            _("About"),
            _("Charged"),
            _("Paid or credited"),
            _("Running balance"),
        ],
        [found.first, _("Opening balance"), "", "", None, None, found.opening],
    ]
    rows += [
        [one.day, one.what, one.number, one.about, one.charged, one.settled, one.balance]
        for one in found.movements
    ]
    return [*rows, [found.last, _("Closing balance"), "", "", found.charged, found.settled, found.closing]]
