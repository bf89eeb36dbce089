"""Recurring news: owners hear of recurring invoices that stand still, and customers get the invoices that go by mail."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from markupsafe import Markup

from relasi.engine.access.company import company
from relasi.engine.access.directory import directory
from relasi.engine.activity.news import tell
from relasi.engine.activity.notification import Notification, NotificationKind, register_kind
from relasi.engine.activity.sent_mail import SentMail
from relasi.engine.activity.telling import tells
from relasi.engine.records.refusal import Refused
from relasi.kits.trade.public.mailing import first_words, send
from relasi.modules.billing.invoice import OWED, Invoice
from relasi.users.user import User

RECURRING = register_kind(
    NotificationKind(
        "recurring_invoice", gettext_lazy("A recurring invoice of mine stands still"), "repeat", "now"
    )
)


def tell_owner(record: Any, what: str) -> None:
    """what: failed, given_up, inactive, asks or stopped, of the schedule; unsent, of an invoice."""
    tell(RECURRING, sorted(directory().people_behind(record.owner_id)), record=record.pk, what=what)


@tells("recurring_invoice")
def _told(row: Notification, user: Any) -> tuple[Markup, str]:
    words = {
        "failed": _("The next recurring invoice could not be made; it is tried again every hour"),
        "given_up": _("The next recurring invoice still cannot be made; from now on it is tried once a day"),
        "inactive": _("The next recurring invoice is held, because the customer is inactive"),
        "asks": _("Several recurring invoices were missed; decide which are made"),
        "stopped": _("These recurring invoices were stopped together with their order"),
        "unsent": _("This recurring invoice was issued, but not mailed to the customer"),
    }
    return Markup(words[row.facts["what"]]), f"/r/{row.record_id}/"


@dataclass(frozen=True)
class Sender:
    """Who signs a mail nobody sends by hand."""

    full_name: str
    email: str = ""


def sender_of(invoice: Any) -> Any:
    """The owner; where that is a group, the company."""
    return User.objects.filter(pk=invoice.owner_id).first() or Sender(company().name)


def mail_invoice(id: int) -> bool:
    """Sends the invoice to its customer once. Whether it went out. Raises Refused where it could not."""
    invoice = (
        Invoice._base_manager.select_related("account", "contact").filter(pk=id, trashed_at=None).first()
    )
    if invoice is None or invoice.status not in OWED or SentMail._base_manager.filter(record=id).exists():
        return False
    user = sender_of(invoice)
    send(invoice, first_words(invoice, user), user)
    return True


def mail_or_tell(id: int, *, last: bool) -> bool:
    """last: whether nobody tries again. Raises Refused where somebody does."""
    try:
        return mail_invoice(id)
    except Refused:
        if not last:
            raise
        tell_owner(Invoice._base_manager.get(pk=id), "unsent")
        return False
