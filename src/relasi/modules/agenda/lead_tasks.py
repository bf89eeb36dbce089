"""Tasks that follow from leads: an MQL waits to be taken over by sales, an SQL for its first step."""

from __future__ import annotations

from typing import Any

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from relasi.engine.access.company import company
from relasi.engine.declare.registry import registry
from relasi.engine.records.reactions import CHANGED, on
from relasi.engine.records.refusal import Change
from relasi.engine.records.write import Draft, write
from relasi.kits.clock.stored_hours import after_working_days
from relasi.kits.pipeline.days import company_day
from relasi.modules.agenda.task import CLOSED, Task, TaskStatus
from relasi.modules.agenda.task_rules import DERIVED

HANDOVER_DAYS, FIRST_STEP_DAYS = 2, 1


@on(CHANGED, "customers.Lead", field="stage", to="mql")
def ask_sales_to_take_over(changes: list[Change]) -> None:
    """Not of a lead that sales gives back: that one is marketing's again."""
    offered = [c.record for c in changes if c.old("stage") == "lead"]
    with translation.override(company().language):
        tasks = _make(offered, _("Take the lead over or reject it"), HANDOVER_DAYS)
    if tasks:
        drafts = [Draft({"handover_task": task.pk}, id=task.lead_id) for task in tasks]
        write(registry.module("customers.Lead"), drafts, authorised=DERIVED)


@on(CHANGED, "customers.Lead", field="stage")
def end_the_hand_over(changes: list[Change]) -> None:
    """Whatever sales answered, they have answered."""
    ids = [
        c.record.handover_task_id for c in changes if c.old("stage") == "mql" and c.record.handover_task_id
    ]
    if not ids:
        return
    waiting = Task._base_manager.filter(pk__in=ids, trashed_at=None).exclude(status__in=CLOSED)
    drafts = [Draft({"status": TaskStatus.DONE.value}, id=id) for id in waiting.values_list("pk", flat=True)]
    if drafts:
        write(registry.of(Task), drafts, authorised=DERIVED)


@on(CHANGED, "customers.Lead", field="stage", to="sql")
def plan_the_first_step(changes: list[Change]) -> None:
    with translation.override(company().language):
        _make([c.record for c in changes], _("Take the first step with this lead"), FIRST_STEP_DAYS)


def _make(leads: list[Any], subject: str, days: int) -> list[Task]:
    if not leads:
        return []
    due = company_day(after_working_days(timezone.now(), days))
    drafts = [
        Draft(
            {
                "subject": subject,
                "lead": lead.pk,
                "due_on": due,
                "owner": lead.sales_owner_id or lead.owner_id,
            }
        )
        for lead in leads
    ]
    return write(registry.of(Task), drafts, authorised=DERIVED).records
