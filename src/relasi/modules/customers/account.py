"""Account: the company or private person with whom there is a commercial relation; companies have a menu entry."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from django.db import models
from django.db.models import Case, Value, When
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from relasi.engine.declare.computed import computed
from relasi.engine.declare.registry import registry
from relasi.engine.declare.tracked import history_triggers
from relasi.engine.declare.words import Action, Body, Match, Related, Section, Timeline, View
from relasi.engine.fields.address import AddressField
from relasi.engine.fields.boolean import BooleanField
from relasi.engine.fields.choice import ChoiceField
from relasi.engine.fields.dates import DateTimeField
from relasi.engine.fields.email import EmailField
from relasi.engine.fields.image import ImageField
from relasi.engine.fields.money import CurrencyField, MoneyField
from relasi.engine.fields.numbers import IntegerField
from relasi.engine.fields.phone import PhoneField
from relasi.engine.fields.reference import ReferenceField
from relasi.engine.fields.text import LongTextField, TextField
from relasi.engine.fields.url import UrlField
from relasi.engine.records.circle import refuse_circles
from relasi.engine.records.reassign import reassign
from relasi.engine.records.record import Record, record_indexes
from relasi.engine.records.refusal import Change, Refusal
from relasi.engine.records.write import update
from relasi.kits.parties.company_name import split_company_name
from relasi.kits.parties.fields import NikField, NitkuField, NpwpField
from relasi.kits.parties.identity import nitku_belongs_to
from relasi.kits.parties.industry import Industry
from relasi.kits.parties.legal_form import LegalForm
from relasi.kits.parties.party import Party, key_indexes
from relasi.kits.parties.touch import Contacted
from relasi.kits.paying.kept_value import OPEN, RECEIVED, KeptValue
from relasi.modules.customers.erasing import Erasable
from relasi.modules.customers.picklists import (
    AccountKind,
    AccountType,
    CustomerState,
    Rating,
)

DEEPEST = 10  # companies above one another
DORMANT_AFTER = timedelta(days=365)  # without a won deal

# Forms kits.parties knows that the picklist calls otherwise.
_FORMS = {"pd": "ud", "perum": "bumn", "perumda": "bumn", "perseroda": "bumn", "perkumpulan": "yayasan"}

_OPEN_BALANCE = KeptValue(side="customers", signs=OPEN)
_LIFETIME_REVENUE = KeptValue(side="customers", signs=RECEIVED)
_OWN_FORMS = frozenset(form.value for form in LegalForm)


class Account(Party, Contacted, Erasable, Record):
    kind = ChoiceField(AccountKind, _("Kind"), default=AccountKind.COMPANY, required=True,
                       aliases="Jenis Akun|Account Kind")  # fmt: skip
    name = TextField(
        _("Name"), required=True,
        aliases="Nama Perusahaan|Perusahaan|Nama Akun|Nama Organisasi|Account Name|Organization Name|Company name|"
        "Company|Organization|Organization - Name|Security",
    )  # fmt: skip
    legal_form = ChoiceField(LegalForm, _("Legal form"), aliases="Bentuk Hukum|Bentuk Usaha|Badan Hukum")
    parent = ReferenceField(
        "self", models.PROTECT, verbose_name=_("Parent company"), related_name="children",
        aliases="Induk|Perusahaan Induk|Member Of|Parent Account|ParentId|Anggota dari",
    )  # fmt: skip
    main_contact = ReferenceField(
        "customers.Contact", models.PROTECT, verbose_name=_("Main contact"), related_name="+", db_index=False,
        aliases="Kontak Utama|Primary Contact|PIC",
    )  # fmt: skip
    type = ChoiceField(AccountType, _("Type"), aliases="Tipe|Account Type|Jenis Relasi")
    industry = ChoiceField(Industry, _("Industry"), aliases="Industri|Bidang Usaha|Sektor|GICS Sector")
    rating = ChoiceField(Rating, _("Rating"), aliases="Peringkat")
    ownership = TextField(_("Ownership"), aliases="Kepemilikan")
    ticker = TextField(_("Ticker symbol"), max_length=50, aliases="Kode Saham|Ticker|Symbol|Ticker Symbol")
    employees = IntegerField(
        _("Employees"),
        min=0,
        aliases="Jumlah Karyawan|Karyawan|No Of Employees|Number of Employees|NumberOfEmployees",
        foot="sum",
    )
    annual_revenue = MoneyField(
        _("Annual revenue"), min=0, aliases="Omzet|Omset|Pendapatan Tahunan|AnnualRevenue|Omzet Tahunan"
    )
    group_revenue = MoneyField(_("Group revenue"), editable=False)
    active = BooleanField(_("Active"), default=True, aliases="Aktif")
    last_won_at = DateTimeField(_("Last order"), editable=False)

    website = UrlField(_("Website"), aliases="Situs Web|Situs|Web|Website URL|Company Domain Name|Domain")
    linkedin = UrlField(_("LinkedIn"))
    instagram = UrlField(_("Instagram"))
    phone = PhoneField(_("Phone"), aliases="Telepon|No. Telepon|Telp|Phone Number|Telepon Kantor|No Telp")
    other_phone = PhoneField(_("Other phone"), aliases="Telepon Lain|Other Phone|No. HP|HP|Mobile")
    fax = PhoneField(_("Fax"), aliases="Faks|Faksimile")
    email = EmailField(_("Email"), aliases="E-mail|Surel|Email Address|Alamat Email")
    other_email = EmailField(_("Other email"), aliases="Email Lain|Other Email|Secondary Email")
    email_opt_out = BooleanField(_("No marketing email"), aliases="Email Opt Out|Tolak Email")
    do_not_call = BooleanField(_("Do not call"), aliases="Do Not Call|Jangan Ditelepon")

    npwp = NpwpField(_("NPWP"), aliases="No. NPWP|Nomor NPWP|Tax ID|NPWP16")
    nik = NikField(_("NIK"), aliases="No. KTP|KTP|Nomor Induk Kependudukan")
    nitku = NitkuField(_("NITKU"))
    is_pkp = BooleanField(_("Registered for VAT (PKP)"), aliases="PKP|Status PKP")
    no_reminders = BooleanField(_("No payment reminders"), aliases="Tanpa Pengingat")
    payment_terms_days = IntegerField(
        _("Payment terms (days)"), min=0, max=180, aliases="Termin|TOP|Syarat Pembayaran|Jatuh Tempo (hari)"
    )
    credit_limit = MoneyField(
        _("Credit limit"), min=0, currency_field="currency", aliases="Limit Kredit|Plafon"
    )
    currency = CurrencyField(_("Currency"), aliases="Mata Uang")
    billing_address = AddressField(
        _("Billing address"),
        aliases="Alamat|Alamat Penagihan|Address|Headquarters Location|Organization - Address",
    )
    shipping_address = AddressField(_("Shipping address"), aliases="Alamat Pengiriman|Alamat Kirim")
    logo = ImageField(_("Logo"))
    description = LongTextField(_("Description"), aliases="Catatan|Keterangan|Deskripsi|Notes|Note - Content")

    class Meta(Record.Meta):
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        # What follows from other records is no change of this one.
        triggers = history_triggers("group_revenue", *Contacted.touch_fields)
        indexes = [
            *record_indexes("account"), *key_indexes("account"),
            models.Index(fields=["npwp"], name="account_npwp", condition=~models.Q(npwp=None)),
        ]  # fmt: skip

    class Module(Record.Module):
        slug = "accounts"
        area = "customers"
        light = "view create edit delete"
        icon = "building-2"
        number = "ACC-{n:05}"
        title = "name"
        subtitle = "industry"
        columns = [
            "name",
            "kind",
            "type",
            "industry",
            "phone",
            "billing_address.city",
            "customer_state",
            "owner",
        ]
        filters = [
            "customer_state", "type", "industry", "owner", "kind", "billing_address.city", "active", "open_balance",
            "lifetime_revenue",
        ]  # fmt: skip
        search = {
            "name": "A", "npwp": "B", "phone": "B", "other_phone": "B", "email": "B", "other_email": "B", "website": "B",
            "ticker": "B", "billing_address": "C", "shipping_address": "D", "description": "D",
        }  # fmt: skip
        form = [
            Section(_("Identity"), "kind name legal_form parent main_contact type industry active logo"),
            Section(_("Reach"), "phone other_phone fax email other_email website linkedin instagram "
                                "email_opt_out do_not_call"),
            Section(_("Tax and terms"), "npwp nik nitku is_pkp payment_terms_days credit_limit no_reminders currency"),
            Section(_("Size"), "employees annual_revenue ownership ticker rating"),
            Section(_("Addresses"), "billing_address shipping_address"),
            Section(_("Description"), "description owner"),
        ]  # fmt: skip
        quick = "kind name phone email industry billing_address owner"
        headline = "customer_state industry owner group_revenue last_contacted_at"
        page = [
            Body("features/receivables/account.html", "relasi.features.receivables.account_body.body_of"),
            Timeline(),
            Related("agenda.Task", columns=["status", "due_on"], title=_("Tasks")),
            Related("agenda.Event", columns=["status", "starts_at"], title=_("Events")),
            Related("customers.Contact", columns=["title", "mobile"]),
            Related(
                "customers.Affiliation", columns=["contact", "title"], title=_("People of other companies")
            ),
            Related("sales.Deal", columns=["stage", "amount"]),
            Related("sales.Quote", columns=["status", "grand_total"]),
            Related("billing.Invoice", columns=["status", "balance"]),
            Related(
                "customers.Account",
                by="parent",
                columns=["industry", "group_revenue"],
                title=_("Subsidiaries"),
            ),
            Related("customers.Branch", columns=["phone", "address"]),
        ]
        actions = [
            Action("copy_billing", _("Copy billing address to shipping"), icon="copy", quiet=True,
                   when=lambda account: account.billing_address and account.shipping_address != account.billing_address),
            Action("reassign", _("Reassign with related records"), icon="user-round-pen", quiet=True, ask=("owner",)),
        ]  # fmt: skip
        writers = {".vcf": "relasi.kits.parties.vcard_writing.COMPANY"}
        views = [
            View(
                "customers",
                _("Customers"),
                {"field": "customer_state", "op": "is", "value": "customer"},
                "handshake",
            ),
            View(
                "dormant",
                _("Dormant customers"),
                {"field": "customer_state", "op": "is", "value": "dormant"},
                "moon",
            ),
            View("inactive", _("Inactive"), {"field": "active", "op": "is", "value": False}, "archive"),
        ]
        menu = [("companies", _("companies"), _("company"), {"kind": "company"})]
        aliases = {
            "billing_address.street": "BillingStreet|Billing Address|Alamat Jalan",
            "billing_address.city": "BillingCity|Kota",
            "billing_address.province": "BillingState|Provinsi|Billing State",
            "billing_address.postal_code": "BillingPostalCode|Billing Code|Kode Pos",
            "billing_address.country": "BillingCountry|Negara",
            "billing_address.po_box": "Billing Po Box",
            "shipping_address.province": "Shipping State",
            "shipping_address.postal_code": "Shipping Code",
            "number": "Organization Number|Account No|Organization No",
        }
        matches = {
            "name": Match(_("Same name, whatever the legal form"), of="name", column="name_key",
                          key="relasi.kits.parties.company_name.company_key",
                          differ="relasi.kits.parties.company_name.legal_form"),
            "npwp": Match(_("Same NPWP"), of="npwp"),
            "email": Match(_("Same email"), of="email", column="email_key", usual=False,
                           key="relasi.engine.fields.email_address.email_key"),
        }  # fmt: skip
        required_to_find = "name"
        doubles = "relasi.kits.parties.doubles_search.find"
        words = "akun organisasi perusahaan pelanggan customer company organization client klien"

    key_sources = (("name",), ("email", "other_email"), ("phone", "other_phone"))

    @property
    def is_company(self) -> bool:
        return self.kind == AccountKind.COMPANY

    @computed(
        _("Customer state"), kind="choice", choices=CustomerState, needs="last_won_at",
        sorts_by=Case(
            When(last_won_at=None, then=Value(CustomerState.PROSPECT.value)),
            When(last_won_at__lt=Now() - DORMANT_AFTER, then=Value(CustomerState.DORMANT.value)),
            default=Value(CustomerState.CUSTOMER.value), output_field=models.CharField(),
        ),
    )  # fmt: skip
    def customer_state(self) -> str:
        """Prospect until the first order, dormant a year after the last one."""
        if self.last_won_at is None:
            return CustomerState.PROSPECT.value
        dormant = self.last_won_at < timezone.now() - DORMANT_AFTER
        return (CustomerState.DORMANT if dormant else CustomerState.CUSTOMER).value

    @computed(
        _("Open balance"), kind="money", of_company=True, sorts_by=_OPEN_BALANCE, load=_OPEN_BALANCE.load
    )
    def open_balance(self) -> Decimal | None:
        """What is unpaid, less what is left of payments and credit notes."""
        return _OPEN_BALANCE.of(self)

    @computed(
        _("Lifetime revenue"),
        kind="money",
        of_company=True,
        sorts_by=_LIFETIME_REVENUE,
        load=_LIFETIME_REVENUE.load,
    )
    def lifetime_revenue(self) -> Decimal | None:
        """What was received, less what was paid back."""
        return _LIFETIME_REVENUE.of(self)

    def before_save(self, change: Change) -> None:
        self.keep_keys(change)
        if self.legal_form is None and self.is_company and change.has("name"):
            self.legal_form = written_form(self.name)
        if change.is_new:
            # Nothing stands below it yet; from now on hierarchy.py adds up.
            self.group_revenue = self.annual_revenue

    def clean(self, change: Change) -> None:
        if self.is_company and self.nik:
            raise Refusal("nik", "INVALID_VALUE", _("Only a person has a NIK; a company has an NPWP."))
        if self.nitku and self.npwp and not nitku_belongs_to(self.nitku, self.npwp):
            raise Refusal("nitku", "INVALID_VALUE", _("A NITKU begins with the NPWP of the account."))
        if self.parent_id is not None and not self.is_company and change.has("parent"):
            raise Refusal("parent", "INVALID_VALUE", _("Only a company can belong to another one."))
        if change.has("main_contact") and self.main_contact_id and self.main_contact.account_id != self.pk:
            raise Refusal("main_contact", "BAD_REFERENCE", _("This contact belongs to another account."))

    @classmethod
    def clean_all(cls, changes: list[Change]) -> None:
        refuse_circles(changes, "parent", _("The parent would be circular."), deepest=DEEPEST)

    @classmethod
    def before_trash_all(cls, changes: list[Change]) -> None:
        """Refuses while an invoice is unpaid; asks first while deals are open, and offers to delete the contact of a
        private person too."""
        deals = registry.module("sales.Deal").model._base_manager.filter(status="open", trashed_at=None)
        counts = dict(
            deals.filter(account__in=[c.record.pk for c in changes])
            .values_list("account")
            .annotate(n=models.Count("pk"))
        )
        people = [c.record.pk for c in changes if not c.record.is_company]
        contacts = registry.module("customers.Contact").model._base_manager.filter(
            account__in=people, trashed_at=None
        )
        with_contact = set(contacts.values_list("account_id", flat=True))
        unpaid = _unpaid_invoices([c.record.pk for c in changes])
        for change in changes:
            owing = unpaid.get(change.record.pk, 0)
            if owing:
                message = ngettext(
                    "This account has %(n)s unpaid invoice. Turn Active off instead.",
                    "This account has %(n)s unpaid invoices. Turn Active off instead.", owing,
                )  # fmt: skip
                change.refuse("", "LOCKED", message % {"n": owing})
                continue
            count = counts.get(change.record.pk, 0)
            if count:
                message = ngettext(
                    "This account has %(n)s open deal, which stays.",
                    "This account has %(n)s open deals, which stay.", count,
                )  # fmt: skip
                change.refuse("", "INVALID_TRANSITION", message % {"n": count}, confirm="trash", count=count)
            if change.record.pk in with_contact:
                offer = ("contacts", _("Delete the contact of this person too"))
                message = _("The contact of this person will stay.")
                change.refuse("", "INVALID_TRANSITION", message, confirm="trash", offers=[offer])

    def reassign(self, owner: int) -> Account:
        """The open contacts, deals and further records of the same owner go along."""
        return reassign(self, owner)

    def copy_billing(self) -> Account:
        return update(self, {"shipping_address": self.billing_address})


def _unpaid_invoices(accounts: list[int]) -> dict[int, int]:
    """Account -> how many of its invoices wait for money, seen or not."""
    invoices = registry.module("billing.Invoice").model._base_manager.filter(
        account__in=accounts, status__in=["issued", "partly_paid"], trashed_at=None
    )
    return dict(invoices.order_by().values_list("account").annotate(n=models.Count("pk")))


def written_form(name: str) -> str | None:
    """The legal form a company's name tells, as the picklist has it."""
    found = split_company_name(name)
    if found.state_owned:
        return LegalForm.BUMN.value
    form = _FORMS.get(found.legal_form, found.legal_form)
    return form if form in _OWN_FORMS else LegalForm.ABROAD.value if form else None
