"""News: the owner hears of a run that came to nothing, and admins too when a schedule stops for its owner may not."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from markupsafe import Markup

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.access.directory import directory
from relasi.engine.activity.news import tell
from relasi.engine.activity.notification import Notification, NotificationKind, register_kind
from relasi.engine.activity.telling import tells
from relasi.features.scheduled_exports.schedule import ScheduledExport

FAILED = register_kind(
    NotificationKind(
        "export_failed", gettext_lazy("A scheduled export failed"), "calendar-clock", "now", own=True
    )
)
STOPPED = register_kind(
    NotificationKind(
        "export_stopped", gettext_lazy("A scheduled export was stopped"), "calendar-clock", "now", own=True
    )
)


def tell_of_failure(schedule: ScheduledExport) -> None:
    with acting(SYSTEM, via="system"), transaction.atomic():
        tell(FAILED, [schedule.user_id], schedule=schedule.pk)


def tell_of_stop(schedule: ScheduledExport) -> None:
    admins = [one.id for one in directory().people.values() if one.is_admin and one.is_active]
    with acting(SYSTEM, via="system"), transaction.atomic():
        tell(STOPPED, sorted({*admins, schedule.user_id}), schedule=schedule.pk)


def _about(row: Notification, sentence: str) -> tuple[Markup, str] | None:
    found = ScheduledExport._base_manager.filter(pk=row.facts.get("schedule"), trashed_at=None).first()
    if found is None:
        return None
    return Markup(sentence) % {"name": found.name}, f"/export/scheduled/{found.pk}/"


@tells("export_failed")
def _failed(row: Notification, user: Any) -> tuple[Markup, str] | None:
    return _about(row, _("The scheduled export “%(name)s” failed"))


@tells("export_stopped")
def _stopped(row: Notification, user: Any) -> tuple[Markup, str] | None:
    return _about(row, _("The scheduled export “%(name)s” was stopped: its owner may not export any more"))
