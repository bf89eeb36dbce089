"""The inbox: all a person is told of, grouped by record: new first, to be read, put off, or marked as done."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import F, Q, QuerySet
from django.db.models.expressions import OrderBy
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from relasi.engine.activity import notification as notifications
from relasi.engine.activity.hanging import records_open_to
from relasi.engine.activity.notification import Notification, open_q
from relasi.engine.activity.telling import Told, told
from relasi.engine.records.record import RecordIndex
from relasi.engine.screens.asking import reader_of, signed_in, user_of, wholes
from relasi.engine.screens.pages import render_page, wants_part
from relasi.engine.screens.shell import Shell
from relasi.engine.screens.toasts import toast

PAGE = 50
MOST_RECORDS = 500  # of one summary
MORNING = 8  # o'clock
TABS = [
    ("", gettext_lazy("Open"), "inbox"),
    ("mentions", gettext_lazy("Mentions"), "at-sign"),
    ("snoozed", gettext_lazy("Snoozed"), "clock"),
    ("done", gettext_lazy("Done"), "check-check"),
]


@dataclass
class Group:
    """What there is about one record, newest first."""

    title: str
    url: str
    items: list[Told]

    @property
    def unread(self) -> bool:
        return any(item.notification.unread for item in self.items)


@signed_in
def page(request: HttpRequest) -> HttpResponse:
    user, tab = user_of(request), request.GET.get("show", "")
    if tab not in {key for key, _label, _icon in TABS}:
        tab = ""
    rows, more = _page_of(_rows(user, tab), request.GET.get("after", ""))
    context = {
        "shell": Shell(request, crumbs=[(_("Inbox"), None)]),
        "tabs": TABS,
        "tab": tab,
        "groups": _groups(told(rows, user)),
        "more": more,
        "snoozes": SNOOZES,
    }
    return render_page(request, "screens/inbox.html", context, part="inbox")


def _rows(user: Any, tab: str) -> QuerySet[Notification]:
    rows = notifications.inbox(user).select_related("record", "actor", "comment")
    if tab == "done":
        return rows.filter(done_at__isnull=False)
    if tab == "snoozed":
        return rows.filter(done_at=None, snoozed_until__gt=timezone.now())
    rows = rows.filter(open_q())
    return rows.filter(kind__in=("mention", "reply")) if tab == "mentions" else rows


def _page_of(rows: QuerySet[Notification], after: str) -> tuple[list[Notification], str]:
    """Unread first, then newest first; and the cursor of what follows."""
    rows = rows.annotate(read=Q(read_at__isnull=False))
    if after:
        read, at, id = _decode(after)
        older = Q(at__lt=at) | Q(at=at, pk__lt=id)
        rows = rows.filter(Q(read=read) & older if read else Q(read=True) | (Q(read=False) & older))
    found: list[Any] = list(rows.order_by(OrderBy(F("read")), "-at", "-pk")[: PAGE + 1])
    if len(found) <= PAGE:
        return found, ""
    last: Any = found[PAGE - 1]
    body = json.dumps([last.read, last.at.isoformat(), last.pk])
    return found[:PAGE], base64.urlsafe_b64encode(body.encode()).decode().rstrip("=")


def _decode(text: str) -> tuple[bool, datetime, int]:
    try:
        read, at, id = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        moment = datetime.fromisoformat(at)
        if isinstance(read, bool) and moment.tzinfo and isinstance(id, int) and 0 <= id < 2**63:
            return read, moment, id
    except (ValueError, TypeError):
        pass
    raise Http404


def _groups(said: Iterable[Told]) -> list[Group]:
    found: dict[Any, Group] = {}
    for one in said:
        row = one.notification
        key = row.record_id or f"n{row.pk}"
        if key not in found:
            found[key] = Group(one.record, f"/r/{row.record_id}/" if row.record_id else "", [])
        found[key].items.append(one)
    return list(found.values())


@signed_in
def one(request: HttpRequest, id: int) -> HttpResponse:
    """Opens what a notification is about, and marks it as read. A summary lists its records."""
    user = user_of(request)
    row = notifications.inbox(user).select_related("record", "actor", "comment").filter(pk=id).first()
    said = told([row], user) if row is not None else []
    if not said:
        raise Http404
    notifications.mark(user, [id], read_at=timezone.now())
    if said[0].notification.kind != "many":
        return HttpResponseRedirect(said[0].url)
    seen = records_open_to(user, said[0].notification.facts.get("records", ()))
    context = {
        "shell": Shell(request, crumbs=[(_("Inbox"), "/inbox/"), (said[0].headline.striptags(), None)]),
        "said": said[0],
        "records": RecordIndex.objects.filter(pk__in=seen).order_by("title", "pk")[:MOST_RECORDS],
    }
    return render_page(request, "screens/inbox_many.html", context)


SNOOZES = [
    ("10", gettext_lazy("10 minutes")),
    ("60", gettext_lazy("1 hour")),
    ("tomorrow", gettext_lazy("Tomorrow 08:00")),
]


@signed_in
@require_POST
def mark(request: HttpRequest) -> HttpResponseBase:
    """do: done, open, read, unread or snooze; id: which ones, none for all open ones."""
    user, what, now = user_of(request), request.POST.get("do", ""), timezone.now()
    ids: list[int] | None = wholes(request.POST.getlist("id"))
    if not ids:
        ids = None
    values: dict[str, dict[str, Any]] = {
        "done": {"done_at": now, "read_at": now},
        "open": {"done_at": None, "snoozed_until": None},
        "read": {"read_at": now},
        "unread": {"read_at": None},
        "snooze": {"snoozed_until": _until(request, request.POST.get("for", "")), "read_at": now},
    }
    if what not in values or (ids is None and what not in ("done", "read")):
        raise Http404
    count = notifications.mark(user, ids, **values[what])
    if ids is None and count:
        toast(
            request,
            ngettext("%(n)s notification marked.", "%(n)s notifications marked.", count) % {"n": count},
        )
    target = f"/inbox/?show={request.POST['show']}" if request.POST.get("show") else "/inbox/"
    if not wants_part(request):
        return HttpResponseRedirect(target)
    asked = request.GET.copy()
    asked["show"] = request.POST.get("show", "")
    request.GET = asked  # type: ignore[assignment]
    return page(request)


def _until(request: HttpRequest, word: str) -> datetime:
    """Ten minutes, an hour, or tomorrow morning in the reader's zone."""
    reader = reader_of(request)
    if word == "tomorrow":
        return datetime.combine(reader.today() + timedelta(days=1), time(MORNING), reader.tz)
    return timezone.now() + timedelta(minutes=60 if word == "60" else 10)


@signed_in
def bell(request: HttpRequest) -> HttpResponse:
    """The bell alone, for a page that has heard of news."""
    return render_page(request, "base/bell.html", {})
