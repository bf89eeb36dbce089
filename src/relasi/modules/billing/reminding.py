"""Reminding: unpaid invoices past their due date are brought to mind: to the owner, and to the customer by mail.

An invoice keeps the latest reminder it had (`reminded`, days after the due date), so none goes out twice.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from markupsafe import Markup

from relasi.engine.access.company import company
from relasi.engine.access.directory import directory
from relasi.engine.activity.mail import can_mail
from relasi.engine.activity.news import tell
from relasi.engine.activity.notification import Notification, NotificationKind, register_kind
from relasi.engine.activity.telling import tells
from relasi.engine.declare.registry import registry
from relasi.engine.fields.date_text import write_date
from relasi.engine.fields.money import amount
from relasi.engine.fields.reader import ENGLISH, INDONESIAN
from relasi.engine.records.again import said_outside
from relasi.engine.records.write import Draft, write
from relasi.kits.pipeline.days import today
from relasi.modules.billing.invoice import Invoice
from relasi.modules.billing.reminder_rule import ReminderRule

REMINDED = register_kind(
    NotificationKind(
        "invoice_late", gettext_lazy("An invoice of mine is not paid in time"), "hourglass", "digest"
    )
)
AT_ONCE = 200
# A reminder that is later than this is not made up for: old books that are imported remind nobody.
TOO_LATE = 14
BY_REMINDER = "reminding of an unpaid invoice"


def remind(day: date | None = None) -> list[tuple[int, bool]]:
    """Notes and tells every reminder that is due; (invoice, whether its customer is written to) of each.

    Runs inside a transaction. Safe to run twice, and by two at once.
    """
    day, found = day or today(), []
    rules = list(ReminderRule._base_manager.filter(trashed_at=None).order_by("-days"))
    for place, rule in enumerate(rules):
        before = rules[place - 1].days if place else rule.days + TOO_LATE + 1
        last = day - timedelta(days=rule.days)
        first = day - timedelta(days=min(before - 1, rule.days + TOO_LATE))
        for some in _in_parts(_owed(rule, first, last)):
            drafts = [Draft({"reminded": rule.days, "reminded_on": day}, id=one.pk) for one in some]
            write(registry.of(Invoice), drafts, authorised=BY_REMINDER)
            for one in some:
                tell(REMINDED, directory().people_behind(one.owner_id), record=one.pk)
                found.append((one.pk, rule.mails))
    return found


def _owed(rule: ReminderRule, first: date, last: date) -> list[Any]:
    fresh = Q(reminded=None) | Q(reminded__lt=rule.days)
    rows = Invoice._base_manager.select_for_update(skip_locked=True, of=("self",)).filter(
        fresh, trashed_at=None, status__in=["issued", "partly_paid"], balance__gt=0, disputed=False,
        due_date__range=(first, last), account__no_reminders=False,
    ).exclude(subscription_periods__trashed_at=None, subscription_periods__isnull=False)  # fmt: skip
    return list(rows.order_by("pk"))


def _in_parts(rows: list[Any]) -> list[list[Any]]:
    return [rows[start : start + AT_ONCE] for start in range(0, len(rows), AT_ONCE)]


@tells("invoice_late")
def _told(row: Notification, user: Any) -> tuple[Markup, str]:
    return Markup(_("This invoice is past its due date and not paid")), f"/r/{row.record_id}/"


def mail_reminder(id: int) -> bool:
    """Writes to the customer, unless it was paid, disputed or turned off meanwhile. Whether a letter went out."""
    invoice = Invoice._base_manager.select_related("account", "contact", "owner").filter(pk=id).first()
    if invoice is None or not can_mail() or not _still_wanted(invoice):
        return False
    to = (invoice.contact.email if invoice.contact else "") or invoice.account.email
    if not to:
        return False
    subject, text = letter(invoice)
    said_outside()
    EmailMessage(subject, text, settings.DEFAULT_FROM_EMAIL, [to]).send()
    return True


def _still_wanted(invoice: Any) -> bool:
    owed = invoice.status in ("issued", "partly_paid") and invoice.balance > 0 and invoice.trashed_at is None
    return owed and not invoice.disputed and not invoice.account.no_reminders


def letter(invoice: Any) -> tuple[str, str]:
    """Subject and text, in the language of the company."""
    home = company()
    reader = INDONESIAN if home.language == "id" else ENGLISH
    with translation.override(home.language):
        facts = {
            "number": invoice.number, "subject": invoice.subject, "company": home.name,
            "account": str(invoice.account), "due": write_date(invoice.due_date, reader),
            "balance": amount(invoice.balance, invoice.currency, reader),
        }  # fmt: skip
        lines = [
            _("To %(account)s") % facts,
            _("Our invoice %(number)s (%(subject)s) was due on %(due)s. %(balance)s of it is not paid yet.")
            % facts,
            _(
                "Please pay it as soon as you can. If you paid in the last few days, this letter needs no answer."
            ),
            _("Kind regards,\n%(company)s") % facts,
        ]
        return _("Reminder: invoice %(number)s") % facts, "\n\n".join(lines)
