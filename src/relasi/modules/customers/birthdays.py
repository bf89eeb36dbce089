"""Birthdays: whoever looks after a contact is told on the morning of their birthday."""

from __future__ import annotations

from calendar import isleap
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from markupsafe import Markup

from relasi.engine.access.directory import directory
from relasi.engine.activity.news import tell
from relasi.engine.activity.notification import Notification, NotificationKind, register_kind
from relasi.engine.activity.telling import tells
from relasi.kits.pipeline.days import today
from relasi.modules.customers.contact import Contact

KIND = register_kind(
    NotificationKind("birthday", gettext_lazy("A contact of mine has a birthday"), "calendar", "digest")
)


def born_on(day: date) -> Q:
    """Whose birthday it is. Who was born on 29 February has it on the 28th of a year without that day."""
    found = Q(birthdate__month=day.month, birthdate__day=day.day)
    if (day.month, day.day) == (2, 28) and not isleap(day.year):
        found |= Q(birthdate__month=2, birthdate__day=29)
    return found


def tell_of_birthdays(day: date | None = None) -> int:
    """Tells the owners, or everybody of the group that owns, of the contacts whose birthday it is. Returns how many."""
    rows = Contact._base_manager.filter(born_on(day or today()), trashed_at=None).order_by("pk")
    count = 0
    for id, owner in rows.values_list("pk", "owner_id").iterator():
        people = {one for one in directory().people_behind(owner) if directory().people[one].is_active}
        tell(KIND, people, record=id)
        count += 1
    return count


@tells("birthday")
def _told(row: Notification, user: Any) -> tuple[Markup, str]:
    return Markup(_("Has a birthday today")), f"/r/{row.record_id}/"
