"""Busy: when people are taken, of whatever anybody may see or not; nothing else of it is told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from django.db.models import Q

from relasi.modules.agenda.event import Event
from relasi.modules.agenda.event_rules import busy_in
from relasi.modules.agenda.invitee import Invitee, Response

Span = tuple[datetime, datetime]


def busy_spans(
    people: Collection[int], start: datetime, end: datetime, but: int | None = None
) -> dict[int, list[Span]]:
    """Of each person what keeps them busy in [start, end): their own events and those they are invited to and did not
    decline. but: an event that does not count."""
    found: dict[int, list[Span]] = defaultdict(list)
    own = Event._base_manager.filter(busy_in(start, end), owner__in=people).exclude(pk=but)
    for owner, first, until in own.values_list("owner_id", "starts_at", "until"):
        found[owner].append((first, until))
    then = Q(event__status="planned", event__busy=True, event__trashed_at=None)
    then &= Q(event__starts_at__lt=end, event__until__gt=start)
    asked = Invitee._base_manager.filter(then, user__in=people, trashed_at=None).exclude(event=but)
    asked = asked.exclude(response=Response.DECLINED)
    for user, first, until in asked.values_list("user_id", "event__starts_at", "event__until"):
        found[user].append((first, until))
    return found
