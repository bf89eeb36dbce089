"""News: admins are told of figures that do not tie out."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy, ngettext
from markupsafe import Markup

from relasi.engine.access.directory import directory
from relasi.engine.activity.news import tell
from relasi.engine.activity.notification import Notification, NotificationKind, register_kind
from relasi.engine.activity.telling import tells

DIFFERS = register_kind(
    NotificationKind("tie_out", gettext_lazy("A figure does not tie out"), "scale", "now", always=True)
)


def warn_admins(count: int) -> None:
    admins = [person.id for person in directory().people.values() if person.is_admin and person.is_active]
    with transaction.atomic():
        tell(DIFFERS, admins, count=count)


@tells("tie_out")
def _told(row: Notification, user: Any) -> tuple[Markup, str]:
    count = int(row.facts.get("count", 0))
    words = ngettext("%(num)s figure does not tie out", "%(num)s figures do not tie out", count) % {
        "num": count
    }
    return Markup("{}").format(words), "/settings/tie-out/"
