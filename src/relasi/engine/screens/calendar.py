"""Calendar: a day, a week, a month or a list of what lies ahead, of oneself and of colleagues."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from relasi.engine.access.door import may
from relasi.engine.access.owner import Owner
from relasi.engine.access.owner_sets import owners_called
from relasi.engine.declare.module import Module
from relasi.engine.declare.registry import UnknownModule, registry
from relasi.engine.fields.date_text import MONTHS, WEEKDAYS, zone_name
from relasi.engine.fields.periods import week_start
from relasi.engine.query.calendar import calendar_modules, marks_between
from relasi.engine.records.refusal import Refused
from relasi.engine.records.write import update
from relasi.engine.screens import toasts
from relasi.engine.screens.asking import (
    day_asked,
    reader_of,
    signed_in,
    user_of,
    visible_record,
    whole,
    wholes,
)
from relasi.engine.screens.calendar_grid import DAY, Day, days_with, month_of, step
from relasi.engine.screens.pages import render_page
from relasi.engine.screens.shell import Shell, entries_of

VIEWS = ("day", "week", "month", "agenda")
AHEAD = 30  # days of the agenda
MOST_PEOPLE = 40


@signed_in
def page(request: HttpRequest) -> HttpResponse:
    user, reader = user_of(request), reader_of(request)
    modules = calendar_modules(user)
    if not modules:
        raise Http404
    asked = Asked(request, modules)
    first, count = asked.span
    marks = marks_between(user, reader, asked.who, first, first + count * DAY, asked.shown)
    days, low, high = days_with(first, count, marks)
    now = reader.now()
    context = {
        "shell": Shell(request, crumbs=[(_("Calendar"), None)]),
        "asked": asked,
        "days": days,
        "weeks": [days[n : n + 7] for n in range(0, len(days), 7)],
        "hours": range(low, high),
        "low": low,
        "now": (now.date(), round(now.hour + now.minute / 60 - low, 3)),
        "people": asked.people(user),
        "topics": " ".join(module.key for module in modules),
        "makers": [entries_of(module)[0] for module in _by_hours(modules) if may(user, "create", module)],
        "weekdays": WEEKDAYS[reader.language],
        "week": [WEEKDAYS[reader.language][(reader.first_day + n) % 7] for n in range(7)],
        "zone": zone_name(now, reader),
        "title": _title(asked.day, days, asked.view, reader.language),
        "month": month_of(asked.day, reader.first_day),
        "month_title": f"{MONTHS[reader.language][asked.day.month - 1]} {asked.day.year}",
    }
    return render_page(request, "screens/calendar.html", context, part="calendar")


class Asked:
    """What the address says: view, day, whose, of which modules."""

    def __init__(self, request: HttpRequest, modules: list[Any]):
        get, self.reader = request.GET, reader_of(request)
        self.me = user_of(request).id
        self.modules = modules
        self.view: str = str(get.get("view")) if get.get("view") in VIEWS else "week"
        self.day = day_asked(get, "date", self.reader.today())
        chosen = wholes(get.getlist("who"))
        self.who = chosen[:MOST_PEOPLE] or [self.me]
        kinds = set(get.getlist("kind"))
        self.shown = [module for module in modules if module.slug in kinds] or modules

    @property
    def today(self) -> date:
        return self.reader.today()

    @property
    def span(self) -> tuple[date, int]:
        """The first day shown, and how many."""
        if self.view == "day":
            return self.day, 1
        if self.view == "week":
            return week_start(self.day, self.reader.first_day), 7
        if self.view == "month":
            weeks = month_of(self.day, self.reader.first_day)
            return weeks[0][0], 7 * len(weeks)
        return self.day, AHEAD

    def url(self, **changes: Any) -> str:
        pairs = {"view": self.view, "date": self.day.isoformat(), **changes}
        more = [("who", id) for id in self.who if self.who != [self.me]]
        more += [("kind", m.slug) for m in self.shown if self.shown != self.modules]
        return f"/calendar/?{urlencode([*pairs.items(), *more])}"

    def stepped(self, direction: int) -> str:
        if self.view == "agenda":
            return self.url(date=(self.day + direction * AHEAD * DAY).isoformat())
        return self.url(date=step(self.day, self.view, direction).isoformat())

    def at(self, day: date, view: str | None = None) -> str:
        return self.url(date=day.isoformat(), view=view or self.view)

    def new_url(self, entry: Any, day: date, hour: int | None = None) -> str:
        """Where something is made at this time, leading back here."""
        words = entry.module.calendar
        values: dict[str, Any] = {words.start: day.isoformat(), "next": self.url()}
        if words.end and hour is not None:
            start = datetime.combine(day, datetime.min.time()) + timedelta(hours=hour)
            values |= {words.start: start.isoformat(), words.end: (start + timedelta(hours=1)).isoformat()}
        elif words.end:
            values |= {words.start: f"{day}T09:00", words.end: f"{day}T10:00"}
        return f"{entry.url}quick/?{urlencode(values)}"

    def people(self, user: Any) -> list[tuple[int, str, bool]]:
        """(id, name, whether shown): oneself, then the team, then whoever is shown besides."""
        ids = {user.id, *self.who, *owners_called("my_team")}
        rows = Owner.objects.filter(pk__in=ids, kind="user", active=True).order_by("name")[:MOST_PEOPLE]
        found = [(row.pk, row.name, row.pk in self.who) for row in rows]
        return sorted(found, key=lambda one: (one[0] != user.id, one[1]))


def _by_hours(modules: Iterable[Module]) -> list[Module]:
    """What takes hours before what has a moment and what has a day alone: a free hour is for the first of them."""
    return sorted(modules, key=lambda one: (not one.calendar.end, not one.calendar.clock))


def _title(day: date, days: list[Day], view: str, language: str) -> str:
    names = MONTHS[language]
    if view == "day":
        return f"{WEEKDAYS[language][day.weekday()]}, {day.day} {names[day.month - 1]} {day.year}"
    if view != "week":
        return f"{names[day.month - 1]} {day.year}"
    first, last = days[0].date, days[-1].date
    if first.month == last.month:
        return f"{first.day}–{last.day} {names[first.month - 1]} {first.year}"
    return f"{first.day} {names[first.month - 1]} – {last.day} {names[last.month - 1]} {last.year}"


@signed_in
@require_POST
def move(request: HttpRequest) -> HttpResponse:
    """Moves something to another time: kind (slug), id, version, start and perhaps end, as the reader's clock says.

    A clash is told and taken; anything else that is refused changes nothing.
    """
    post = request.POST
    try:
        entry = entries_of(registry.by_slug(post.get("kind", "")))[0]
    except (UnknownModule, IndexError):
        raise Http404 from None
    words = entry.module.calendar
    id = whole(post.get("id"))
    if words is None or id is None:
        raise Http404
    record = visible_record(request, entry, id)
    values = _times(words, record, post.get("start", ""), post.get("end", ""))
    version = whole(post.get("version"))
    clash = ""
    try:
        saved = update(record, values, version=version, merge=True)
    except Refused as refused:
        if refused.codes != {"CLASH"}:
            sentence = " ".join(dict.fromkeys(str(r.message) for r in refused.refusals))
            return JsonResponse(
                {"message": sentence, "code": refused.refusals[0].code}, status=refused.status
            )
        clash = str(refused.refusals[0].message)
        saved = update(record, values, version=version, merge=True, confirmed=["clash"])
    if clash:
        toasts.toast(request, clash, kind="info")
    return toasts.deliver(request, JsonResponse({"version": saved.version}))


def _times(words: Any, record: Any, start: str, end: str) -> dict[str, Any]:
    if words.clock:
        has_clock = getattr(record, words.clock) is not None
        return {words.clock: start} if has_clock and "T" in start else {words.start: start[:10]}
    return {words.start: start, **({words.end: end} if end and words.end else {})}
