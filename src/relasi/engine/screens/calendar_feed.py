"""The calendar of one person for other programs: a secret address, made, made anew and ended by that person."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from relasi.engine.access.acting import acting
from relasi.engine.access.company import company
from relasi.engine.access.reading import reader_for
from relasi.engine.fields.reader import reading_as
from relasi.engine.query.calendar import calendar_modules, marks_between
from relasi.engine.query.calendar_feed import end_feed, feed_of, make_feed, user_of_feed
from relasi.engine.query.icalendar import calendar_text
from relasi.engine.screens.asking import go_to, signed_in, user_of
from relasi.engine.screens.pages import render_page
from relasi.engine.screens.shell import Shell
from relasi.engine.screens.toasts import toast

BACK, AHEAD = timedelta(days=90), timedelta(days=400)


@signed_in
def page(request: HttpRequest) -> HttpResponse:
    """POST do=make shows the new address once; do=end makes the old one lead nowhere."""
    user, address = user_of(request), ""
    if request.method == "POST" and request.POST.get("do") == "make":
        address = request.build_absolute_uri(f"/calendar/feed/{make_feed(user)}.ics")
    elif request.method == "POST":
        end_feed(user)
        toast(request, _("The address leads nowhere any more."))
        return go_to(request, "/calendar/")
    context = {
        "shell": Shell(request, crumbs=[(_("Calendar"), "/calendar/"), (_("In another calendar"), None)]),
        "address": address,
        "feed": feed_of(user),
    }
    return render_page(request, "screens/calendar_feed.html", context, part="drawer")


@login_not_required
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """The calendar as iCalendar text, for whoever holds the token; 404 for every other one."""
    user = user_of_feed(token)
    if user is None:
        raise Http404
    reader = reader_for(user)
    with acting(user), reading_as(reader), translation.override(user.language):
        today = reader.today()
        modules = calendar_modules(user)
        marks = marks_between(user, reader, [user.id], today - BACK, today + AHEAD, modules)
        known = [mark for mark in marks if mark.record is not None]
        text = calendar_text(f"{user.full_name} · {company().name}", known, timezone.now())
    return HttpResponse(
        text,
        content_type="text/calendar; charset=utf-8",
        headers={
            "Cache-Control": "private, max-age=300",
            "Content-Disposition": 'inline; filename="relasi.ics"',
        },
    )
