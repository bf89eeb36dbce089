"""Pages of the month-end: every closing with what stood then, and one snapshot, part by part, beside another month."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from relasi.engine.access.door import may
from relasi.engine.declare.registry import registry
from relasi.engine.fields.date_text import write_date
from relasi.engine.screens.asking import reader_of, shell_for, signed_in, user_of
from relasi.engine.screens.pages import render_page
from relasi.engine.transfer.export import may_export
from relasi.engine.transfer.table_file import file_answer
from relasi.features.month_end.asked import ALONE, Asked, asked_of
from relasi.features.month_end.parts import HOME, Figure, Part, lines, parts_for, rows_of, totals
from relasi.features.month_end.shown import named, told, told_change
from relasi.features.month_end.standing import all_taken, chosen
from relasi.kits.pipeline.days import company_day

HOME_URL = "/month-end/"
DAYS, LINES = 12, 100


@signed_in
def page(request: HttpRequest) -> HttpResponse:
    """Every day a period was closed at, the newest first."""
    user, reader = user_of(request), reader_of(request)
    parts = parts_for(user)
    if not parts:
        raise Http404
    found = Paginator(list(all_taken().items()), DAYS)
    shown = found.get_page(request.GET.get("page"))
    taken = [chosen(of_day) for _day, of_day in shown]
    sums = {part.key: _sums(part, user, [one.snapshot for one in taken], reader) for part in parts}
    context = {
        "shell": shell_for(request, None, (_("Month-end"), None)), "parts": parts,
        "may_close": may(user, "create", registry.module("billing.ClosedPeriod")),
        "rows": [
            {"taken": one, "day": write_date(one.snapshot.until, reader), "others": len(of_day) - 1,
             "sums": [(part, sums[part.key].get(one.snapshot.pk, [])) for part in parts]}
            for one, (_day, of_day) in zip(taken, shown, strict=True)
        ],
        "page": shown,
    }  # fmt: skip
    return render_page(request, "features/month_end/list.html", context)


def _sums(part: Part, user: Any, snapshots: list[Any], reader: Any) -> dict[int, list[str]]:
    """Snapshot -> what the main figure of the part comes to, one for each currency."""
    figure, found = part.main_for(user), {}
    home = {one.pk: one.currency for one in snapshots}
    keys = ["snapshot_id"] if figure.money == HOME or not figure.money else ["snapshot_id", "currency"]
    rows = (
        rows_of(part, user, *snapshots).order_by().values(*keys).annotate(main=figure.of(Q())).order_by(*keys)
    )
    for row in rows:
        id = row["snapshot_id"]
        text = told(figure, row["main"], row.get("currency", ""), home[id], reader)
        found.setdefault(id, []).append(text)
    return found


@signed_in
def snapshot(request: HttpRequest, id: int) -> HttpResponse:
    asked, reader = asked_of(request, id), reader_of(request)
    one, other = asked.snapshot, asked.beside
    rows = rows_of(asked.part, asked.user, *filter(None, (one, other))).filter(**asked.of)
    if other is None:
        rows = rows.filter(snapshot=one)
    found = lines(asked.part, asked.user, asked.grouping, rows, one, other)
    sums = totals(asked.part, asked.user, rows, one, other)
    figures = [
        figure for figure in asked.part.figures_for(asked.user)
        if not figure.name.startswith("home_") or any(row["currency"] != one.currency for row in sums)
    ]  # fmt: skip
    if format := request.GET.get("format", ""):
        if format not in ("csv", "xlsx") or not may_export(asked.user, asked.part.module):
            raise Http404
        name = f"{asked.part.file_name}-{one.until}"
        return file_answer(name, format, _table(asked, list(found), figures, reader), reader)
    shown = Paginator(found, LINES).get_page(request.GET.get("page"))
    context = _heads(request, asked, reader) | _body(asked, shown, sums, figures, reader)
    context["narrowed_to"] = _narrowed_to(asked, rows) if asked.of else ""
    return render_page(request, "features/month_end/snapshot.html", context)


def _narrowed_to(asked: Asked, rows: Any) -> str:
    """What the lines are narrowed to: the line they are behind."""
    outer = next((one for one in asked.part.groupings if one.opens and {*one.by} <= asked.of.keys()), None)
    if outer is None:
        return ""
    found = list(lines(asked.part, asked.user, outer, rows, asked.snapshot, asked.beside)[:1])
    names = named(asked.part, outer, found, asked.snapshot, asked.user, asked.of)
    return " · ".join(filter(None, (text for name in names for text in (name.title, name.sub))))


def _heads(request: HttpRequest, asked: Asked, reader: Any) -> dict[str, Any]:
    """What stands above and around the lines."""
    one, title = asked.snapshot, write_date(asked.snapshot.until, reader)
    return {
        "shell": shell_for(request, None, (_("Month-end"), HOME_URL), (title, None)), "title": title,
        "taken": asked.taken, "same_day": asked.same_day, "asked": asked, "part": asked.part,
        "closes_url": f"/closed-periods/{one.closing_id}/"
        if may(asked.user, "view", registry.module("billing.ClosedPeriod")) and asked.taken.state != "undone" else "",
        "tabs": [
            (part.title, f"?part={part.key}&with={asked.other.snapshot.pk if asked.other else ALONE}", part.icon,
             part is asked.part, None)
            for part in asked.parts
        ],
        "others": [(str(it.snapshot.pk), write_date(it.snapshot.until, reader)) for it in asked.others],
        "too_early": company_day(one.taken_at) <= one.until,
        "may_export": may_export(asked.user, asked.part.module),
    }  # fmt: skip


def _body(
    asked: Asked, shown: Any, sums: list[dict[str, Any]], figures: list[Any], reader: Any
) -> dict[str, Any]:
    """The lines of one page and what all of them add up to."""
    found, one = list(shown), asked.snapshot
    names = named(asked.part, asked.grouping, found, one, asked.user, asked.of)
    main = asked.part.main_for(asked.user)

    def cells(line: dict[str, Any], in_foot: bool = False) -> dict[str, Any]:
        """In the foot nothing is written as a figure, in a line it is left out."""

        def text(figure: Figure, value: Any) -> str:
            if not value and not (in_foot and figure.sums):
                return ""
            return told(figure, value or 0, line.get("currency", ""), one.currency, reader)

        found: dict[str, Any] = {"cells": [text(figure, line.get(figure.name)) for figure in figures]}
        if asked.other is not None:
            change = told_change(main, line["change"], line.get("currency", ""), one.currency, reader)
            found |= {"then": text(main, line["then"]), "change": change}
        return found

    return {
        "figures": figures, "main": main, "page": shown, "count": shown.paginator.count,
        "rows": [
            {"named": name, "inside": asked.narrowed(line), "currency": line.get("currency", ""), **cells(line)}
            for name, line in zip(names, found, strict=True)
        ],
        "sums": [{"currency": line.get("currency", ""), **cells(line, in_foot=True)} for line in sums],
        "other_day": write_date(asked.other.snapshot.until, reader) if asked.other is not None else "",
        "groupings": [
            (one.label, asked.query(by=one.key), "", one is asked.grouping) for one in asked.part.groupings
        ],
    }  # fmt: skip


def _table(asked: Asked, found: list[dict[str, Any]], figures: list[Any], reader: Any) -> list[list[Any]]:
    """The lines as a file holds them: headings first, amounts as numbers."""
    names = named(asked.part, asked.grouping, found, asked.snapshot, asked.user, asked.of)
    main, has_currency = asked.part.main_for(asked.user), bool(found) and "currency" in found[0]
    heads = [
        str(asked.grouping.label),
        "",
        *([_("Currency")] if has_currency else []),
        *(str(f.label) for f in figures),
    ]
    if asked.other is not None:
        day = write_date(asked.other.snapshot.until, reader)
        heads += [f"{main.label} {day}", _("Difference")]
    rows = []
    for name, line in zip(names, found, strict=True):
        row = [
            name.title,
            name.sub,
            *([line["currency"]] if has_currency else []),
            *(line[f.name] for f in figures),
        ]
        rows.append(row + ([line["then"], line["change"]] if asked.other is not None else []))
    return [heads, *rows]
