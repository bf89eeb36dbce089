"""Subscription settings: what holds for all subscriptions. One row at most."""

from __future__ import annotations

import re
from typing import Any

from django.utils.translation import gettext_lazy as _

from relasi.engine.declare.module import Declaration
from relasi.engine.declare.one_row import OneRow, one_living
from relasi.engine.declare.words import Section
from relasi.engine.fields.boolean import BooleanField
from relasi.engine.fields.money import MoneyField
from relasi.engine.fields.text import LongTextField
from relasi.engine.records.refusal import Change, Refusal

# What may stand in a letter in braces, and is filled in.
KNOWN = ("contact", "subject", "number", "amount", "due", "why", "link", "company")
PLACES = _(
    "Empty: the usual letter. {contact}, {subject}, {number}, {amount}, {due}, {why}, {link} and {company} are filled in."
)
OWN_LETTERS = ("failure_1", "failure_2", "failure_3", "failure_last")
_PLACE = re.compile(r"\{([^{}]*)\}")


class SubscriptionSettings(OneRow):
    second_person_above = MoneyField(
        _("A second person confirms payments above"), min=0,
        help_text=_("Of those entered by hand. Empty: nobody needs to."),
    )  # fmt: skip
    mails_failures = BooleanField(_("Write to customers when a charge fails"), default=True)
    mails_prices = BooleanField(
        _("Announce higher prices"), default=True, help_text=_("By email to the customer, as soon as the change is planned.")
    )  # fmt: skip
    mails_receipts = BooleanField(_("Send a receipt with each payment"), default=True)
    failure_1 = LongTextField(_("Letter after the first failed try"), help_text=PLACES)
    failure_2 = LongTextField(_("Letter after the second failed try"), help_text=PLACES)
    failure_3 = LongTextField(_("Letter after the third failed try"), help_text=PLACES)
    failure_last = LongTextField(_("Letter when there is no further try"), help_text=PLACES)
    mails_reminders = BooleanField(
        _("Remind customers of invoices"), default=True,
        help_text=_("Three days before the due date, on it, and three and seven days after it."),
    )  # fmt: skip

    class Meta(OneRow.Meta):
        verbose_name = _("subscription settings")
        verbose_name_plural = _("subscription settings")
        constraints = one_living("subscription_settings_one")

    class Module(Declaration):
        slug = "subscription-settings"
        area = "settings"
        icon = "refresh-cw"
        title = "second_person_above"
        columns = ["second_person_above", "mails_failures", "mails_prices", "mails_receipts",
                   "mails_reminders"]  # fmt: skip
        sort = ["second_person_above"]
        form = [
            Section(_("Payments"), "second_person_above"),
            Section(_("Letters"), "mails_failures mails_prices mails_receipts mails_reminders"),
            Section(_("Letters of failed charges"), "failure_1 failure_2 failure_3 failure_last"),
        ]
        words = "langganan pengingat kwitansi batas subscription"

    def failure_letter(self, attempt: int, again: bool) -> str:
        """What somebody wrote for that try, empty for the usual letter. again: whether it is tried once more."""
        name = f"failure_{min(attempt, 3)}" if again else "failure_last"
        return getattr(self, name) or ""

    def clean(self, change: Change) -> None:
        for name in OWN_LETTERS:
            unknown = [one for one in _PLACE.findall(getattr(self, name) or "") if one not in KNOWN]
            if unknown:
                known = ", ".join(f"{{{one}}}" for one in KNOWN)
                sentence = _("{%(unknown)s} cannot be filled in. These can: %(known)s.")
                raise Refusal(name, "INVALID_VALUE", sentence % {"unknown": unknown[0], "known": known})


def filled_in(text: str, facts: dict[str, Any]) -> str:
    """The letter somebody wrote, with what stands in braces filled in."""
    return _PLACE.sub(lambda found: str(facts.get(found[1], found[0])), text)
