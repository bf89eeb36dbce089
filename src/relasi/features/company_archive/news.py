"""News: an admin is told when the archive they asked for can be fetched, and all admins that somebody made one."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from markupsafe import Markup

from relasi.engine.access.acting import acting
from relasi.engine.access.directory import directory
from relasi.engine.activity.news import tell
from relasi.engine.activity.notification import Notification, NotificationKind, register_kind
from relasi.engine.activity.telling import tells
from relasi.features.company_archive.models import ArchiveJob

ARCHIVED = register_kind(
    NotificationKind(
        "company_archive", gettext_lazy("The whole company was put into a file"), "archive", "now", own=True
    )
)


def tell_admins(job: ArchiveJob) -> None:
    admins = [person.id for person in directory().people.values() if person.is_admin and person.is_active]
    with transaction.atomic(), acting(job.user):
        tell(ARCHIVED, admins, job=job.pk, who=job.user.full_name, by=job.user.pk)


@tells("company_archive")
def _told(row: Notification, user: Any) -> tuple[Markup, str]:
    if row.facts.get("by") == user.pk:
        return Markup(_("Your archive of the company is ready")), "/settings/archive/"
    sentence = Markup(_("%(who)s made an archive of the whole company"))
    return sentence % {"who": row.facts.get("who", "")}, "/settings/archive/"
