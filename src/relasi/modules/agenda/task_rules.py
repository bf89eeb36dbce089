"""Task rules: what status and progress say together, what a task waits for, and when it is due again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from relasi.engine.declare.registry import registry
from relasi.engine.fields.reader import current_reader
from relasi.engine.records.refusal import Change, Refusal
from relasi.engine.records.write import Draft, write
from relasi.kits.schedule.recurrence import next_day

if TYPE_CHECKING:
    from relasi.modules.agenda.task import Task

FULL = Decimal(100)
REOPENED = Decimal(90)
DERIVED = "subtasks and their task go together"

# From each status, those that may follow.
WAYS = {
    "not_started": {"running", "done", "cancelled"},
    "running": {"waiting", "deferred", "done", "cancelled"},
    "waiting": {"running", "done", "cancelled"},
    "deferred": {"running", "done", "cancelled"},
    "done": {"running"},
    "cancelled": set(),
}
MORNING = time(9)
DEEPEST = 200  # tasks followed along one chain of waiting


def keep_day_and_hour(task: Task, change: Change) -> None:
    """The hour tells its day; a day moved alone takes the hour along."""
    tz = current_reader().tz
    if task.due_at is None:
        return
    if change.has("due_on") and not change.has("due_at") and not change.is_new:
        if task.due_on is None:
            task.due_at = None
            return
        clock = task.due_at.astimezone(tz).time()
        task.due_at = datetime.combine(task.due_on, clock, tz)
    task.due_on = task.due_at.astimezone(tz).date()


def morning_of(day: date) -> datetime:
    return datetime.combine(day, MORNING, current_reader().tz)


def couple(task: Task, change: Change) -> None:
    """Done means a hundred percent and a time; begun means running; reopened means ninety unless somebody says more."""
    if task.progress is None:
        task.progress = Decimal(0)
    before = None if change.is_new else change.old("status")
    if before == "done" and task.status == "running":
        if not change.has("progress") or task.progress >= FULL:
            task.progress = REOPENED
    elif before == "done" and task.status == "done" and change.has("progress") and task.progress < FULL:
        task.status = "running"
    elif change.has("progress") and not (change.has("status") and not change.is_new):
        if task.progress >= FULL:
            task.status = "done"
        elif task.progress > 0 and task.status == "not_started":
            task.status = "running"
    if task.status == "done":
        task.progress = FULL
        task.completed_at = task.completed_at or timezone.now()
    else:
        task.completed_at = None
        if task.progress >= FULL:
            task.progress = REOPENED
    if task.repeats and task.began_on is None:
        task.began_on = task.due_on


def check_move(task: Task, change: Change) -> None:
    if change.is_new or not change.has("status") or change.authorised:
        return
    if task.status not in WAYS.get(change.old("status"), set()):
        raise Refusal("status", "INVALID_TRANSITION", _("A task cannot go from its status to this one."))


def check_waiting(changes: Iterable[Change]) -> None:
    """No task waits for itself, however far round; none starts while one it waits for is open."""
    for change in changes:
        task = change.record
        wanted = [id for id in task.predecessors or () if isinstance(id, int)]
        if change.has("predecessors") and wanted and _leads_to(wanted, task.pk):
            change.refuse("predecessors", "OUT_OF_RANGE", _("These tasks would wait for each other."))
        elif wanted and change.has("status") and task.status in ("running", "done") and not change.authorised:
            open_ones = _open_among(wanted)
            if open_ones:
                names = ", ".join(open_ones[:3])
                change.refuse("status", "INVALID_TRANSITION", _("First comes: %(tasks)s.") % {"tasks": names})


def _rows() -> Any:
    return registry.module("agenda.Task").model._base_manager.filter(trashed_at=None)


def _open_among(ids: list[int]) -> list[str]:
    return list(
        _rows().filter(pk__in=ids).exclude(status__in=["done", "cancelled"]).values_list("subject", flat=True)
    )


def _leads_to(ids: list[int], goal: int | None) -> bool:
    seen: set[int] = set()
    waiting = set(ids)
    while waiting and len(seen) < DEEPEST:
        if goal in waiting:
            return True
        seen |= waiting
        found = _rows().filter(pk__in=waiting).values_list("predecessors", flat=True)
        waiting = {id for ones in found for id in ones or ()} - seen
    return False


def check_parts(changes: Iterable[Change]) -> None:
    """A task is not done while parts of it are open; nor is it a part of one of its own parts."""
    ending = {
        c.record.pk: c for c in changes if c.has("status") and c.record.status == "done" and not c.is_new
    }
    if ending:
        rows = _rows().filter(parent__in=ending).exclude(status__in=["done", "cancelled"])
        counts: dict[int, int] = {}
        for parent in rows.exclude(pk__in=list(ending)).values_list("parent", flat=True):
            counts[parent] = counts.get(parent, 0) + 1
        for parent, count in counts.items():
            message = ngettext("%(n)s subtask is still open.", "%(n)s subtasks are still open.", count) % {
                "n": count
            }
            ending[parent].refuse("status", "INVALID_TRANSITION", message)
    for change in changes:
        if (
            change.has("parent")
            and change.record.parent_id
            and _is_below(change.record.parent_id, change.record.pk)
        ):
            change.refuse("parent", "OUT_OF_RANGE", _("A task cannot be a part of itself."))


def _is_below(id: int | None, goal: int | None) -> bool:
    for _step in range(DEEPEST):
        if id is None:
            return False
        if id == goal:
            return True
        id = _rows().filter(pk=id).values_list("parent", flat=True).first()
    return True


def cancel_parts(task: Task) -> None:
    rows = _rows().filter(parent=task.pk).exclude(status__in=["done", "cancelled"])
    drafts = [Draft({"status": "cancelled"}, id=id) for id in rows.values_list("pk", flat=True)]
    if drafts:
        write(registry.module("agenda.Task"), drafts)


def weigh_parents(parents: Iterable[int]) -> None:
    """The progress of a task with parts: that of its parts, weighed by what each is estimated at (one hour without)."""
    ids = sorted(set(parents))
    parts: dict[int, list[tuple[Decimal, Decimal]]] = {}
    rows = _rows().filter(parent__in=ids).exclude(status="cancelled")
    for parent, hours, progress in rows.values_list("parent", "estimated_hours", "progress"):
        parts.setdefault(parent, []).append((hours or Decimal(1), progress or Decimal(0)))
    drafts = []
    for task in _rows().filter(pk__in=list(parts)).exclude(status__in=["done", "cancelled"]):
        weight = sum(hours for hours, _done in parts[task.pk])
        progress = round(sum(hours * done for hours, done in parts[task.pk]) / weight, 2)
        # A task with all its parts done waits for somebody to say that it is done too.
        progress = min(progress, Decimal(99)) if progress >= FULL else progress
        if progress != task.progress:
            drafts.append(Draft({"progress": progress}, id=task.pk))
    if drafts:
        write(registry.module("agenda.Task"), drafts, authorised=DERIVED)


def next_due(task: Task) -> date | None:
    rule, first = task.rule, task.began_on or task.due_on
    if rule is None or first is None or task.due_on is None:
        return None
    done_on = (task.completed_at or timezone.now()).astimezone(current_reader().tz).date()
    return next_day(rule, task.due_on, first, done_on)
