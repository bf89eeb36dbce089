"""Zoned days: what day it is for each of many rows that name a zone, as conditions of a query."""

from __future__ import annotations

from datetime import date

from django.db.models import Q

from relasi.kits.pipeline.days import today_in
from relasi.kits.schedule.zone import Zone


def days_now(zone: str, day: date | None = None) -> list[tuple[date, Q]]:
    """(day, of whom): what day it is now where each of them is; all of them on `day` where one is given.

    zone: the column that names it; where it is empty the zone of the company is meant.
    """
    if day is not None:
        return [(day, Q())]
    found: dict[date, Q] = {today_in(None): Q(**{f"{zone}__isnull": True})}
    for one in Zone:
        there = today_in(one)
        found[there] = found.get(there, Q()) | Q(**{zone: one})
    return sorted(found.items()) if len(found) > 1 else [(today_in(None), Q())]


def due_now(name: str, zone: str, day: date | None = None) -> Q:
    """Rows whose date `name` has come where they are."""
    found = Q()
    for there, whose in days_now(zone, day):
        found |= Q(**{f"{name}__lte": there}) & whose
    return found
