"""Reactions of the agenda: occurrences of a series, the next time of a task, its parents, who is invited."""

from __future__ import annotations

from datetime import datetime

from relasi.engine.declare.registry import registry
from relasi.engine.fields.reader import current_reader
from relasi.engine.records.co_owning import add_co_owners, remove_co_owners
from relasi.engine.records.reactions import CHANGED, CREATED, RESTORED, TRASHED, on
from relasi.engine.records.refusal import Change
from relasi.engine.records.write import Draft, create, update, write
from relasi.kits.clock.stored_hours import forget_calendars
from relasi.kits.parties.touch import Source, touching
from relasi.modules.agenda import answering, lead_tasks, reminders, series
from relasi.modules.agenda.invitee import Invitee, Response
from relasi.modules.agenda.task import Task
from relasi.modules.agenda.task_rules import DERIVED, weigh_parents
from relasi.modules.agenda.working_hours import keep_one_default

__all__ = ["answering", "lead_tasks", "reminders"]  # what they register is known from the start

# What the next task takes over from the one before.
SAME = (
    "subject", "owner", "priority", "account", "contact", "lead", "deal", "parent", "estimated_hours", "billable",
    "description", "remind_before", "repeats", "repeat_every", "repeat_days", "repeat_until", "repeat_count",
)  # fmt: skip

on(CREATED, "agenda.Event", field="repeats")(series.lay_out)

# What somebody keeps private tells the others nothing, not even that it was.
touching(Source(
    "agenda.Event", at="s.starts_at", when="s.status = 'held' AND s.visibility <> 'private'",
    via="CASE WHEN s.type IN ('call', 'meeting', 'visit') THEN s.type ELSE 'event' END",
))  # fmt: skip
touching(Source("agenda.Task", at="s.completed_at", via="'task'", when="s.status = 'done'"))


@on(CHANGED, "agenda.Task", field="status", to="done")
@on(CREATED, "agenda.Task", field="status", to="done")
def make_next_tasks(changes: list[Change]) -> None:
    """A task that repeats comes back when it is done; done, reopened and done again, it comes back once."""
    for change in changes:
        task = change.record
        due = task.next_due if task.next_task_id is None else None
        if due is None:
            continue
        values = {name: getattr(task, task._meta.get_field(name).attname) for name in SAME}
        values |= {"due_on": due, "began_on": task.began_on or task.due_on}
        if task.due_at is not None:
            tz = current_reader().tz
            values["due_at"] = datetime.combine(due, task.due_at.astimezone(tz).time(), tz)
        if task.start_on and task.due_on:
            values["start_on"] = due - (task.due_on - task.start_on)
        following = create(Task, values, authorised=DERIVED)
        update(task, {"next_task": following.pk}, authorised=DERIVED)


def weigh(changes: list[Change]) -> None:
    parents = {id for c in changes for id in (c.record.parent_id, c.old("parent")) if id is not None}
    if parents:
        weigh_parents(parents)


for what in (CREATED, CHANGED, TRASHED, RESTORED):
    on(what, "agenda.Task")(weigh)
    for setting in ("agenda.WorkingHours", "agenda.OtherHours", "agenda.Holiday"):
        on(what, setting)(forget_calendars)

for what in (CREATED, CHANGED):
    on(what, "agenda.WorkingHours", field="usual")(keep_one_default)


def ask_anew(changes: list[Change]) -> None:
    """An answer was to the time it was asked for."""
    rows = Invitee._base_manager.filter(event__in={c.record.pk for c in changes}, trashed_at=None)
    ids = rows.exclude(response=Response.NEEDED).values_list("pk", flat=True)
    drafts = [Draft({"response": Response.NEEDED.value, "answered_at": None}, id=id) for id in ids]
    if drafts:
        write(registry.of(Invitee), drafts, authorised=DERIVED)


for moved in ("starts_at", "ends_at"):
    on(CHANGED, "agenda.Event", field=moved)(ask_anew)


@on(CREATED, "agenda.Invitee", field="user")
@on(RESTORED, "agenda.Invitee")
def let_invitees_see(changes: list[Change]) -> None:
    add_co_owners((c.record.event_id, c.record.user_id) for c in changes if c.record.user_id)


@on(TRASHED, "agenda.Invitee")
def forget_invitees(changes: list[Change]) -> None:
    remove_co_owners((c.record.event_id, c.record.user_id) for c in changes if c.record.user_id)


@on(CHANGED, "agenda.Invitee", field="user")
def change_invitees(changes: list[Change]) -> None:
    gone = [(c.record.event_id, c.old("user")) for c in changes if c.old("user")]
    remove_co_owners(gone)
    let_invitees_see(changes)
