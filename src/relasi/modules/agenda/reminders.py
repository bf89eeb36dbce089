"""Reminders: what is due of tasks and events, told to their owners once, however late the job runs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone

from relasi.engine.declare.registry import registry
from relasi.engine.records.live import publish
from relasi.engine.records.write import Draft, write
from relasi.kits.schedule.reminding import LATE

SENT = "a reminder is sent once"
MOST = 500  # in one go
MODULES = ("agenda.Event", "agenda.Task")


def send_due(now: datetime | None = None) -> int:
    """Sends every reminder that is due. Returns how many. Must run as the product itself."""
    now = now or timezone.now()
    return sum(_send(registry.module(label), now) for label in MODULES)


def _send(module: Any, now: datetime) -> int:
    """Marks first, then tells, in one transaction: what fails is neither marked nor told, and comes again."""
    due = module.model._base_manager.filter(trashed_at=None, remind_at__lte=now).order_by("remind_at")[:MOST]
    drafts, told = [], []
    for record in due:
        moment = record.starts_at if hasattr(record, "starts_at") else record._due_moment()
        following = record.reminder_after(moment, now)
        drafts.append(Draft({"reminded_at": record.remind_at, "remind_at": following}, id=record.pk))
        told.append((record, now - record.remind_at > LATE))
    if drafts:
        write(module, drafts, authorised=SENT)
        for record, missed in told:
            tell(record, missed)
    return len(drafts)


def tell(record: Any, missed: bool) -> None:
    """Reaches the owner's open screens. missed: it comes too late to be of use for its time."""
    body = {"module": record._meta.label_lower, "id": record.pk, "missed": missed}
    publish("reminder", body, to=[record.owner_id])
