"""Company: whose workspace this is: its name, and the currency, zone and language its people start with."""

import re
from typing import Any

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from relasi.engine.declare.module import Declaration
from relasi.engine.declare.refusal import Refusal
from relasi.engine.declare.tracked import Tracked, history_triggers
from relasi.engine.declare.words import Section
from relasi.users.lifecycle import check_zone
from relasi.users.triggers import NEW_EPOCH


class Company(Tracked):
    """One row. Read it by engine.access.company.company()."""

    name = models.CharField(_("Company name"), max_length=150)
    currency = models.CharField(_("Currency"), max_length=3, default="IDR")
    zone = models.CharField(_("Time zone"), max_length=50, default="Asia/Jakarta")
    language = models.CharField(
        _("Language"), max_length=2, choices=[("id", "Bahasa Indonesia"), ("en", "English")], default="id"
    )

    bin_days = models.PositiveSmallIntegerField(
        _("Days in the recycle bin"),
        default=30,
        help_text=_("What is deleted can come back for so long: 30 to 90 days."),
    )

    class Meta(Tracked.Meta):
        abstract = False
        verbose_name = _("company")
        verbose_name_plural = _("companies")
        constraints = [models.UniqueConstraint(models.Value(1), name="company_one")]
        triggers = [
            *history_triggers(),
            pgtrigger.Trigger(
                name="new_epoch", level=pgtrigger.Statement, when=pgtrigger.After, func=NEW_EPOCH,
                operation=pgtrigger.Insert | pgtrigger.Update,
            ),
        ]  # fmt: skip

    class Module(Declaration):
        slug = "company"
        area = "settings"
        icon = "building"
        columns = ["name", "currency", "zone", "language", "bin_days"]
        sort = ["name"]
        form = [Section(_("Company"), "name currency zone language bin_days")]

    def __str__(self) -> str:
        return self.name

    def before_save(self, change: Any) -> None:
        self.currency = self.currency.upper()

    def clean(self, change: Any = None) -> None:
        if not re.fullmatch("[A-Z]{3}", self.currency):
            raise Refusal(
                "currency", "INVALID_VALUE", _("Write the currency by its three letters, such as IDR.")
            )
        check_zone(self.zone)
        if not 30 <= self.bin_days <= 90:
            raise Refusal("bin_days", "OUT_OF_RANGE", _("Choose from 30 to 90 days."))
