"""Charge: what is asked for besides goods and services, such as packing or insurance, with its usual value and taxes."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from relasi.engine.declare.module import Declaration
from relasi.engine.declare.tracked import Tracked
from relasi.engine.declare.words import Section
from relasi.engine.fields.boolean import BooleanField
from relasi.engine.fields.money import MoneyField
from relasi.engine.fields.numbers import IntegerField, PercentField
from relasi.engine.fields.reference import ReferenceField, ReferencesField
from relasi.engine.fields.text import TextField
from relasi.engine.records.refusal import Refusal
from relasi.kits.trade.charges import LONGEST, PART_OF_LIST
from relasi.modules.catalog.tax_rules import all_taxes, usual_charge_taxes


class Charge(Tracked):
    name = TextField(_("Name"), max_length=LONGEST, required=True)
    amount = MoneyField(_("Amount"), min=0, foot="", help_text=_("In the currency of the company."))
    percent = PercentField(
        _("Percentage"),
        help_text=_("Of the lines after discounts. Without amount and percentage it is typed each time."),
    )
    taxes = ReferencesField("catalog.Tax", _("Taxes"), default=usual_charge_taxes)
    region = ReferenceField(
        "catalog.TaxRegion", models.PROTECT, verbose_name=_("Tax region"), related_name="charges",
        help_text=_("Empty: everywhere."),
    )  # fmt: skip
    position = IntegerField(_("Order"), min=0, default=0, foot="")
    active = BooleanField(_("Active"), default=True)

    class Meta(Tracked.Meta):
        verbose_name = _("charge")
        verbose_name_plural = _("charges")
        constraints = [
            models.UniqueConstraint(
                "name", "region", condition=models.Q(trashed_at=None), nulls_distinct=False, name="charge_once"
            ),
            models.CheckConstraint(
                condition=models.Q(amount=None) | models.Q(percent=None), name="charge_one_value"
            ),
        ]  # fmt: skip

    class Module(Declaration):
        slug = "charges"
        area = "settings"
        icon = "hand-coins"
        title = "name"
        columns = ["name", "amount", "percent", "taxes", "region", "active"]
        filters = ["active", "region"]
        sort = ["position", "name"]
        form = [Section(_("Charges"), "name amount percent taxes region position active")]
        words = "biaya ongkos packing asuransi pemasangan charge insurance installation handling"

    violations = {"charge_once": ("name", "NOT_UNIQUE", _("There is a charge of this name already."))}

    def __str__(self) -> str:
        return self.name

    def clean(self, change: Any = None) -> None:
        if self.amount is not None and self.percent is not None:
            raise Refusal("percent", "INVALID_VALUE", _("A charge is an amount or a percentage, not both."))
        if PART_OF_LIST.search(self.name or ""):
            message = _("The name of a charge is short and has no colon, semicolon or bracket.")
            raise Refusal("name", "INVALID_VALUE", message)
        known = all_taxes()
        if any(known[id].method == "withheld" for id in self.taxes or () if id in known):
            raise Refusal("taxes", "INVALID_VALUE", _("A tax that is withheld cannot stand on a charge."))
