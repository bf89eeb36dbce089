"""Service: help a customer pays for, or gets for free: installation, training, consulting."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from relasi.engine.declare.computed import computed
from relasi.engine.declare.words import Match, Related, Section, Timeline, View
from relasi.engine.fields.boolean import BooleanField
from relasi.engine.fields.choice import ChoiceField, Choices, open_list
from relasi.engine.fields.dates import DateField
from relasi.engine.fields.numbers import DecimalField
from relasi.engine.fields.reference import ReferencesField
from relasi.engine.fields.text import TextField
from relasi.engine.fields.url import UrlField
from relasi.engine.records.record import Record, record_indexes
from relasi.engine.records.refusal import Change, Refusal
from relasi.kits.trade.rounding import rounded
from relasi.modules.catalog.offered import ACTIVE, INACTIVE, Offered, code_once, price_checks
from relasi.modules.catalog.tax_rules import usual_service_taxes


@open_list("service_category", _("Service category"))
class ServiceCategory(Choices):
    SUPPORT = "support", _("Support"), "", "Dukungan"
    INSTALLATION = "installation", _("Installation"), "", "Instalasi"
    MIGRATION = "migration", _("Migration"), "", "Migrasi"
    CUSTOMIZATION = "customization", _("Customization"), "", "Kustomisasi"
    TRAINING = "training", _("Training"), "", "Pelatihan"
    MAINTENANCE = "maintenance", _("Maintenance"), "", "Perawatan|Pemeliharaan"
    CONSULTING = "consulting", _("Consulting"), "", "Konsultasi"
    PERMITS = "permits", _("Permits"), "", "Perizinan"
    OTHER = "other", _("Other"), "", "Lainnya"


class Billing(Choices):
    ONCE = "once", _("Once"), "gray", "Sekali"
    SUBSCRIPTION = "subscription", _("By subscription"), "biru", "Berlangganan"


class Service(Offered):
    category = ChoiceField(ServiceCategory, _("Category"), aliases="Kategori|Service Category")
    units_in_one = DecimalField(
        _("Units in one"), min=0, aliases="No of Units|Jumlah Unit",
        help_text=_("A package of 20 hours holds 20."),
    )  # fmt: skip
    free = BooleanField(_("Free of charge"), aliases="Gratis")
    billing = ChoiceField(Billing, _("Billed"), default=Billing.ONCE, required=True)
    makes_contract = BooleanField(
        _("Makes a service contract"), help_text=_("When it is sold."), aliases="Buat Kontrak"
    )
    support_start = DateField(_("Supported from"))
    support_end = DateField(_("Supported until"))
    hours = DecimalField(_("Usual duration in hours"), min=0, aliases="Durasi Standar")
    skills = TextField(_("Skills required"), aliases="Keahlian")
    website = UrlField(_("Page"), aliases="Website")
    tax_code = TextField(_("Service code (Faktur Pajak)"), max_length=20, aliases="Kode Jasa Pajak")

    taxes = ReferencesField("catalog.Tax", _("Taxes"), default=usual_service_taxes, aliases="Pajak")

    kind = "service"

    class Meta(Record.Meta):
        verbose_name = _("service")
        verbose_name_plural = _("services")
        indexes = record_indexes("service", "name")
        constraints = [code_once("service"), *price_checks("service")]

    class Module(Record.Module):
        slug = "services"
        area = "catalog"
        icon = "wrench"
        number = "SRV-{n:05}"
        title = "name"
        subtitle = "code"
        columns = ["name", "code", "category", "unit", "price", "unit_rate", "margin", "active"]
        filters = ["category", "active", "price", "unit", "billing", "owner"]
        sort = ["name"]
        search = {"name": "A", "code": "A", "skills": "C", "description": "D"}
        form = [
            Section(_("Service"), "name code category unit units_in_one active owner"),
            Section(_("Price and taxes"), "price cost free taxes commission sales_start sales_end"),
            Section(_("Details"), "billing makes_contract support_start support_end hours skills ledger_account "
                                  "tax_code website description"),
        ]  # fmt: skip
        quick = "name code unit price cost taxes"
        headline = "code price"
        page = [
            Timeline(),
            Related(
                "catalog.PriceBookItem", by="service", columns=["price", "min_quantity"], title=_("Prices")
            ),
            Related("catalog.BundleComponent", by="service", columns=["quantity"], title=_("In bundles")),
        ]
        views = [
            View("active", _("Active"), ACTIVE, "circle-check"),
            View("inactive", _("Inactive"), INACTIVE, "archive"),
        ]
        matches = {
            "code": Match(_("Same code"), of="code"),
            "name": Match(_("Same name"), of="name", usual=False),
        }
        words = "jasa layanan service instalasi"

    @computed(_("Price of one unit"), kind="money", needs="price units_in_one")
    def unit_rate(self) -> Decimal | None:
        """What an hour of a package of hours comes to."""
        if self.price is None or not self.units_in_one:
            return self.price
        return rounded(self.price / self.units_in_one, 2)

    def before_save(self, change: Change) -> None:
        if self.free:
            self.price = Decimal(0)

    def clean(self, change: Any) -> None:
        super().clean(change)
        if self.units_in_one is not None and self.units_in_one <= 0:
            raise Refusal("units_in_one", "OUT_OF_RANGE", _("This must be more than zero."))
        if self.support_start and self.support_end and self.support_end < self.support_start:
            raise Refusal("support_end", "OUT_OF_RANGE", _("The end lies before the beginning."))
