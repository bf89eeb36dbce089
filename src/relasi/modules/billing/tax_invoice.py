"""Tax invoice of an invoice: number, state and code of its Faktur Pajak, and who the buyer was for the tax office.

An invoice that is issued does not change, but all of this comes or is mended later. What was sent to the tax office
stays as it was sent.
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from relasi.engine.declare.registry import registry
from relasi.engine.fields.choice import ChoiceField, Choices
from relasi.engine.fields.email import EmailField
from relasi.engine.fields.kind import kind_of
from relasi.engine.fields.reader import current_reader
from relasi.engine.fields.text import TextField
from relasi.engine.records.refusal import Change, Refusal, Refused
from relasi.engine.records.write import update
from relasi.kits.parties.fields import CountryField, NikField, NitkuField, NpwpField
from relasi.kits.parties.identity import nitku_belongs_to, npwp16
from relasi.kits.trade.tax_invoice import FacilityField, TaxInvoiceNumberField, TransactionCode

HEAD_OFFICE = "000000"  # the last six digits of the NITKU of a company's head office
INDONESIA = "ID"


class TaxInvoiceStatus(Choices):
    NOT_MADE = "not_made", _("Not made"), "gray", "Belum dibuat"
    EXPORTED = "exported", _("Exported"), "biru", "Diekspor"
    APPROVED = "approved", _("Approved"), "hijau", "Disetujui|Approved"
    REJECTED = "rejected", _("Rejected"), "merah", "Ditolak|Reject"
    REPLACED = "replaced", _("Replaced"), "kuning", "Diganti|Amended"
    CANCELLED = "cancelled", _("Cancelled"), "gray", "Dibatalkan|Cancelled"


T = TaxInvoiceStatus
# States in which the tax office has it: nothing that was sent changes.
SENT = frozenset({T.EXPORTED, T.APPROVED, T.REPLACED, T.CANCELLED})
NUMBERED = frozenset({T.APPROVED, T.REPLACED, T.CANCELLED})
BUYER = (
    "buyer_name", "buyer_npwp", "buyer_nik", "buyer_other_id", "buyer_nitku", "buyer_address", "buyer_country",
    "buyer_email",
)  # fmt: skip
AS_SENT = ("transaction_code", "facility", *BUYER)
TAX_FIELDS = ("tax_invoice_number", "tax_invoice_status", *AS_SENT)


class TaxInvoiced(models.Model):
    """Abstract: what an invoice holds for its Faktur Pajak. buyer_…: as it was when the invoice was issued."""

    transaction_code = ChoiceField(
        TransactionCode, _("Transaction code"), help_text=_("Empty: that of the tax on its lines.")
    )
    facility = FacilityField(
        _("Facility"),
        help_text=_("With 07 and 08: the number of the additional information in Coretax, such as TD.00501."),
    )  # fmt: skip
    tax_invoice_number = TaxInvoiceNumberField(_("Tax invoice number"), aliases="No. Faktur Pajak|NSFP")
    tax_invoice_status = ChoiceField(
        TaxInvoiceStatus, _("Tax invoice"), default=T.NOT_MADE, required=True, aliases="Status Faktur Pajak"
    )
    buyer_name = TextField(_("Buyer's name"))
    buyer_npwp = NpwpField(_("Buyer's NPWP"))
    buyer_nik = NikField(_("Buyer's NIK"))
    buyer_other_id = TextField(
        _("Buyer's passport or foreign number"),
        max_length=50,
        help_text=_("Of a buyer without NPWP and NIK."),
    )
    buyer_nitku = NitkuField(_("Buyer's NITKU"))
    buyer_address = TextField(_("Buyer's address"), max_length=500)
    buyer_country = CountryField(_("Buyer's country"))
    buyer_email = EmailField(_("Buyer's email"))

    account: Any
    billing_address: Any
    status: Any
    pk: Any

    class Meta:
        abstract = True

    def keep_tax_invoice(self, change: Change, issuing: bool) -> None:
        """What follows for the tax invoice. issuing: the invoice is being issued by this change."""
        if not change.is_new and change.has("account") and not any(map(change.has, BUYER)):
            for name in BUYER:
                setattr(self, name, None)
        if issuing:
            for name, value in self.buyer_of_account().items():
                if not getattr(self, name):
                    setattr(self, name, value)
        if self.buyer_npwp:
            self.buyer_npwp = npwp16(self.buyer_npwp)
        if self._is_approved_by(change, issuing):
            self.tax_invoice_status = T.APPROVED

    def _is_approved_by(self, change: Change, issuing: bool) -> bool:
        """Whether a number has come: the tax office gives it when it approves."""
        if self.status == "draft" or not self.tax_invoice_number or self.tax_invoice_status in NUMBERED:
            return False
        return issuing or (change.has("tax_invoice_number") and not change.has("tax_invoice_status"))

    def buyer_of_account(self) -> dict[str, Any]:
        """Who the buyer is for the tax office, as the account says now."""
        account, address = self.account, self.billing_address or {}
        if account is None:
            return {}
        tax = npwp16(account.npwp) if account.npwp else None
        shown = kind_of(type(self)._meta.get_field("billing_address")).show(address, current_reader())
        return {
            "buyer_name": account.name, "buyer_npwp": tax, "buyer_nik": None if tax else account.nik,
            "buyer_nitku": account.nitku or (tax + HEAD_OFFICE if tax else None),
            "buyer_address": " ".join(str(shown or "").split())[:500] or None,
            "buyer_country": address.get("country") or INDONESIA, "buyer_email": account.email,
        }  # fmt: skip

    def clean_tax_invoice(self, change: Change) -> None:
        """Raises Refusal."""
        if not change.is_new and change.old("tax_invoice_status") in SENT:
            still = self.tax_invoice_status in SENT
            touched = next((name for name in AS_SENT if change.has(name)), "")
            if still and touched:
                message = _("This was sent to the tax office. Put its state back before you change it.")
                raise Refusal(touched, "CLOSED_RECORD", message)
        if self.status == "draft" and self.tax_invoice_status != T.NOT_MADE:
            message = _("Issue the invoice first; a draft has no tax invoice.")
            raise Refusal("tax_invoice_status", "INVALID_TRANSITION", message)
        if self.tax_invoice_status in NUMBERED and not self.tax_invoice_number:
            message = _("Write the number the tax office gave.")
            raise Refusal("tax_invoice_number", "REQUIRED", message)
        if self.buyer_nitku and self.buyer_npwp and not nitku_belongs_to(self.buyer_nitku, self.buyer_npwp):
            raise Refusal("buyer_nitku", "INVALID_VALUE", _("A NITKU begins with the NPWP of the buyer."))

    def take_buyer(self) -> Any:
        """The buyer's tax numbers and address as the account says now; they were mended there."""
        found = {name: value for name, value in self.buyer_of_account().items() if value}
        if not found:
            raise Refused([Refusal("account", "REQUIRED", _("Choose the account that pays."))])
        return update(self, {**dict.fromkeys(BUYER), **found})


def keep_goods_codes(lines: list[Any]) -> None:
    """The codes the tax office has for goods and services, as the catalog says on the day of issue."""
    for name in ("product", "service"):
        model = registry.module(f"catalog.{name.capitalize()}").model
        ids = {id for line in lines if (id := getattr(line, f"{name}_id"))}
        codes = dict(model._base_manager.filter(pk__in=ids).values_list("pk", "tax_code")) if ids else {}
        for line in lines:
            if id := getattr(line, f"{name}_id"):
                line.goods_code = codes.get(id)
