"""Hand-over: marketing offers an MQL to sales, and whoever leads them is told when nobody takes it over in time."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from markupsafe import Markup

from relasi.engine.access.directory import directory
from relasi.engine.activity.news import tell
from relasi.engine.activity.notification import Notification, NotificationKind, register_kind
from relasi.engine.activity.telling import tells
from relasi.engine.declare.registry import registry
from relasi.engine.records.write import Draft, write
from relasi.kits.clock.stored_hours import after_working_days

# Days of work sales has to answer.
DAYS = 2
MOST = 500  # in one go
WAITS = register_kind(
    NotificationKind("handover", gettext_lazy("A lead of my team waits to be taken over"), "timer", "now")
)
TOLD = "a lead that waits is told of once"


def handover_until(offered: datetime) -> datetime:
    return after_working_days(offered, DAYS)


def tell_of_waiting(now: datetime | None = None) -> int:
    """Tells the superiors of each MQL whose time is over, once. Returns how many leads that were.

    Runs inside a transaction as the product itself. Safe to run twice, and by two at once.
    """
    now, module = now or timezone.now(), registry.module("customers.Lead")
    rows = (
        module.model._base_manager.select_for_update(skip_locked=True, of=("self",))
        .filter(stage="mql", trashed_at=None, handover_until__lte=now, handover_told_at=None)
        .exclude(module.closed)
    )
    leads = list(rows.order_by("handover_until")[:MOST])
    if leads:
        drafts = [Draft({"handover_told_at": now}, id=lead.pk) for lead in leads]
        write(module, drafts, authorised=TOLD)
    for lead in leads:
        tell(WAITS, superiors_of(lead.sales_owner_id or lead.owner_id), record=lead.pk)
    return len(leads)


def superiors_of(owner: int | None) -> set[int]:
    """Who leads this person, or the people of this group: those in the nearest role above in which anybody works."""
    found = directory()
    people = found.people_behind(owner)
    return set().union(*(_nearest_above(found, found.people[one].role) for one in people))


def _nearest_above(found: Any, role: int) -> set[int]:
    for above in found.above(role):
        working = {one for one in found.people_in[above] if found.people[one].is_active}
        if working:
            return working
    return set()


@tells("handover")
def _told(row: Notification, user: Any) -> tuple[Markup, str]:
    return Markup(_("Nobody has taken over this lead within two working days")), f"/r/{row.record_id}/"
