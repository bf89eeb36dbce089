"""Month-end: three months closed some days after their end, the last two left open. After everything is dated back, for a
snapshot tells of a day from the history there is."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import pgtrigger
from django.db import connection

from relasi.engine.access.acting import acting
from relasi.engine.declare.registry import registry
from relasi.engine.records.write import create
from relasi.project.demo.clock import Clock
from relasi.project.demo.staff import Staff

CLOSED, OPEN = 3, 1  # months; the current one is open besides

# Each takes the moment and the id beside it.
_MOVED = [
    ("UPDATE records_change_set SET at = %s WHERE id = %s", "act"),
    ("UPDATE records_change SET at = %s WHERE change_set_id = %s", "act"),
    ("UPDATE billing_closedperiod SET created_at = %s WHERE id = %s", "closing"),
    ("UPDATE billing_closedperiod SET changed_at = %s WHERE id = %s", "closing"),
    ("UPDATE month_end_snapshot SET taken_at = %s WHERE closing_id = %s", "closing"),
]


def close_months(clock: Clock, staff: Staff) -> None:
    model: Any = registry.module("billing.ClosedPeriod").model
    closings = []
    for until in month_ends(clock.now.date()):
        with acting(staff.users["admin"]) as stretch:
            closing = create(
                model, {"until": until.isoformat(), "note": "Sudah dicocokkan dengan buku besar"}
            )
        at = clock.at_work(datetime.combine(until + timedelta(days=7), time(9), clock.now.tzinfo))
        closings.append({"at": at, "act": stretch.change_set, "closing": closing.pk})
    with pgtrigger.ignore(), connection.cursor() as cursor:
        for closing in closings:
            for statement, of in _MOVED:
                cursor.execute(statement, [closing["at"], closing[of]])


def month_ends(today: date) -> list[date]:
    """The last days of the months that are closed, the earliest first."""
    found, day = [], today
    for _month in range(CLOSED + OPEN):
        day = day.replace(day=1) - timedelta(days=1)
        found.append(day)
    return found[OPEN:][::-1]
