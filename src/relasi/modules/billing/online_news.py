"""Online news: the owner of an invoice hears of what a payment gateway told."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from markupsafe import Markup

from relasi.engine.access.directory import directory
from relasi.engine.activity.news import tell
from relasi.engine.activity.notification import Notification, NotificationKind, register_kind
from relasi.engine.activity.telling import tells

ONLINE = register_kind(
    NotificationKind(
        "online_payment", gettext_lazy("An invoice of mine is paid online"), "credit-card", "now"
    )
)


def tell_owner(invoice: Any, what: str) -> None:
    """what: paid, refunded or trouble."""
    tell(ONLINE, sorted(directory().people_behind(invoice.owner_id)), record=invoice.pk, what=what)


@tells("online_payment")
def _told(row: Notification, user: Any) -> tuple[Markup, str]:
    words = {
        "paid": _("The customer paid this invoice online"),
        "refunded": _("The online payment of this invoice was paid back"),
        "trouble": _("An online payment of this invoice could not be booked"),
    }
    return Markup(words[row.facts["what"]]), f"/r/{row.record_id}/"
