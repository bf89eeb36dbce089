"""Alarm: admins are told once when a periodic job has failed several times in a row, or misses its times."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from markupsafe import Markup
from procrastinate.contrib.django import app

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.access.directory import directory
from relasi.engine.activity.news import tell
from relasi.engine.activity.notification import Notification, NotificationKind, register_kind
from relasi.engine.activity.telling import tells
from relasi.features.scheduler.described import described

FAILING = register_kind(
    NotificationKind("job_failing", gettext_lazy("A periodic job keeps failing"), "timer", "now", always=True)
)
LATE = register_kind(
    NotificationKind("job_late", gettext_lazy("A periodic job misses its times"), "timer", "now", always=True)
)


ENDED = register_kind(
    NotificationKind("job_ended", gettext_lazy("A periodic job took too long"), "timer", "now", always=True)
)


@app.task(name="warn_of_failures", retry=3)
def warn_of_failures(task: str, times: int = 3) -> None:
    """times: in a row."""
    with acting(SYSTEM, via="system"), transaction.atomic():
        tell(FAILING, admins(), task=task, times=times)


@app.task(name="warn_of_end", retry=3)
def warn_of_end(task: str) -> None:
    with acting(SYSTEM, via="system"), transaction.atomic():
        tell(ENDED, admins(), task=task)


def admins() -> list[int]:
    return [person.id for person in directory().people.values() if person.is_admin and person.is_active]


@tells("job_failing")
def _told(row: Notification, user: Any) -> tuple[Markup, str]:
    task = str(row.facts.get("task", ""))
    words = {"job": described(task).label, "n": row.facts.get("times", 3)}
    sentence = Markup(_("“%(job)s” has failed %(n)s times in a row")) % words
    return sentence, f"/settings/scheduler/{task}/"


@tells("job_ended")
def _ended(row: Notification, user: Any) -> tuple[Markup, str]:
    task = str(row.facts.get("task", ""))
    words = {"job": described(task).label}
    return Markup(_("“%(job)s” took too long and was ended")) % words, f"/settings/scheduler/{task}/"


@tells("job_late")
def _late(row: Notification, user: Any) -> tuple[Markup, str]:
    task = str(row.facts.get("task", ""))
    return Markup(_("“%(job)s” misses its times")) % {
        "job": described(task).label
    }, f"/settings/scheduler/{task}/"
