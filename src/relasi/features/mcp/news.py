"""News: a person is told what a program of theirs proposes."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from markupsafe import Markup

from relasi.engine.activity.news import tell
from relasi.engine.activity.notification import Notification, NotificationKind, register_kind
from relasi.engine.activity.telling import tells
from relasi.features.mcp.models import Proposal

PROPOSED = register_kind(
    NotificationKind(
        "proposed", gettext_lazy("A program proposes a change"), "bot", "now", always=True, own=True
    )
)


def tell_owner(proposal: Proposal) -> None:
    tell(PROPOSED, [proposal.user_id], proposal=proposal.pk)


@tells("proposed")
def _told(row: Notification, user: Any) -> tuple[Markup, str] | None:
    found = Proposal.objects.filter(pk=row.facts.get("proposal"), user=user.id).first()
    if found is None:
        return None
    words = {"program": found.program, "title": found.title}
    return Markup(_("“%(program)s” proposes: %(title)s")) % words, f"/proposals/{found.pk}/"
