"""Vendor: a company or person we buy from. Only an approved one gets purchase orders."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from relasi.engine.declare.registry import registry
from relasi.engine.declare.tracked import history_triggers
from relasi.engine.declare.words import Action, Body, Match, Related, Section, Timeline, View
from relasi.engine.fields.address import AddressField
from relasi.engine.fields.boolean import BooleanField
from relasi.engine.fields.choice import ChoiceField, Choices
from relasi.engine.fields.email import EmailField
from relasi.engine.fields.money import CurrencyField, MoneyField
from relasi.engine.fields.numbers import IntegerField
from relasi.engine.fields.phone import PhoneField
from relasi.engine.fields.reference import ReferenceField
from relasi.engine.fields.text import LongTextField, TextField
from relasi.engine.fields.url import UrlField
from relasi.engine.records.record import Record, record_indexes
from relasi.engine.records.refusal import Change, Refusal, Refused
from relasi.engine.records.write import update
from relasi.kits.parties.fields import NikField, NpwpField
from relasi.kits.parties.identity import tax_key
from relasi.kits.parties.legal_form import LegalForm
from relasi.kits.parties.party import Party, key_indexes
from relasi.kits.trade.flow import Flow


class VendorStatus(Choices):
    CANDIDATE = "candidate", _("Candidate"), "gray", "Calon"
    APPROVED = "approved", _("Approved"), "hijau", "Disetujui|Active|Aktif"
    BLOCKED = "blocked", _("Blocked"), "merah", "Diblokir"
    INACTIVE = "inactive", _("Inactive"), "kuning", "Nonaktif"


S = VendorStatus
FLOW = Flow(
    moves={
        S.CANDIDATE: (S.APPROVED,),
        S.APPROVED: (S.BLOCKED, S.INACTIVE),
        S.BLOCKED: (S.APPROVED,),
        S.INACTIVE: (S.APPROVED,),
    },
    first=(S.CANDIDATE,),
    frozen=frozenset(),
    deletable=frozenset(S),
)
TABLE = "purchasing_vendor"


class Vendor(Party, Record):
    name = TextField(
        _("Name"), required=True, aliases="Nama|Nama Pemasok|Pemasok|Vendor|Vendor Name|Supplier"
    )
    legal_form = ChoiceField(LegalForm, _("Legal form"), aliases="Bentuk Hukum|Bentuk Usaha")
    category = ReferenceField(
        "purchasing.VendorCategory", models.PROTECT, verbose_name=_("Category"), related_name="vendors",
        aliases="Kategori|Category",
    )  # fmt: skip
    status = ChoiceField(VendorStatus, _("Status"), default=S.CANDIDATE, required=True)
    blocked_because = TextField(_("Blocked because"))
    customer = ReferenceField(
        "customers.Account", models.PROTECT, verbose_name=_("Also a customer"), related_name="vendors",
        help_text=_("The account of the same company, where it buys from us too."), aliases="Akun Pelanggan",
    )  # fmt: skip
    npwp = NpwpField(_("NPWP"), aliases="No. NPWP|Nomor NPWP|Tax ID|NPWP16")
    nik = NikField(_("NIK"), aliases="No. KTP|KTP")
    is_pkp = BooleanField(
        _("Registered for VAT (PKP)"), default=True, aliases="PKP|Status PKP",
        help_text=_("Only then its bills bear PPN."),
    )  # fmt: skip
    withheld_tax = ReferenceField(
        "catalog.Tax", models.PROTECT, verbose_name=_("We withhold"), related_name="+",
        help_text=_("From its services: PPh 23 or PPh 4(2). Empty: what the service itself says."),
    )  # fmt: skip
    phone = PhoneField(_("Phone"), aliases="Telepon|No. Telepon|Phone Number")
    email = EmailField(_("Email"), aliases="E-mail|Surel|Email Address")
    website = UrlField(_("Website"), aliases="Situs Web|Website URL")
    address = AddressField(_("Address"), aliases="Alamat")
    currency = CurrencyField(_("Currency"), aliases="Mata Uang")
    payment_terms_days = IntegerField(
        _("Payment terms (days)"), min=0, max=365, aliases="Termin|TOP|Syarat Pembayaran"
    )
    least_order = MoneyField(
        _("Minimum order"), min=0, currency_field="currency", aliases="Minimum Pesanan", foot="average"
    )
    lead_time_days = IntegerField(_("Lead time (days)"), min=0, max=3650, aliases="Waktu Tunggu|Lead Time")
    ledger_account = TextField(_("Ledger account"), max_length=50, aliases="GL Account|Akun GL")
    rating = IntegerField(_("Rating (1–5)"), min=1, max=5, aliases="Nilai|Rating")
    description = LongTextField(_("Description"), aliases="Catatan|Keterangan|Deskripsi")

    key_sources = (("name",), ("email",), ("phone",))
    violations = FLOW.violations(TABLE)

    class Meta(Record.Meta):
        verbose_name = _("vendor")
        verbose_name_plural = _("vendors")
        indexes = [
            *record_indexes("vendor", "name"), *key_indexes("vendor"),
            models.Index(fields=["npwp"], name="vendor_npwp", condition=~models.Q(npwp=None)),
        ]  # fmt: skip
        triggers = [*history_triggers(), *FLOW.triggers(TABLE, ())]

    class Module(Record.Module):
        slug = "vendors"
        area = "purchasing"
        icon = "factory"
        number = "VEN-{n:05}"
        title = "name"
        subtitle = "category"
        columns = ["name", "category", "status", "phone", "address.city", "payment_terms_days", "lead_time_days",
                   "rating", "owner"]  # fmt: skip
        filters = ["status", "category", "is_pkp", "rating", "lead_time_days", "address.city", "owner"]
        sort = ["name"]
        search = {"name": "A", "npwp": "B", "phone": "B", "email": "B", "website": "B", "address": "C",
                  "description": "D"}  # fmt: skip
        form = [
            Section(_("Vendor"), "name legal_form category customer rating owner"),
            Section(_("Reach"), "phone email website address"),
            Section(_("Tax"), "npwp nik is_pkp withheld_tax"),
            Section(_("Terms"), "currency payment_terms_days least_order lead_time_days ledger_account"),
            Section(_("Description"), "description"),
        ]
        facts = [
            Section(_("Vendor"), "status blocked_because legal_form category customer rating owner"),
            *form[1:],
            Section(_("Record"), "number created_at changed_at"),
        ]
        quick = "name category phone email npwp is_pkp payment_terms_days owner"
        headline = "status category rating"
        page = [
            Body("features/vendor_score/body.html", "relasi.features.vendor_score.body.body_of"),
            Timeline(),
            Related("purchasing.PurchaseOrder", by="vendor", columns=["status", "due_date", "grand_total"]),
            Related("purchasing.Bill", by="vendor", columns=["status", "due_date", "balance"]),
            Related("purchasing.VendorContact", by="vendor", columns=["role", "phone", "email"]),
            Related("purchasing.VendorPrice", by="vendor", columns=["price", "min_quantity", "lead_days"]),
            Related("purchasing.VendorBankAccount", by="vendor", columns=["number", "state"]),
            Related("purchasing.VendorPaper", by="vendor", columns=["number", "expires_on"]),
        ]
        actions = [
            Action("approve", _("Approve vendor"), icon="badge-check", when=lambda one: one.status == S.CANDIDATE),
            Action("reopen", _("Use again"), icon="rotate-ccw",
                   when=lambda one: one.status in (S.BLOCKED, S.INACTIVE)),
            Action("deactivate", _("Deactivate"), icon="archive", quiet=True,
                   when=lambda one: one.status == S.APPROVED),
            Action("block", _("Block"), icon="ban", ask=("blocked_because",), quiet=True, danger=True,
                   when=lambda one: one.status == S.APPROVED),
        ]  # fmt: skip
        views = [
            View("approved", _("Approved"), {"field": "status", "op": "is", "value": "approved"}, "badge-check"),
            View("candidates", _("Candidates"), {"field": "status", "op": "is", "value": "candidate"},
                 "user-round-plus"),
            View("blocked", _("Blocked"), {"field": "status", "op": "is", "value": "blocked"}, "ban"),
        ]  # fmt: skip
        matches = {
            "name": Match(_("Same name, whatever the legal form"), of="name", column="name_key",
                          key="relasi.kits.parties.company_name.company_key",
                          differ="relasi.kits.parties.company_name.legal_form"),
            "npwp": Match(_("Same NPWP"), of="npwp"),
        }  # fmt: skip
        doubles = "relasi.kits.parties.doubles_search.find"
        words = "pemasok vendor supplier pemasuk rekanan"

    @property
    def is_company(self) -> bool:
        return not self.nik

    def before_save(self, change: Change) -> None:
        self.keep_keys(change)
        if self.status != S.BLOCKED:
            self.blocked_because = None

    def clean(self, change: Change) -> None:
        FLOW.check(self, change)
        if self.status == S.BLOCKED and not self.blocked_because:
            raise Refusal("blocked_because", "REQUIRED", _("Write why it is blocked."))

    @classmethod
    def clean_all(cls, changes: list[Change]) -> None:
        _warn_of_customers(changes)

    @classmethod
    def before_trash_all(cls, changes: list[Change]) -> None:
        ids = [change.record.pk for change in changes]
        used: set[int] = set()
        for module in registry.records:
            field = module.fields.get("vendor")
            if field is not None and field.related_model is cls:
                rows = module.model._base_manager.filter(vendor__in=ids, trashed_at=None)
                used |= set(rows.values_list("vendor_id", flat=True))
        for change in changes:
            if change.record.pk in used:
                message = _("It has purchase orders or bills. Deactivate it instead.")
                change.refuse("", "INVALID_TRANSITION", message)

    # The verbs.
    def approve(self) -> Vendor:
        return update(self, {"status": S.APPROVED})

    def reopen(self) -> Vendor:
        return update(self, {"status": S.APPROVED})

    def deactivate(self) -> Vendor:
        return update(self, {"status": S.INACTIVE})

    def block(self, blocked_because: Any = None) -> Vendor:
        if not blocked_because:
            raise Refused([Refusal("blocked_because", "REQUIRED", _("Write why it is blocked."))])
        return update(self, {"status": S.BLOCKED, "blocked_because": blocked_because})


def _warn_of_customers(changes: list[Change]) -> None:
    """A tax number an account has too asks once whether they are one company: then the vendor names the account."""
    asked = {
        tax_key(c.record.npwp): c
        for c in changes
        if c.has("npwp") and c.record.npwp and not c.record.customer_id
    }
    if not asked:
        return
    written = {form for key in asked for form in (key, key[1:] if key.startswith("0") else key)}
    model: Any = registry.module("customers.Account").model
    for npwp, name in model.objects.filter(npwp__in=written).values_list("npwp", "name"):
        change = asked[tax_key(npwp)]
        if "double" not in change.confirmed:
            message = _(
                "%(name)s, an account, has this NPWP too. If it is the same company, choose it as customer."
            )
            change.refuse("npwp", "NOT_UNIQUE", message % {"name": name}, confirm="double")
