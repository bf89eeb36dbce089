"""Subscription settings: what holds for all subscriptions. One row at most."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from relasi.engine.declare.module import Declaration
from relasi.engine.declare.one_row import OneRow, one_living
from relasi.engine.declare.words import Section
from relasi.engine.fields.boolean import BooleanField
from relasi.engine.fields.money import MoneyField


class SubscriptionSettings(OneRow):
    second_person_above = MoneyField(
        _("A second person confirms payments above"), min=0,
        help_text=_("Of those entered by hand. Empty: nobody needs to."),
    )  # fmt: skip
    mails_failures = BooleanField(_("Write to customers when a charge fails"), default=True)
    mails_receipts = BooleanField(_("Send a receipt with each payment"), default=True)
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
        columns = ["second_person_above", "mails_failures", "mails_receipts", "mails_reminders"]
        sort = ["second_person_above"]
        form = [
            Section(_("Payments"), "second_person_above"),
            Section(_("Letters"), "mails_failures mails_receipts mails_reminders"),
        ]
        words = "langganan pengingat kwitansi batas subscription"
