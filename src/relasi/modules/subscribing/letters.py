"""Letters to customers of subscriptions: reminders, failed charges, receipts and notices, in the language of the company."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import translation
from django.utils.translation import gettext as _

from relasi.engine.access.acting import SYSTEM
from relasi.engine.access.company import company
from relasi.engine.activity.mail import can_mail
from relasi.engine.activity.public_link import make_link, open_link_of
from relasi.engine.fields.date_text import write_date
from relasi.engine.fields.money import amount
from relasi.engine.fields.reader import ENGLISH, INDONESIAN
from relasi.engine.records.again import said_outside
from relasi.kits.trade.paper.letterhead import details
from relasi.kits.trade.paper.printing import pdf
from relasi.kits.trade.paper.receipt import receipt_of
from relasi.modules.subscribing.subscription_settings import SubscriptionSettings, filled_in


def address_of(subscription: Any) -> str:
    """Where letters go, empty for nowhere."""
    return (
        (subscription.contact.email or "")
        or (subscription.account.email if subscription.account else "")
        or ""
    )


def send(
    subscription: Any, subject: str, lines: Sequence[str], files: Sequence[tuple[str, bytes]] = ()
) -> bool:
    """Whether it went out: there is mail, and an address."""
    to = address_of(subscription)
    if not can_mail() or not to:
        return False
    mail = EmailMessage(subject, "\n\n".join(lines), settings.DEFAULT_FROM_EMAIL, [to])
    for name, content in files:
        mail.attach(name, content, "application/pdf")
    said_outside()
    mail.send()
    return True


def facts_of(subscription: Any, invoice: Any) -> dict[str, Any]:
    home = company()
    reader = INDONESIAN if home.language == "id" else ENGLISH
    return {
        "subject": subscription.subject, "company": home.name, "contact": str(subscription.contact),
        "number": invoice.number, "due": write_date(invoice.due_date, reader),
        "amount": amount(invoice.balance, invoice.currency, reader), "link": _link(invoice),
    }  # fmt: skip


def _link(invoice: Any) -> str:
    home = settings.PUBLIC_URL.rstrip("/")
    return home + (open_link_of(invoice.pk) or make_link(invoice.pk)).path if home else ""


def _closing(facts: dict[str, Any]) -> list[str]:
    link = [_("Read and pay it here: %(link)s") % facts] if facts["link"] else []
    return [*link, _("Kind regards,\n%(company)s") % facts]


def reminder(subscription: Any, invoice: Any, day: date) -> bool:
    with translation.override(company().language):
        facts = facts_of(subscription, invoice)
        if day < invoice.due_date:
            said = _(
                "Our invoice %(number)s for %(subject)s is due on %(due)s. Please pay %(amount)s by then."
            )
        elif day == invoice.due_date:
            said = _("Our invoice %(number)s for %(subject)s is due today. Please pay %(amount)s.")
        else:
            said = _(
                "Our invoice %(number)s for %(subject)s was due on %(due)s. %(amount)s of it is not paid yet."
            )
        lines = [_("Dear %(contact)s,") % facts, said % facts, *_closing(facts)]
        return send(subscription, _("Invoice %(number)s for %(subject)s") % facts, lines)


def higher_price(change: Any) -> bool:
    """A higher price of what the customer has, told before it holds."""
    home, subscription = company(), change.subscription
    reader = INDONESIAN if home.language == "id" else ENGLISH
    with translation.override(home.language):
        facts = {
            "subject": subscription.subject, "plan": change.before_name, "company": home.name,
            "contact": str(subscription.contact), "day": write_date(change.effective_on, reader),
            "before": amount(change.before_price, subscription.currency, reader),
            "after": amount(change.price, subscription.currency, reader),
        }  # fmt: skip
        if subscription.includes_tax:
            said = _("From %(day)s the price of %(plan)s changes from %(before)s to %(after)s, tax included.")
        else:
            said = _("From %(day)s the price of %(plan)s changes from %(before)s to %(after)s, before tax.")
        lines = [
            _("Dear %(contact)s,") % facts,
            said % facts,
            _("Invoices for the time before that day keep the present price. Please write to us if you have questions."),
            _("Kind regards,\n%(company)s") % facts,
        ]  # fmt: skip
        return send(subscription, _("New price of %(subject)s from %(day)s") % facts, lines)


def failed(found: Any) -> bool:
    """A try to charge the customer failed. It says whether another one is planned."""
    tries = type(found)._base_manager.filter(invoice=found.invoice_id, trashed_at=None, status="pending")
    with translation.override(company().language):
        facts = facts_of(found.subscription, found.invoice) | {"why": found.failure_text}
        again = tries.filter(kind="retry").exists()
        subject = _("Payment of invoice %(number)s failed") % facts
        if own := SubscriptionSettings.now().failure_letter(found.attempt, again):
            return send(found.subscription, subject, [filled_in(own, facts)])
        if again:
            next_ = _("We will try again in the next days. You can also pay %(amount)s yourself.")
        else:
            next_ = _("We will not try again. Please pay %(amount)s yourself.")
        lines = [
            _("Dear %(contact)s,") % facts,
            _("We could not take the payment of our invoice %(number)s for %(subject)s: %(why)s") % facts,
            next_ % facts,
            *_closing(facts),
        ]
        return send(found.subscription, subject, lines)


def receipt(found: Any) -> bool:
    """The official receipt of what was paid, as PDF."""
    home = company()
    language = "id" if home.language == "id" else "en"
    with translation.override(language):
        facts = facts_of(found.subscription, found.invoice)
        file = pdf(receipt_of(found.payment, SYSTEM, language, details().paper_size))
        lines = [
            _("Dear %(contact)s,") % facts,
            _(
                "Thank you. We received your payment of invoice %(number)s for %(subject)s; the receipt is attached."
            )
            % facts,
            _("Kind regards,\n%(company)s") % facts,
        ]
        return send(
            found.subscription,
            _("Receipt for invoice %(number)s") % facts,
            lines,
            [(f"{found.payment.number}.pdf", file)],
        )
