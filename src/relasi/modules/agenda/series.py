"""Series: the occurrences of an event that repeats. Each is an event of its own, so that lists, search and rights see it."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from relasi.engine.declare.registry import registry
from relasi.engine.fields.kind import Invalid, kind_of
from relasi.engine.fields.reader import current_reader
from relasi.engine.records.refusal import Change, Refusal, Refused
from relasi.engine.records.write import Draft, trash, update, write
from relasi.kits.schedule.recurrence import moments_of, moved_like

if TYPE_CHECKING:
    from relasi.modules.agenda.event import Event

DERIVED = "the occurrences of a series follow from its rule"
SHARED = ("subject", "starts_at", "ends_at", "location", "online_link", "description", "remind_before")
_COPIED = (
    "subject", "type", "all_day", "zone", "owner", "account", "contact", "lead", "deal", "contacts", "location",
    "online_link", "priority", "visibility", "busy", "description", "remind_before", "repeats", "repeat_every",
    "repeat_days", "repeat_until", "repeat_count",
)  # fmt: skip


def lay_out(changes: list[Change]) -> None:
    """Makes the other occurrences of new events that repeat. The first is the event itself."""
    for change in changes:
        event = change.record
        if event.rule is None or event.series:
            continue
        event = update(event, {"series": uuid.uuid4().hex}, authorised=DERIVED)
        moments = moments_of(event.rule, event.starts_at, event.zone)
        _make(event, [at for at in moments if at > event.starts_at])


def _make(event: Event, moments: list[datetime]) -> None:
    fields = type(event)._meta
    shared = {name: getattr(event, fields.get_field(name).attname) for name in _COPIED}
    drafts = []
    for at in moments:
        end = (
            moved_like(event.ends_at, event.starts_at, at, event.zone)
            if event.all_day
            else at + _length(event)
        )
        drafts.append(Draft({**shared, "starts_at": at, "ends_at": end, "series": event.series}))
    if drafts:
        write(registry.of(event), drafts, authorised=DERIVED)


def _length(event: Event) -> Any:
    return event.ends_at - event.starts_at


def occurrences(event: Event, *, following: bool) -> list[Event]:
    """The living events of the series in order, or this one and those after it."""
    rows = type(event)._base_manager.filter(series=event.series, trashed_at=None).order_by("starts_at", "pk")
    return list(rows.filter(starts_at__gte=event.starts_at) if following else rows)


def change(event: Event, values: dict[str, Any], *, whole: bool) -> Event:
    """Gives all occurrences, or this and the following, these values; times move each as they move this one.

    "This and following" begins a series of its own. Those reported as held or not held stay as they were.
    """
    given = {name: value for name, value in values.items() if name in SHARED}
    start, end = _moment(event, "starts_at", given), _moment(event, "ends_at", given)
    if end < start:
        raise Refused([Refusal("ends_at", "INVALID_VALUE", _("The end must come after the beginning."))])
    rows = [one for one in occurrences(event, following=not whole) if one.status == "planned"]
    plain = {name: value for name, value in given.items() if name not in ("starts_at", "ends_at")}
    with transaction.atomic():
        drafts = []
        for one in rows:
            at = moved_like(one.starts_at, event.starts_at, start, one.zone)
            drafts.append(Draft({**plain, "starts_at": at, "ends_at": at + (end - start)}, id=one.pk))
        written = write(registry.of(event), drafts, confirmed=["clash"])
        if not whole:
            uid = uuid.uuid4().hex
            marks = [Draft({"series": uid}, id=one.pk) for one in rows]
            written = write(registry.of(event), marks, authorised=DERIVED)
    return next((one for one in written.records if one.pk == event.pk), event)


def _moment(event: Event, name: str, given: dict[str, Any]) -> datetime:
    """Raises Refused."""
    if given.get(name) in (None, ""):
        return getattr(event, name)
    try:
        return kind_of(event._meta.get_field(name)).parse(given[name], current_reader())
    except Invalid as wrong:
        raise Refused([Refusal(name, wrong.code, wrong.message)]) from wrong


def drop_following(event: Event) -> None:
    trash(type(event), [one.pk for one in occurrences(event, following=True) if one.status == "planned"])
