"""Timing: when each periodic job runs. What an admin set is taken into the clock of every worker while it runs."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import attr
import structlog
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from procrastinate.contrib.django import app as jobs

from relasi.engine.screens.faces import clock
from relasi.features.scheduler.described import DESCRIPTIONS
from relasi.features.scheduler.window import Window, next_run

ALWAYS = Window(None, None, "UTC")
LOOKED_AT = 15  # seconds
MINUTES = (1, 2, 5, 10, 15, 30)
HOURS = (1, 2, 3, 6, 12)
log = structlog.get_logger("relasi.scheduler")

_delivered: dict[str, str] = {}


def delivered() -> dict[str, str]:
    """Task -> the cron it was delivered with. Crons count in UTC."""
    if not _delivered:
        # Some jobs live in files that only a worker would import.
        jobs.perform_import_paths()
        _delivered.update(
            {name: one.cron for (name, _id), one in jobs.periodic_registry.periodic_tasks.items()}
        )
    return _delivered


def choices() -> list[str]:
    return ["* * * * *", *(f"*/{n} * * * *" for n in MINUTES[1:]), "0 * * * *",
            *(f"0 */{n} * * *" for n in HOURS[1:]), "0 18 * * *"]  # fmt: skip


def set_clock(app: Any, crons: dict[str, str], sequences: dict[str, int | None] | None = None) -> None:
    """crons: task -> what an admin set, empty for as delivered. sequences: which come first of those due at once."""
    registry = app.periodic_registry.periodic_tasks
    first, order = delivered(), in_order(registry_names(app), sequences or {})
    for key, one in list(registry.items()):
        wanted = crons.get(one.task.name) or first.get(one.task.name, one.cron)
        how = one.configure_kwargs | {"priority": len(order) - order.index(one.task.name)}
        if wanted != one.cron or how != one.configure_kwargs:
            registry[key] = attr.evolve(one, cron=wanted, configure_kwargs=how)


def registry_names(app: Any) -> list[str]:
    return [one.task.name for one in app.periodic_registry.periodic_tasks.values()]


def in_order(tasks: Iterable[str], sequences: Mapping[str, int | None]) -> list[str]:
    """As they run where several are due at once: by what an admin set, and as delivered behind those."""
    usual = {task: place for place, task in enumerate(DESCRIPTIONS)}

    def place(task: str) -> tuple[int, int, str]:
        own = sequences.get(task)
        return (usual.get(task, len(usual)) if own is None else own, own is None, task)

    return sorted(tasks, key=place)


async def follow_settings(app: Any) -> None:
    """Never ends. The clock wakes at least each minute, so what is set holds from the next one."""
    while True:
        try:
            rows = await app.connector.execute_query_all_async(
                "SELECT task, cron, sequence FROM scheduler_jobsetting"
            )
            sequences = {row["task"]: row["sequence"] for row in rows}
            set_clock(app, {row["task"]: row["cron"] for row in rows}, sequences)
        except Exception as trouble:  # the database may be away for a moment; the clock goes on as it was
            log.warning("the times of periodic jobs were not read", trouble=str(trouble)[:200])
        await asyncio.sleep(LOOKED_AT)


def in_words(cron: str, now: datetime) -> str:
    """The plain ones in words, at the hour of the reader; all others as they are written."""
    minute, hour, *rest = cron.split()
    if rest != ["*", "*", "*"]:
        return cron
    if hour == "*" and (minute == "*" or minute.startswith("*/")):
        n = int(minute[2:] or 1)
        return ngettext("Every minute", "Every %(n)s minutes", n) % {"n": n}
    if minute.isdigit() and (hour == "*" or hour.startswith("*/")):
        n = int(hour[2:] or 1)
        return ngettext("Every hour", "Every %(n)s hours", n) % {"n": n}
    if minute.isdigit() and hour.isdigit():
        return _("Every day at %(time)s") % {"time": clock(next_run(cron, now, ALWAYS) or now)}
    return cron
