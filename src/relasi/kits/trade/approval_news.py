"""Approval news: who is asked hears of it, and who asked hears what was decided."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from markupsafe import Markup, escape

from relasi.engine.access.directory import directory
from relasi.engine.activity.news import tell
from relasi.engine.activity.notification import Notification, NotificationKind, register_kind
from relasi.engine.activity.telling import actor_of, tells
from relasi.engine.records.refusal import Change
from relasi.kits.trade.approving import deputies

ASKED = register_kind(
    NotificationKind(
        "approval", gettext_lazy("Something waits for my approval"), "badge-check", "now", always=True
    )
)
DECIDED = register_kind(
    NotificationKind(
        "approval_decided", gettext_lazy("What I asked approval for is approved or not"), "badge-check", "now"
    )
)


def tell_of_approvals(changes: list[Change]) -> None:
    for change in changes:
        document, before = change.record, "draft" if change.is_new else change.old("status")
        if document.status == "pending" and before == "draft":
            asked = document.approvers or ()
            tell(ASKED, sorted({*asked, *deputies(document, asked)}), record=document.pk)
        elif before == "pending" and (document.status == "approved" or document.not_approved_because):
            tell(DECIDED, _whose(document), record=document.pk, approved=document.status == "approved")


def _whose(document: Any) -> list[int]:
    """The owner, of a group everybody in it, and who asked."""
    known = directory()
    return sorted(known.people_behind(document.owner_id) | known.people_behind(document.approval_asked_by_id))


@tells("approval")
def _asked(row: Notification, user: Any) -> tuple[Markup, str]:
    return escape(_("%(who)s asks for your approval")) % {"who": actor_of(row)}, f"/r/{row.record_id}/"


@tells("approval_decided")
def _decided(row: Notification, user: Any) -> tuple[Markup, str]:
    said = _("%(who)s approved this") if row.facts["approved"] else _("%(who)s did not approve this")
    return escape(said) % {"who": actor_of(row)}, f"/r/{row.record_id}/"
