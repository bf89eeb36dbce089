"""Event rules: what an event's times mean, what may happen to it when, and whom it keeps busy."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from relasi.engine.access.acting import SYSTEM, acting_user
from relasi.engine.access.door import may
from relasi.engine.declare.registry import registry
from relasi.engine.fields.date_text import write_time
from relasi.engine.fields.reader import current_reader
from relasi.engine.records.blank import blank_record
from relasi.engine.records.refusal import Change, Refusal
from relasi.engine.records.write import create
from relasi.kits.schedule.zone import Zone

if TYPE_CHECKING:
    from relasi.modules.agenda.event import Event

DAY = timedelta(days=1)
RELATIONS = ("account", "contact", "lead", "deal", "contacts")


def usual_zone() -> str:
    zone = current_reader().zone
    return zone if zone in set(Zone) else Zone.JAKARTA.value


def settle_times(event: Event, change: Change) -> None:
    """A whole day begins and ends at midnight of its own zone, so that it never slips to another day elsewhere."""
    event.zone = event.zone or usual_zone()
    if event.starts_at is None:
        return
    if event.ends_at is None:
        event.ends_at = event.starts_at if event.all_day else event.starts_at + timedelta(hours=1)
    elif change.has("starts_at") and not change.has("ends_at") and not change.is_new:
        event.ends_at += event.starts_at - change.old("starts_at")
    if event.all_day:
        event.starts_at, event.ends_at = (
            _midnight(at, event.zone) for at in (event.starts_at, event.ends_at)
        )
        last = event.ends_at.astimezone(ZoneInfo(event.zone)).date()
        event.until = datetime.combine(last + DAY, time(), ZoneInfo(event.zone))
    else:
        event.until = event.ends_at


def _midnight(moment: datetime, zone: str) -> datetime:
    """The beginning of the day that stands on the reader's clock, in the event's zone."""
    tz = ZoneInfo(zone)
    local = moment.astimezone(tz)
    if local.time() == time():
        return local
    return datetime.combine(moment.astimezone(current_reader().tz).date(), time(), tz)


def check(event: Event, change: Change) -> None:
    if event.starts_at is None or event.ends_at is None:
        return
    if event.ends_at < event.starts_at or (event.ends_at == event.starts_at and not event.all_day):
        raise Refusal("ends_at", "INVALID_VALUE", _("The end must come after the beginning."))
    event.check_rule(event.starts_at.astimezone(ZoneInfo(event.zone)).date())
    if event.status == "held" and event.starts_at > timezone.now() and not change.authorised:
        raise Refusal("status", "INVALID_TRANSITION", _("What has not begun cannot have been held."))
    if (
        not change.is_new
        and change.has("status")
        and change.old("status") != "planned"
        and not change.authorised
    ):
        if event.status != "planned":
            raise Refusal("status", "INVALID_TRANSITION", _("Plan it again first."))
        user = acting_user()
        if user is not SYSTEM and user.id != event.owner_id and not user.is_admin:
            raise Refusal("status", "NO_PERMISSION", _("Only its owner corrects what was reported."))


def warn_of_clashes(changes: Iterable[Change]) -> None:
    """A person should not be in two places: says what stands in the way, once, and takes yes for an answer."""
    for change in changes:
        event = change.record
        if (
            change.via not in ("ui", "api")
            or change.authorised
            or "clash" in change.confirmed
            or change.refusals
        ):
            continue
        moved = any(change.has(name) for name in ("starts_at", "ends_at", "owner", "busy", "all_day"))
        if not moved or not event.busy or event.status != "planned" or event.until is None:
            continue
        others = clashes_of(event)
        if others:
            names = ", ".join(_told(one) for one in others[:3])
            message = _("At that time there is already: %(events)s.") % {"events": names}
            change.refuse("", "CLASH", message, confirm="clash")


def clashes_of(event: Event) -> list[Event]:
    rows = registry.module("agenda.Event").model._base_manager.filter(
        busy_in(event.starts_at, event.until), owner=event.owner_id
    )
    if event.series:
        rows = rows.exclude(series=event.series)
    return list(rows.exclude(pk=event.pk).order_by("starts_at")[:5])


def busy_in(start: datetime, end: datetime) -> Q:
    """Living planned events that keep somebody busy in [start, end)."""
    return Q(trashed_at=None, status="planned", busy=True, starts_at__lt=end, until__gt=start)


def _told(event: Event) -> str:
    seen = may(acting_user(), "view", registry.of(event), event)
    name = event.subject if seen else _("Busy")
    return f"{name} ({write_time(event.starts_at, current_reader())})"


def follow_up_of(event: Event) -> Event:
    blank = blank_record(type(event))
    blank.subject = event.subject
    blank.starts_at, blank.ends_at = event.starts_at + 7 * DAY, event.ends_at + 7 * DAY
    return blank


def make_follow_up(event: Event, values: dict[str, Any]) -> Event:
    """A new event with these values and the relations of this one."""
    kept: dict[str, Any] = {
        "type": event.type,
        "zone": event.zone,
        "owner": event.owner_id,
        "all_day": event.all_day,
    }
    for name in RELATIONS:
        kept[name] = getattr(event, event._meta.get_field(name).attname)
    return create(
        type(event), kept | {k: v for k, v in values.items() if v not in (None, "")}, confirmed=["clash"]
    )
