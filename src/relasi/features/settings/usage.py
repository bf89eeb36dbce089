"""Usage details: how much of its limits the company has used, by day, by hour and by whom, and the limits themselves."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _

from relasi.engine.access.door import has_tool
from relasi.engine.api.company_usage import begin_with_what_was_used
from relasi.engine.api.daily import today
from relasi.engine.api.usage_limits import CALLS, MAILS, STORAGE, WEBHOOKS, UsageLimits, usage_limits
from relasi.engine.records.refusal import Refused
from relasi.engine.records.write import create, update
from relasi.engine.screens.asking import day_asked, reader_of, user_of
from relasi.engine.transfer.table_file import file_answer
from relasi.features.settings.editing import Form
from relasi.features.settings.frame import admin_only, done, settings_page
from relasi.features.settings.usage_figures import SENT, Card, by_day, by_hour, by_source, cards

HOME = "/settings/usage/"
DAYS = 30
FILED = 396  # days, as long as they are kept
FIELDS = [
    "calls_free", "calls_per_user", "calls_extra", "extra_until", "calls_most", "webhooks", "mails", "storage_gb",
    "watch_only", "tells_admins",
]  # fmt: skip


@admin_only
def page(request: HttpRequest) -> HttpResponse:
    """?day=2026-11-30 shows the hours and the sources of that day, otherwise of today."""
    limits, day = usage_limits(), day_asked(request.GET, "day", today())
    days = by_day(today(), DAYS)
    context = {
        "cards": [(_label(one.metric), _consequence(one, limits), one) for one in cards(limits)],
        "limits": limits,
        "days": [(_noon(one.key), one) for one in days],
        "shown": _noon(day),
        "hours": by_hour(day),
        "sources": by_source(day),
        "busy": sum(one.of(CALLS) > 0 for one in days),
        "most": max((one.of(CALLS) for one in days), default=0),
        "may_export": has_tool(user_of(request), "export"),
    }
    return settings_page(request, "usage.html", "usage", context)


def _noon(day: date) -> datetime:
    """A day as templates show one, whatever zone they are read in."""
    return timezone.make_aware(datetime.combine(day, time(12)))


def _label(metric: str) -> str:
    return {
        CALLS: _("API calls"), WEBHOOKS: _("Webhook messages"), MAILS: _("Emails"), STORAGE: _("Storage"),
    }[metric]  # fmt: skip


def _consequence(card: Card, limits: UsageLimits) -> str:
    """What happens when it is used up."""
    if card.used is None:
        return _("Not measured yet.")
    if card.limit is None:
        return _("No limit is set.")
    if limits.watch_only or card.metric in (MAILS, STORAGE):
        return _("At the limit nothing is held back; admins are warned.")
    if card.metric == CALLS:
        return _("Beyond the limit programs are refused until midnight; people work on.")
    return _("Beyond the limit messages wait until midnight.")


@admin_only
def limits(request: HttpRequest) -> HttpResponse:
    stored = UsageLimits._base_manager.order_by("id").first()
    form = Form(request, UsageLimits, FIELDS, stored)
    if request.method == "POST":
        try:
            if stored is None:
                create(UsageLimits, form.given())
            else:
                update(stored, form.given(), version=form.version)
        except Refused as refused:
            form.refused = refused
        else:
            begin_with_what_was_used()
            done(request, _("The limits are saved."))
            return HttpResponseRedirect(HOME)
    context = {"title": _("Limits"), "form": form, "cancel": HOME}
    return settings_page(request, "form.html", "usage", context, (_("Limits"), None), status=form.status)


@admin_only
def file(request: HttpRequest, format: str) -> HttpResponse:
    """All days there are, as a table."""
    if format not in ("csv", "xlsx") or not has_tool(user_of(request), "export"):
        raise Http404
    rows: list[list[Any]] = [[_("Day"), *_headings()]]
    for one in by_day(today(), FILED):
        numbers = [number for metric in SENT for number in (one.of(metric), one.failed_of(metric))][:-1]
        stored = one.storage  # an email that did not go out is none, so there are none that failed
        sizes = [stored.database, stored.files, stored.total] if stored else [None, None, None]
        rows.append([one.key, *numbers, *sizes])
    return file_answer(_("usage"), format, rows, reader_of(request))


def _headings() -> list[str]:
    return [
        _("API calls"), _("Refused calls"), _("Webhook messages"), _("Failed messages"), _("Emails"),
        _("Database (bytes)"), _("Files (bytes)"), _("Storage (bytes)"),
    ]  # fmt: skip
