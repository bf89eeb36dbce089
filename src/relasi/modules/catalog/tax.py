"""Tax: a government charge on what is sold, with its rates by date and region."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from relasi.engine.declare.module import Declaration
from relasi.engine.declare.tracked import Tracked
from relasi.engine.declare.words import Related, Section
from relasi.engine.fields.boolean import BooleanField
from relasi.engine.fields.choice import ChoiceField, Choices, MultiChoiceField
from relasi.engine.fields.dates import DateField
from relasi.engine.fields.numbers import IntegerField, PercentField
from relasi.engine.fields.reference import ReferenceField, ReferencesField
from relasi.engine.fields.text import LongTextField, TextField
from relasi.engine.records.refusal import Refusal
from relasi.kits.trade.in_documents import tax_is_used
from relasi.kits.trade.tax_invoice import TransactionCode


class TaxMethod(Choices):
    SIMPLE = "simple", _("Simple"), "biru", "Sederhana|Simple"
    COMPOUND = "compound", _("Compound"), "ungu", "Bertingkat|Compound"
    WITHHELD = "withheld", _("Withheld by the buyer"), "jingga", "Dipotong|Deducted|Withheld"


class TaxKind(Choices):
    PPN_OUTPUT = "ppn_output", _("PPN on sales")
    PPN_INPUT = "ppn_input", _("PPN on purchases")
    PPNBM = "ppnbm", _("PPnBM (luxury goods)")
    PPH_23 = "pph_23", _("PPh 23")
    PPH_4_2 = "pph_4_2", _("PPh 4(2)")
    PPH_22 = "pph_22", _("PPh 22")
    REGIONAL = "regional", _("Regional tax")
    OTHER = "other", _("Other")


class TaxedThing(Choices):
    PRODUCTS = "products", _("Products")
    SERVICES = "services", _("Services")
    CHARGES = "charges", _("Charges")


class TaxRegion(Tracked):
    name = TextField(_("Name"), max_length=100, required=True)
    description = LongTextField(_("Provinces or countries"))

    class Meta(Tracked.Meta):
        verbose_name = _("tax region")
        verbose_name_plural = _("tax regions")
        constraints = [
            models.UniqueConstraint(
                fields=["name"], condition=models.Q(trashed_at=None), name="tax_region_name"
            )
        ]

    class Module(Declaration):
        slug = "tax-regions"
        area = "settings"
        icon = "map"
        title = "name"
        columns = ["name", "description"]
        sort = ["name"]
        form = [Section(_("Tax region"), "name description")]

    def __str__(self) -> str:
        return self.name


class Tax(Tracked):
    name = TextField(_("Name"), max_length=100, required=True)
    code = TextField(_("Code"), max_length=20, required=True)
    method = ChoiceField(TaxMethod, _("Method"), default=TaxMethod.SIMPLE, required=True)
    kind = ChoiceField(TaxKind, _("Kind"), default=TaxKind.PPN_OUTPUT, required=True)
    compounds_on = ReferencesField("catalog.Tax", _("Taken on top of"))
    applies_to = MultiChoiceField(TaxedThing, _("Applies to"))
    usual_for = MultiChoiceField(
        TaxedThing, _("Usual on new"), help_text=_("New items and charges start with this tax.")
    )
    may_be_included = BooleanField(_("Prices may include it"), default=True)
    transaction_code = TextField(
        _("Transaction code"), max_length=2, help_text=_("Of the Faktur Pajak: 01 to 10.")
    )
    ledger_account = TextField(_("Ledger account"), max_length=50)
    position = IntegerField(_("Order"), min=0, default=0, foot="")
    active = BooleanField(_("Active"), default=True)

    class Meta(Tracked.Meta):
        verbose_name = _("tax")
        verbose_name_plural = _("taxes")
        constraints = [
            models.UniqueConstraint(fields=["name"], condition=models.Q(trashed_at=None), name="tax_name"),
            models.UniqueConstraint(fields=["code"], condition=models.Q(trashed_at=None), name="tax_code"),
        ]

    class Module(Declaration):
        slug = "taxes"
        area = "settings"
        icon = "percent"
        title = "name"
        columns = ["name", "code", "method", "kind", "usual_for", "active"]
        filters = ["method", "kind", "active"]
        sort = ["position", "name"]
        form = [
            Section(_("Tax"), "name code method kind compounds_on applies_to usual_for active"),
            Section(_("Details"), "may_be_included transaction_code ledger_account position"),
        ]
        page = [Related("catalog.TaxRate", columns=["rate", "region", "valid_from", "valid_to"])]
        words = "pajak ppn pph vat gst tax"

    def __str__(self) -> str:
        return self.name

    def clean(self, change: Any = None) -> None:
        if self.method == TaxMethod.WITHHELD and "charges" in (self.applies_to or ()):
            raise Refusal(
                "applies_to", "INVALID_VALUE", _("A tax that is withheld cannot stand on a charge.")
            )
        if self.transaction_code and self.transaction_code not in set(TransactionCode):
            message = _("A transaction code is one of 01 to 10, with two digits.")
            raise Refusal("transaction_code", "INVALID_VALUE", message)
        if self.method != TaxMethod.COMPOUND and self.compounds_on:
            message = _("Only a compound tax is taken on top of others.")
            raise Refusal("compounds_on", "INVALID_VALUE", message)
        if self.method == TaxMethod.COMPOUND and not self.compounds_on:
            raise Refusal("compounds_on", "REQUIRED", _("Choose the taxes this one is taken on top of."))
        if self.pk is not None and self._leads_back():
            raise Refusal("compounds_on", "OUT_OF_RANGE", _("This tax would be taken on itself."))

    def _leads_back(self) -> bool:
        above = dict(Tax._base_manager.values_list("pk", "compounds_on"))
        above[self.pk] = self.compounds_on
        seen: set[int] = set()
        waiting = list(self.compounds_on or ())
        while waiting:
            one = waiting.pop()
            if one == self.pk:
                return True
            if one not in seen:
                seen.add(one)
                waiting += above.get(one) or ()
        return False

    def before_trash(self) -> None:
        if tax_is_used(self.code):
            message = _("This tax stands on documents. Deactivate it instead.")
            raise Refusal("", "INVALID_TRANSITION", message)


def days(start: str, end: str) -> Func:
    """The stretch of days two columns name, both ends included; an empty one is open."""
    return Func(start, end, Value("[]"), function="daterange", output_field=DateRangeField())


class TaxRate(Tracked):
    """What a tax comes to within a stretch of days, everywhere or in one region. factor: 11/12 for the usual PPN."""

    tax = ReferenceField(
        "catalog.Tax", models.PROTECT, verbose_name=_("Tax"), related_name="rates", required=True
    )
    rate = PercentField(_("Rate"), places=4, required=True)
    numerator = IntegerField(_("Base: numerator"), min=1, max=10_000, default=1, required=True, foot="")
    denominator = IntegerField(_("Base: denominator"), min=1, max=10_000, default=1, required=True, foot="")
    region = ReferenceField(
        "catalog.TaxRegion", models.PROTECT, verbose_name=_("Region"), related_name="rates",
        help_text=_("Empty: everywhere that has no rate of its own."),
    )  # fmt: skip
    valid_from = DateField(_("Valid from"))
    valid_to = DateField(_("Valid to"))

    class Meta(Tracked.Meta):
        verbose_name = _("tax rate")
        verbose_name_plural = _("tax rates")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(numerator__gte=1, denominator__gte=F("numerator")), name="tax_rate_base",
                violation_error_message=_("The base is at most the whole price."),
            ),
            models.CheckConstraint(
                condition=models.Q(rate__gte=0, rate__lte=100), name="tax_rate_percent"
            ),
            ExclusionConstraint(
                name="tax_rate_once",
                expressions=[
                    ("tax", RangeOperators.EQUAL),
                    (Coalesce("region", Value(0)), RangeOperators.EQUAL),
                    (days("valid_from", "valid_to"), RangeOperators.OVERLAPS),
                ],
                condition=models.Q(trashed_at=None),
                violation_error_message=_("Another rate of this tax holds on some of these days."),
            ),
        ]  # fmt: skip

    class Module(Declaration):
        slug = "tax-rates"
        area = "settings"
        icon = "percent"
        title = "tax"
        columns = ["tax", "rate", "numerator", "denominator", "region", "valid_from", "valid_to"]
        filters = ["tax", "region", "valid_from"]
        sort = ["-valid_from"]
        form = [Section(_("Tax rate"), "tax rate numerator denominator region valid_from valid_to")]

    def __str__(self) -> str:
        return f"{self.tax} {self.rate.normalize():f}%"

    def clean(self, change: Any = None) -> None:
        if self.numerator > self.denominator:
            raise Refusal("numerator", "OUT_OF_RANGE", _("The base is at most the whole price."))
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            raise Refusal("valid_to", "OUT_OF_RANGE", _("The end lies before the beginning."))
