"""Job form: what an admin sets about a periodic job, and the sentences where it cannot be so."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from relasi.features.scheduler.models import JobSetting
from relasi.features.scheduler.timing import choices, delivered, in_order
from relasi.features.scheduler.window import Window, next_run

LIMITS = (5, 15, 30, 60, 120, 240, 480, 0)  # minutes
TRIES = tuple(range(6))
ALERTS = (1, 2, 3, 5, 10)


@dataclass
class JobForm:
    """values: of the setting. shown: what was typed, for the form that comes back. errors: field -> sentence."""

    values: dict[str, Any] = field(default_factory=dict)
    shown: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)


def form_of(task: str, setting: JobSetting, post: Any, zone: str) -> JobForm:
    """What is not there stays as it is set."""
    form = JobForm(shown={name: post[name] for name in post})
    cron = post.get("cron", setting.cron)
    form.values["cron"] = cron if cron in choices() else ""
    form.values["active"] = post.get("active", "1" if setting.active else "0") == "1"
    for name, allowed in (("minutes", LIMITS), ("retries", TRIES), ("alert_after", ALERTS)):
        form.values[name] = _one_of(form, name, post, allowed, getattr(setting, name))
    for name in ("window_first", "window_last"):
        form.values[name] = _one_of(form, name, post, [None, *range(24)], getattr(setting, name))
    _check_window(task, form, zone)
    return form


def _one_of(form: JobForm, name: str, post: Any, allowed: Iterable[int | None], now: Any) -> Any:
    if name not in post or post[name] == str(now):
        return now
    known = {"" if one is None else str(one): one for one in allowed}
    if post[name] not in known:
        form.errors[name] = _("Choose one of the list.")
        return now
    return known[post[name]]


def _check_window(task: str, form: JobForm, zone: str) -> None:
    first, last = form.values["window_first"], form.values["window_last"]
    if (first is None) != (last is None):
        missing = "window_last" if last is None else "window_first"
        form.errors.setdefault(missing, _("Choose both hours, or neither."))
    elif first is not None and first == last:
        form.errors.setdefault("window_last", _("Choose another hour than the first one."))
    elif (
        next_run(form.values["cron"] or delivered()[task], timezone.now(), Window(first, last, zone)) is None
    ):
        form.errors.setdefault(
            "window_first", _("None of its times lies in these hours, so it would never run.")
        )


def move(task: str, up: bool, by: Any) -> None:
    """One place earlier or later among those that are due at once."""
    with transaction.atomic():
        rows = {one.task: one for one in JobSetting.objects.select_for_update().order_by("task")}
        order = in_order(delivered(), {name: one.sequence for name, one in rows.items()})
        place = order.index(task)
        other = place + (-1 if up else 1)
        if not 0 <= other < len(order):
            return
        order[place], order[other] = order[other], order[place]
        for sequence, name in enumerate(order):
            values = {"sequence": sequence}
            values |= {"changed_by": by, "changed_at": timezone.now()} if name == task else {}
            JobSetting.objects.update_or_create(task=name, defaults=values)


def hours() -> list[tuple[str, str]]:
    return [(str(n), f"{n:02}:00") for n in range(24)]


def limits() -> list[tuple[str, str]]:
    return [(str(n), time_in_words(n) if n else _("No limit")) for n in LIMITS]


def time_in_words(minutes: int) -> str:
    if minutes >= 60 and minutes % 60 == 0:
        n = minutes // 60
        return ngettext("%(n)s hour", "%(n)s hours", n) % {"n": n}
    return ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes}


def tries() -> list[tuple[str, str]]:
    return [
        (str(n), ngettext("%(n)s time", "%(n)s times", n) % {"n": n} if n else _("Not at all")) for n in TRIES
    ]


def alerts() -> list[tuple[str, str]]:
    return [
        (str(n), ngettext("After %(n)s failure", "After %(n)s failures in a row", n) % {"n": n})
        for n in ALERTS
    ]
