"""The pages of the tie-out: every check with how it went last, and the figures that differ."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from procrastinate.exceptions import AlreadyEnqueued

from relasi.engine.access.door import visible_to
from relasi.engine.fields.money import MoneyField, amount
from relasi.engine.fields.number_text import write_number
from relasi.engine.fields.reader import Reader
from relasi.engine.records.change_set import VIA_LABELS, ChangeSet
from relasi.engine.records.record import title_of
from relasi.engine.records.tying import Check, Topic, all_checks
from relasi.engine.screens.asking import reader_of, user_of
from relasi.engine.screens.shell import entries_of
from relasi.engine.screens.toasts import toast
from relasi.features.settings.frame import admin_only, settings_page
from relasi.features.tie_out.jobs import check_tie_out_now
from relasi.features.tie_out.models import TieOutDifference, TieOutResult, TieOutRun
from relasi.features.tie_out.running import SHOWN

HOME = "/settings/tie-out/"
GIVEN_UP = timedelta(hours=1)  # a run that has not ended by then was cut off
PAST = 20  # results of a check that are shown


@dataclass
class Row:
    """One check and how it went last, None where it never ran."""

    check: Check
    last: TieOutResult | None

    @property
    def label(self) -> str:
        found = str(self.check.of.plural)
        return f"{found}: {self.check.detail}" if self.check.detail else found

    @property
    def url(self) -> str:
        return f"{HOME}{self.check.key}/"


@admin_only
def page(request: HttpRequest) -> HttpResponse:
    checks = all_checks()
    last = TieOutRun.objects.exclude(finished_at=None).order_by("-id").select_related("asked_by").first()
    results = {one.check_key: one for one in last.results.all()} if last else {}
    groups: dict[Topic, list[Row]] = defaultdict(list)
    for check in checks:
        groups[check.topic].append(Row(check, results.get(check.key)))
    current = _current()
    context = {
        "groups": list(groups.items()), "last": last, "count": len(checks), "current": current,
        "done": current.results.count() if current else 0,
        "differing": sum(one.differing for one in results.values()),
        "rows": sum(one.rows for one in results.values()),
        "broken": [one for one in results.values() if one.trouble],
    }  # fmt: skip
    return settings_page(request, "tie_out.html", "tie-out", context, part="progress")


def _current() -> TieOutRun | None:
    since = timezone.now() - GIVEN_UP
    return TieOutRun.objects.filter(finished_at=None, asked_at__gt=since).order_by("-id").first()


@admin_only
@require_POST
def run_now(request: HttpRequest) -> HttpResponse:
    try:
        with transaction.atomic():
            [run] = TieOutRun.objects.bulk_create([TieOutRun(asked_by=user_of(request))])
            check_tie_out_now.defer(run=run.pk)
    except AlreadyEnqueued:
        toast(request, _("The checks wait for their turn already."), kind="info")
    else:
        toast(request, _("All figures are being added up again."))
    return HttpResponseRedirect(HOME)


@dataclass
class Shown:
    """A figure that differs, in the reader's words."""

    title: str
    number: str
    url: str
    line: str
    figure: str
    stored: str
    due: str
    difference: str
    change_set: ChangeSet | None
    past_history: bool

    @property
    def via(self) -> Any:
        return VIA_LABELS.get(self.change_set.via, "") if self.change_set else ""


@admin_only
def detail(request: HttpRequest, key: str) -> HttpResponse:
    check = next((one for one in all_checks() if one.key == key), None)
    if check is None:
        raise Http404
    past = list(
        TieOutResult.objects.filter(check_key=key).order_by("-id").select_related("run__asked_by")[:PAST]
    )
    last = past[0] if past else None
    context = {
        "row": Row(check, last), "past": past, "most": SHOWN,
        "found": _shown(request, check, list(last.differences.order_by("id"))) if last else [],
    }  # fmt: skip
    title = f"{check.topic.label}: {context['row'].label}"
    return settings_page(request, "tie_out_check.html", "tie-out", context | {"title": title}, (title, None))


def _shown(request: HttpRequest, check: Check, found: list[TieOutDifference]) -> list[Shown]:
    reader, module, lines = reader_of(request), check.of, check.of.lines_module
    records = visible_to(user_of(request), module.model).in_bulk([one.record for one in found])
    texts: dict[int, Any] = lines.model._base_manager.in_bulk([one.line for one in found]) if lines else {}
    sets = ChangeSet.objects.select_related("user").in_bulk([one.change_set for one in found])
    url = entries_of(module)[0].url
    return [
        _one(check, one, records.get(one.record), texts.get(one.line), sets.get(one.change_set), url, reader)
        for one in found
    ]


def _one(
    check: Check, one: TieOutDifference, record: Any, line: Any, change_set: ChangeSet | None, url: str, reader: Reader
) -> Shown:  # fmt: skip
    def told(value: Decimal | None) -> str:
        if value is None:
            return ""
        if currency := _currency(check, record, one.figure):
            return amount(value, currency, reader)
        return write_number(value, reader, 6, shortest=True)

    gap = one.stored - one.due if one.stored is not None and one.due is not None else None
    return Shown(
        title_of(record) if record is not None else _("A record that is gone"), getattr(record, "number", "") or "",
        f"{url}{record.pk}/" if record is not None else "", str(line) if line is not None else "",
        check.label_of(one.figure), told(one.stored), told(one.due), told(gap), change_set, one.past_history,
    )  # fmt: skip


def _currency(check: Check, record: Any, figure: str) -> str:
    """In which the figure is an amount, "" where it is a number."""
    for module in (check.of, check.of.lines_module):
        field = module.fields.get(figure) if module is not None else None
        if isinstance(field, MoneyField):
            return getattr(record, "currency", "") or ""
    return ""
