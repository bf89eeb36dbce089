"""Reminders: what is due of tasks and events, told to their owners once, however late the job runs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import structlog
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from markupsafe import Markup, escape

from relasi.engine.activity.news import tell
from relasi.engine.activity.notification import Notification, NotificationKind, register_kind
from relasi.engine.activity.telling import tells
from relasi.engine.declare.registry import registry
from relasi.engine.records.write import Draft, write
from relasi.kits.schedule.reminding import LATE

REMINDER = register_kind(
    NotificationKind("reminder", gettext_lazy("A reminder of a task or an event"), "bell", "now")
)
SENT = "a reminder is sent once"
log = structlog.get_logger("relasi.reminders")
MOST = 500  # in one go
MODULES = ("agenda.Event", "agenda.Task")


def send_due(now: datetime | None = None) -> int:
    """Sends every reminder that is due. Returns how many. Must run as the product itself."""
    now = now or timezone.now()
    return sum(_send(registry.module(label), now) for label in MODULES)


def _send(module: Any, now: datetime) -> int:
    """All at once; where one of them cannot be sent, each for itself, so that it holds up no other."""
    due = list(
        module.model._base_manager.filter(trashed_at=None, remind_at__lte=now).order_by("remind_at")[:MOST]
    )
    try:
        with transaction.atomic():
            return _send_these(module, due, now)
    except Exception:  # whatever is wrong with one reminder is found out below
        return sum(_send_one(module, record, now) for record in due)


def _send_one(module: Any, record: Any, now: datetime) -> int:
    """One that fails is logged, and comes again with the next run."""
    try:
        with transaction.atomic():
            return _send_these(module, [record], now)
    except Exception:
        log.exception("a reminder was not sent", module=module.slug, record=record.pk)
        return 0


def _send_these(module: Any, due: list[Any], now: datetime) -> int:
    """Marks first, then tells, in one transaction: what fails is neither marked nor told, and comes again."""
    drafts, told = [], []
    for record in due:
        moment = record.starts_at if hasattr(record, "starts_at") else record._due_moment()
        following = record.reminder_after(moment, now)
        drafts.append(Draft({"reminded_at": record.remind_at, "remind_at": following}, id=record.pk))
        told.append((record, now - record.remind_at > LATE))
    if drafts:
        write(module, drafts, authorised=SENT)
        for record, missed in told:
            _tell(record, missed)
    return len(drafts)


def _tell(record: Any, missed: bool) -> None:
    """Into the owner's inbox. missed: it comes too late to be of use for its time."""
    tell(REMINDER, [record.owner_id], record=record.pk, missed=missed)


@tells("reminder")
def _told(row: Notification, user: Any) -> tuple[Markup, str]:
    sentence = _("A reminder that was missed") if row.facts.get("missed") else _("A reminder")
    return escape(sentence), f"/r/{row.record_id}/"
