"""Subscription news: the owner of a subscription hears of what the product did or could not do."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from markupsafe import Markup

from relasi.engine.access.directory import directory
from relasi.engine.activity.news import tell
from relasi.engine.activity.notification import Notification, NotificationKind, register_kind
from relasi.engine.activity.telling import tells

NEWS = register_kind(
    NotificationKind("subscription", gettext_lazy("A subscription of mine needs me"), "refresh-cw", "now")
)


def tell_owner(subscription: Any, what: str) -> None:
    """what: trouble, failed, suspended, activated or dispute."""
    people = directory().people_behind(subscription.owner_id)
    tell(NEWS, sorted(people), record=subscription.pk, what=what)


@tells("subscription")
def _told(row: Notification, user: Any) -> tuple[Markup, str]:
    words = {
        "trouble": _("This subscription could not be billed"),
        "failed": _("A payment of this subscription failed"),
        "suspended": _("This subscription was suspended because nothing was paid"),
        "activated": _("The customer activated this subscription"),
        "dispute": _("A payment of this subscription is disputed"),
    }
    return Markup(words[row.facts["what"]]), f"/r/{row.record_id}/"
