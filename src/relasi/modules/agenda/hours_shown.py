"""What working hours come to, on their page: open or closed now, when work begins, what four hours reach, what is closed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from relasi.engine.access.company import company
from relasi.engine.fields.date_text import write_date, write_moment
from relasi.engine.fields.reader import current_reader
from relasi.kits.clock.business_hours import NeverOpen
from relasi.kits.clock.stored_hours import calendars, day_length

AHEAD = timedelta(days=60)
SAMPLE = timedelta(hours=4)


def body_of(row: Any, user: Any) -> dict[str, Any] | None:
    """For agenda/working_hours.html."""
    found, reader, now = calendars(), current_reader(), timezone.now()
    hours = found.engine(found.rows.get(row.pk, row), company().zone)
    told = [(_("Now"), _("Open") if hours.is_open(now) else _("Closed"))]
    try:
        told += [
            (_("Next working moment"), write_moment(hours.next_open(now), reader)),
            (_("Four working hours from now"), write_moment(hours.add(now, SAMPLE), reader)),
        ]
    except NeverOpen:
        told.append((_("Next working moment"), _("Not within two years")))
    length = day_length(hours.week)
    told.append(
        (_("A day of work"), f"{length // timedelta(hours=1)}:{length // timedelta(minutes=1) % 60:02}")
    )
    today = now.astimezone(hours.zone).date()
    closed = [
        {"day": write_date(day, reader), "name": str(one), "url": f"/holidays/{one.pk}/"}
        for day in (today + timedelta(days=n) for n in range(AHEAD.days))
        for one in found.holidays
        if one.calendar_id in (None, row.pk) and (row.keeps_holidays or one.calendar_id) and _falls(one, day)
    ]  # fmt: skip
    return {"told": told, "closed": closed}


def _falls(one: Any, day: Any) -> bool:
    if one.yearly:
        return day >= one.day and (day.month, day.day) == (one.day.month, one.day.day)
    return day == one.day
