"""Scheduler: every periodic job, when it ran and how it went; on, off, how often, and now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from procrastinate.contrib.django import app as jobs
from procrastinate.exceptions import AlreadyEnqueued

from relasi.engine.access.company import company
from relasi.engine.screens.asking import user_of
from relasi.engine.screens.toasts import toast
from relasi.features.scheduler.described import Description, described
from relasi.features.scheduler.job_form import JobForm, alerts, form_of, hours, limits, move, tries
from relasi.features.scheduler.models import JobRun, JobSetting, State
from relasi.features.scheduler.timing import choices, delivered, in_order, in_words
from relasi.features.scheduler.window import Window, next_run
from relasi.features.settings.frame import admin_only, settings_page

AT_ONCE = 100  # before every other job
SHOWN = 100  # runs of one job
SILENCE = 60  # seconds without a sign before the worker counts as away
HOME = "/settings/scheduler/"


@dataclass
class Job:
    """One periodic job as its row shows it."""

    task: str
    setting: JobSetting
    cron: str
    last: JobRun | None
    now: datetime
    zone: str = "Asia/Jakarta"

    @property
    def about(self) -> Description:
        return described(self.task)

    @property
    def url(self) -> str:
        return f"{HOME}{self.task}/"

    @property
    def frequency(self) -> str:
        return in_words(self.cron, self.now)

    @property
    def next(self) -> datetime | None:
        return next_run(self.cron, self.now, self.window) if self.setting.active else None

    @property
    def window(self) -> Window:
        return self.setting.window(self.zone)

    @property
    def hours(self) -> str:
        """Where it may run at some hours alone."""
        first, last = self.window.first, self.window.last
        return "" if self.window.is_open or first is None or last is None else f"{first:02}:00–{last:02}:00"

    @property
    def is_late(self) -> bool:
        """Whether it should have run at least twice since it last began."""
        if not self.setting.active or self.last is None or self.last.started_at is None:
            return False
        first = next_run(self.cron, self.last.started_at, self.window)
        second = first and next_run(self.cron, first, self.window)
        return second is not None and self.now > second + timedelta(seconds=SILENCE)

    @property
    def is_failing(self) -> bool:
        return self.setting.failures >= self.setting.alert_after

    @property
    def lamp(self) -> tuple[Any, str]:
        """Word and tone of its state."""
        if not self.setting.active:
            return _("Off"), "gray"
        if self.is_failing:
            return _("Failing"), "merah"
        return (_("Late"), "kuning") if self.is_late else (_("Active"), "hijau")


def all_jobs(tasks: Iterable[str] | None = None) -> list[Job]:
    now = timezone.now()
    crons = {task: cron for task, cron in delivered().items() if tasks is None or task in tasks}
    settings = JobSetting.objects.select_related("changed_by").in_bulk(list(crons))
    last = JobRun.objects.select_related("asked_by").filter(task__in=crons).exclude(status=State.WAITING)
    runs = {run.task: run for run in last.order_by("task", "-id").distinct("task")}
    found = []
    for task, cron in crons.items():
        setting = settings.get(task) or JobSetting(task=task)
        found.append(Job(task, setting, setting.cron or cron, runs.get(task), now, company().zone))
    order = in_order(crons, {task: one.sequence for task, one in settings.items()})
    return sorted(found, key=lambda job: order.index(job.task))


def worker_is_away() -> bool:
    beat = "SELECT coalesce(max(last_heartbeat) < now() - %s * interval '1 second', true) FROM procrastinate_workers"
    with connection.cursor() as cursor:
        cursor.execute(beat, [SILENCE])
        return bool(cursor.fetchone()[0])


@admin_only
def page(request: HttpRequest) -> HttpResponse:
    found = all_jobs()
    context = {
        "jobs": found,
        "failing": [job for job in found if job.is_failing],
        "late": [job for job in found if job.is_late and not job.is_failing],
        "away": worker_is_away(),
    }
    return settings_page(request, "scheduler.html", "scheduler", context)


def _job(task: str) -> Job:
    found = all_jobs([task])
    if not found:
        raise Http404
    return found[0]


@admin_only
def detail(request: HttpRequest, task: str) -> HttpResponse:
    """GET: its log. POST: on or off, how often, in which hours, how long and how stubbornly; or one place up or down."""
    job, form = _job(task), JobForm()
    if request.method == "POST" and request.POST.get("move") in ("up", "down"):
        move(task, request.POST["move"] == "up", user_of(request))
        return HttpResponseRedirect(HOME)
    if request.method == "POST":
        form = form_of(task, job.setting, request.POST, job.zone)
        if not form.errors:
            _set(request, job, form.values)
            return HttpResponseRedirect(job.url)
    runs = JobRun.objects.select_related("asked_by").filter(task=task).order_by("-id")[:SHOWN]
    first = _("As delivered: %(frequency)s") % {"frequency": in_words(delivered()[task], job.now)}
    context = {
        "job": job,
        "runs": list(runs),
        "options": [("", first), *((cron, in_words(cron, job.now)) for cron in choices())],
        "form": form,
        "hours": hours(),
        "limits": limits(),
        "tries": tries(),
        "alerts": alerts(),
    }
    answer = settings_page(request, "scheduler_job.html", "scheduler", context, (job.about.label, None))
    answer.status_code = 422 if form.errors else 200
    return answer


def _set(request: HttpRequest, job: Job, values: dict[str, Any]) -> None:
    values |= {"changed_by": user_of(request), "changed_at": timezone.now()}
    JobSetting.objects.update_or_create(task=job.task, defaults=values)
    words = {"job": job.about.label}
    if values["active"] == job.setting.active:
        toast(request, _("“%(job)s” is saved.") % words)
    elif values["active"]:
        toast(request, _("“%(job)s” runs again from its next time.") % words)
    else:
        toast(request, _("“%(job)s” is off. A run that has begun ends as usual.") % words)


@admin_only
@require_POST
def run_now(request: HttpRequest, task: str) -> HttpResponse:
    job = _job(task)
    now = timezone.now()
    try:
        with transaction.atomic():
            number = jobs.tasks[task].configure(priority=AT_ONCE).defer(timestamp=int(now.timestamp()))
            asked = JobRun(
                task=task, job=number, status=State.WAITING, asked_by=user_of(request), started_at=now
            )
            JobRun.objects.bulk_create([asked])
    except AlreadyEnqueued:
        _bring_forward(task)
        toast(request, _("“%(job)s” waits for its turn already.") % {"job": job.about.label})
    else:
        toast(request, _("“%(job)s” runs now.") % {"job": job.about.label})
    return HttpResponseRedirect(job.url)


def _bring_forward(task: str) -> None:
    """A further try that waits for its time is made now."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_jobs SET scheduled_at = NULL, priority = %s"
            " WHERE task_name = %s AND status = 'todo' AND scheduled_at > now()",
            [AT_ONCE, task],
        )
