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

ASKED = register_kind(
    NotificationKind(
        "approval", gettext_lazy("A quote waits for my approval"), "badge-check", "now", always=True
    )
)
DECIDED = register_kind(
    NotificationKind("approval_decided", gettext_lazy("My quote is approved or not"), "badge-check", "now")
)


def tell_of_approvals(changes: list[Change]) -> None:
    for change in changes:
        quote, before = change.record, change.old("status")
        if quote.status == "pending" and before == "draft":
            tell(ASKED, quote.approvers or (), record=quote.pk)
        elif before == "pending" and (quote.status == "approved" or quote.not_approved_because):
            tell(DECIDED, _whose(quote), record=quote.pk, approved=quote.status == "approved")


def _whose(quote: Any) -> list[int]:
    """The owner, of a group everybody in it, and who asked."""
    known = directory()
    owners = known.group_people.get(quote.owner_id, {quote.owner_id}) | {quote.approval_asked_by_id}
    return sorted(owners & known.people.keys())


@tells("approval")
def _asked(row: Notification, user: Any) -> tuple[Markup, str]:
    return escape(_("%(who)s asks for your approval")) % {"who": actor_of(row)}, f"/r/{row.record_id}/"


@tells("approval_decided")
def _decided(row: Notification, user: Any) -> tuple[Markup, str]:
    said = _("%(who)s approved this") if row.facts["approved"] else _("%(who)s did not approve this")
    return escape(said) % {"who": actor_of(row)}, f"/r/{row.record_id}/"
