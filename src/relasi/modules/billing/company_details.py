"""Company details: what stands on the paper of every document about us: name, address, tax numbers, logo, stamp, colour."""

from __future__ import annotations

import re

from django.db import models
from django.utils.translation import gettext_lazy as _

from relasi.engine.declare.module import Declaration
from relasi.engine.declare.tracked import Tracked
from relasi.engine.declare.words import Section
from relasi.engine.fields.address import AddressField
from relasi.engine.fields.choice import ChoiceField, Choices
from relasi.engine.fields.email import EmailField
from relasi.engine.fields.image import ImageField
from relasi.engine.fields.kind import kind_of
from relasi.engine.fields.phone import PhoneField
from relasi.engine.fields.text import LongTextField, TextField
from relasi.engine.fields.url import UrlField
from relasi.engine.records.refusal import Change, Refusal
from relasi.kits.parties.fields import NitkuField, NpwpField
from relasi.kits.parties.identity import nitku_belongs_to, npwp16

ACCENT = "#3c46b8"


class PaperSize(Choices):
    A4 = "a4", _("A4")
    F4 = "f4", _("F4 (folio)")


class PaperLanguage(Choices):
    INDONESIAN = "id", "Bahasa Indonesia"
    ENGLISH = "en", "English"


class OtherBaseRounding(Choices):
    """Of the base a part of the price gives (DPP nilai lain)."""

    CENTS = "cents", _("Two decimals")
    RUPIAH = "rupiah", _("Whole rupiah")


class PaperOf(Choices):
    QUOTES = "quotes", _("Quotes")
    ORDERS = "sales-orders", _("Sales orders")
    INVOICES = "invoices", _("Invoices")
    CREDIT_NOTES = "credit-notes", _("Credit notes")
    PURCHASES = "purchase-orders", _("Purchase orders")
    PAYMENTS = "payments", _("Official receipts")


class CompanyDetails(Tracked):
    """One row. The paper reads it by kits.trade.paper.letterhead."""

    legal_name = TextField(_("Legal name"), max_length=150)
    address = AddressField(_("Address"))
    npwp = NpwpField(_("NPWP"))
    nitku = NitkuField(_("NITKU"))
    phone = PhoneField(_("Phone"))
    email = EmailField(_("Email"))
    website = UrlField(_("Website"))
    logo = ImageField(_("Logo"))
    stamp = ImageField(_("Stamp or signature"))
    colour = TextField(_("Brand colour"), max_length=7, help_text=_("Six digits after a hash: #3c46b8."))
    paper_size = ChoiceField(PaperSize, _("Paper size"), default=PaperSize.A4, required=True)
    paper_language = ChoiceField(PaperLanguage, _("Language of documents"))
    coretax_rounding = ChoiceField(
        OtherBaseRounding, _("Rounding of the other base"), default=OtherBaseRounding.CENTS, required=True,
        help_text=_("In the file for Coretax."),
    )  # fmt: skip

    class Meta(Tracked.Meta):
        verbose_name = _("company details")
        verbose_name_plural = _("company details")
        constraints = [models.UniqueConstraint(models.Value(1), name="company_details_one")]

    class Module(Declaration):
        slug = "company-details"
        area = "settings"
        icon = "building"
        title = "legal_name"
        columns = ["legal_name", "npwp", "phone", "email", "paper_size"]
        sort = ["legal_name"]
        form = [
            Section(_("Company"), "legal_name address npwp nitku phone email website"),
            Section(_("Look"), "logo stamp colour paper_size paper_language"),
            Section(_("Tax invoice"), "coretax_rounding"),
        ]

    def __str__(self) -> str:
        return self.legal_name or str(_("Company details"))

    @property
    def coretax_places(self) -> int:
        """Decimals of the other base."""
        return 2 if self.coretax_rounding == OtherBaseRounding.CENTS else 0

    def before_save(self, change: Change) -> None:
        if self.npwp:
            self.npwp = npwp16(self.npwp)
        if self.colour:
            self.colour = "#" + self.colour.lower().lstrip("#")

    def clean(self, change: Change) -> None:
        if self.nitku and self.npwp and not nitku_belongs_to(self.nitku, self.npwp):
            raise Refusal("nitku", "INVALID_VALUE", _("A NITKU begins with the NPWP of the company."))
        if self.colour and not re.fullmatch("#[0-9a-f]{6}", self.colour):
            raise Refusal(
                "colour", "INVALID_VALUE", _("Write the colour as a hash and six digits, such as #3c46b8.")
            )


class DocumentText(Tracked):
    document = ChoiceField(PaperOf, _("Document"), required=True)
    language = ChoiceField(PaperLanguage, _("Language"), required=True)
    terms = LongTextField(
        _("Terms and conditions"), help_text=_("Stand on documents that have no terms of their own.")
    )
    footer = LongTextField(_("Closing words"))

    class Meta(Tracked.Meta):
        verbose_name = _("document text")
        verbose_name_plural = _("document texts")
        constraints = [
            models.UniqueConstraint(
                fields=["document", "language"],
                condition=models.Q(trashed_at=None),
                name="document_text_once",
            )
        ]

    class Module(Declaration):
        slug = "document-texts"
        area = "settings"
        icon = "file-text"
        title = "document"
        columns = ["document", "language", "terms", "footer"]
        sort = ["document"]
        form = [Section(_("Document text"), "document language terms footer")]

    def __str__(self) -> str:
        document, language = (
            str(kind_of(self._meta.get_field(name)).text_of(self)) for name in ("document", "language")
        )
        return f"{document} ({language})"
