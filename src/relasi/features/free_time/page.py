"""The page that finds a time at which all chosen colleagues work and are free, and plans an event there."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from relasi.engine.access.acting import current_acting
from relasi.engine.access.door import may
from relasi.engine.declare.registry import registry
from relasi.engine.fields.date_text import write_clock, write_long_date, zone_name
from relasi.engine.records.refusal import Refusal, Refused
from relasi.engine.records.write import create
from relasi.engine.screens.asking import day_asked, go_to, reader_of, signed_in, user_of, whole, wholes
from relasi.engine.screens.pages import render_page
from relasi.engine.screens.shell import Shell
from relasi.engine.screens.toasts import toast
from relasi.kits.clock.free_slots import slots
from relasi.kits.clock.stored_hours import hours_of_user
from relasi.modules.agenda.busy import busy_spans
from relasi.modules.agenda.event import Event
from relasi.modules.agenda.invitee import Invitee
from relasi.users.user import WORKING, User

LENGTHS = (15, 30, 45, 60, 90, 120, 180, 240)
DAYS = 14
MOST, MOST_PEOPLE, LISTED = 60, 20, 200
STEP = timedelta(minutes=30)
DAY = timedelta(days=1)


class Asked:
    """What the form says: whose time, how long, from which day on."""

    def __init__(self, request: HttpRequest, data: Any):
        self.me, self.reader = user_of(request), reader_of(request)
        self.length = whole(data.get("length")) or 60
        self.length = self.length if self.length in LENGTHS else 60
        self.day = max(day_asked(data, "date", self.reader.today()), self.reader.today())
        self.subject = " ".join(data.get("subject", "").split())
        chosen = wholes(data.getlist("who"))[:MOST_PEOPLE] or [self.me.id]
        self.everybody = list(
            User.objects.filter(status__in=WORKING).order_by("first_name", "last_name", "pk")[:LISTED]
        )
        self.people = [one for one in self.everybody if one.pk in chosen]

    def found(self) -> list[tuple[datetime, datetime]]:
        start = datetime.combine(self.day, time(), self.reader.tz)
        end = start + DAYS * DAY
        days = [self.day + n * DAY for n in range(-1, DAYS + 1)]
        working = [
            [span for day in days for span in hours_of_user(one.pk, one.zone).stretches_of(day)] for one in self.people
        ]  # fmt: skip
        taken = busy_spans([one.pk for one in self.people], start, end)
        busy = [span for spans in taken.values() for span in spans]
        after = max(start, self.reader.now())
        found = slots(working, busy, timedelta(minutes=self.length), STEP, after, MOST)
        return [(a, b) for a, b in found if b <= end]

    def by_day(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """(day, its times as (value, words)) on the reader's clock."""
        days: dict[date, list[tuple[str, str]]] = {}
        for start, end in self.found():
            here, there = start.astimezone(self.reader.tz), end.astimezone(self.reader.tz)
            words = f"{write_clock(here, self.reader)}–{write_clock(there, self.reader)}"
            days.setdefault(here.date(), []).append((start.isoformat(), words))
        return [(write_long_date(day, self.reader), times) for day, times in days.items()]


@signed_in
def page(request: HttpRequest) -> HttpResponse:
    """GET: the free times. POST slot=: an event there of whoever asks, with the others invited."""
    user = user_of(request)
    if not may(user, "view", registry.of(Event)):
        raise Http404
    asked = Asked(request, request.POST if request.method == "POST" else request.GET)
    refusals: list[Refusal] = []
    if request.method == "POST":
        try:
            event = _plan(asked, request.POST.get("slot", ""))
        except Refused as refused:
            refusals = refused.refusals
        else:
            change_set = current_acting().change_set
            toast(
                request,
                _("%(name)s is planned.") % {"name": event.subject},
                undo=f"/changes/{change_set}/undo/",
            )
            return go_to(request, f"/events/{event.pk}/")
    context = {
        "shell": Shell(request, crumbs=[(_("Calendar"), "/calendar/"), (_("Find a free time"), None)]),
        "asked": asked, "days": asked.by_day(), "lengths": [(str(n), _("%(n)s minutes") % {"n": n}) for n in LENGTHS],
        "may_plan": may(user, "create", registry.of(Event)), "zone": zone_name(asked.reader.now(), asked.reader),
        "refusals": [(one.field, str(one.message)) for one in refusals],
        "errors": {one.field: str(one.message) for one in refusals},
    }  # fmt: skip
    return render_page(request, "features/free_time/page.html", context, status=422 if refusals else 200)


def _plan(asked: Asked, slot: str) -> Event:
    """Raises Refused when it is not free any more, after which nothing has changed."""
    if not asked.subject:
        raise Refused([Refusal("subject", "REQUIRED", _("This must be filled in."))])
    with transaction.atomic():
        span = next((one for one in asked.found() if one[0].isoformat() == slot), None)
        if span is None:
            raise Refused([Refusal("", "CONFLICT", _("This time is not free any more. Choose another."))])
        event = create(
            Event, {"subject": asked.subject, "starts_at": span[0], "ends_at": span[1], "owner": asked.me.id}
        )
        for one in asked.people:
            if one.pk != asked.me.id:
                create(Invitee, {"event": event.pk, "user": one.pk})
    return event
