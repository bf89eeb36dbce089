"""Tasks and events."""

from __future__ import annotations

from relasi.features.compat.faces import Table
from relasi.features.compat.field import Absent, Plain
from relasi.features.compat.moments import Clock, Day
from relasi.features.compat.references import OneOf, Ref

ABOUT = ("deal", "lead", "account")


def _nowhere(*names: str) -> list[Absent]:
    return [Absent(name) for name in names]


TASKS = Table(
    9, "Calendar", "tasks", "Tasks", "Task", label_fields="subject", number="task_no",
    fields=[
        Plain("subject", "subject"), Absent("activitytype", "Task"),
        Plain("date_start", "start_on"), Absent("time_start", type="time"), Plain("due_date", "due_on"),
        Clock("time_end", "due_at", day="due_date"), OneOf("parent_id", *ABOUT, label="Related To"),
        Ref("contact_id", "contact"), Plain("taskstatus", "status"), Plain("taskpriority", "priority"),
        *_nowhere("eventstatus", "sendnotification", "duration_hours", "duration_minutes", "location", "visibility",
                  "notime", "recurringtype", "reminder_time"),
        Plain("description", "description"),
    ],
)  # fmt: skip

EVENTS = Table(
    18, "Events", "events", "Events", "Event", label_fields="subject", number="event_no",
    fields=[
        Plain("subject", "subject"), Plain("activitytype", "type"), Plain("eventstatus", "status"),
        Day("date_start", "starts_at", clock="time_start", mandatory=True),
        Clock("time_start", "starts_at", day="date_start"),
        Day("due_date", "ends_at", clock="time_end"), Clock("time_end", "ends_at", day="due_date"),
        OneOf("parent_id", *ABOUT, label="Related To"), Ref("contact_id", "contact"), Plain("location", "location"),
        Plain("taskpriority", "priority"), Plain("visibility", "visibility"),
        *_nowhere("sendnotification", "duration_hours", "duration_minutes", "notime", "recurringtype", "reminder_time"),
        Plain("description", "description"),
    ],
)  # fmt: skip

TABLES = [TASKS, EVENTS]
