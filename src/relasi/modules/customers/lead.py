"""Lead: a person, possibly with a company, who may or may not be interested and is not yet qualified."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from relasi.engine.declare.tracked import history_triggers
from relasi.engine.declare.words import (
    Action,
    AtHome,
    Board,
    Match,
    Related,
    Section,
    StagePath,
    Timeline,
    View,
)
from relasi.engine.fields.address import AddressField
from relasi.engine.fields.boolean import BooleanField
from relasi.engine.fields.choice import ChoiceField
from relasi.engine.fields.dates import DateTimeField
from relasi.engine.fields.email import EmailField
from relasi.engine.fields.image import ImageField
from relasi.engine.fields.money import MoneyField
from relasi.engine.fields.numbers import IntegerField
from relasi.engine.fields.phone import PhoneField
from relasi.engine.fields.reference import ReferenceField
from relasi.engine.fields.text import LongTextField, TextField
from relasi.engine.fields.url import UrlField
from relasi.engine.records.record import Record, board_index, record_indexes
from relasi.engine.records.refusal import Change, Refusal
from relasi.kits.parties.industry import Industry
from relasi.kits.parties.party import Party, key_indexes
from relasi.kits.parties.touch import Contacted
from relasi.kits.pipeline.lead_source import LeadSource
from relasi.modules.customers import conversion
from relasi.modules.customers.erasing import Erasable, may_be_erased
from relasi.modules.customers.lifecycle import Lifecycle
from relasi.modules.customers.picklists import (
    Channel,
    LeadLoss,
    LeadStatus,
    Rating,
    Salutation,
)
from relasi.modules.customers.qualification import Qualified

LOST = (LeadStatus.LOST, LeadStatus.JUNK)


def _in(*stages: Lifecycle) -> Any:
    """Tells whether a lead that is not converted stands in one of the stages."""
    return lambda lead: lead.stage in stages and not lead.is_converted


class Lead(Party, Contacted, Erasable, Qualified, Record):
    salutation = ChoiceField(Salutation, _("Salutation"), aliases="Sapaan|Panggilan")
    first_name = TextField(_("First name"), max_length=100, aliases="Nama Depan|Given Name")
    last_name = TextField(
        _("Last name"), max_length=150, required=True, aliases="Nama Belakang|Surname|Family Name",
        help_text=_("A single name goes here."),
    )  # fmt: skip
    company = TextField(_("Company"), aliases="Perusahaan|Nama Perusahaan|Organization|Instansi|Company Name")
    title = TextField(_("Job title"), max_length=150, aliases="Jabatan|Designation|Title|Job Title|Posisi")
    email = EmailField(_("Email"), aliases="E-mail|Surel|Email Address|Alamat Email")
    secondary_email = EmailField(_("Second email"), aliases="Email Kedua|Secondary Email")
    phone = PhoneField(_("Phone"), aliases="Telepon|No. Telepon|Phone Number|Telp")
    mobile = PhoneField(
        _("Mobile / WhatsApp"), aliases="No. HP|HP|Handphone|Ponsel|Mobile|WhatsApp|WA|No HP|Nomor HP"
    )
    website = UrlField(_("Website"), aliases="Situs Web|Situs|Website URL")

    status = ChoiceField(
        LeadStatus, _("Status"), default=LeadStatus.NEW, required=True, aliases="Lead Status"
    )
    lost_reason = ChoiceField(LeadLoss, _("Given up because"), aliases="Alasan Hilang|Lost Reason")
    lead_source = ChoiceField(
        LeadSource, _("Source"), aliases="Sumber|Lead Source|Original Source|LeadSource"
    )
    rating = ChoiceField(Rating, _("Rating"), aliases="Peringkat")
    industry = ChoiceField(Industry, _("Industry"), aliases="Industri|Bidang Usaha")
    employees = IntegerField(
        _("Employees"), min=0, aliases="Jumlah Karyawan|No Of Employees|Number of Employees", foot="sum"
    )
    annual_revenue = MoneyField(
        _("Annual revenue"), min=0, aliases="Omzet|Omset|Pendapatan Tahunan|AnnualRevenue"
    )
    email_opt_out = BooleanField(_("No marketing email"), aliases="Email Opt Out|Tolak Email")
    do_not_call = BooleanField(_("Do not call"), aliases="Do Not Call|Jangan Ditelepon")
    consent_purpose = TextField(_("Consent for"), aliases="Tujuan Izin")
    consent_at = DateTimeField(_("Consent given"), aliases="Tanggal Izin")
    consent_channel = ChoiceField(Channel, _("Consent by"), aliases="Cara Izin")
    address = AddressField(_("Address"), aliases="Alamat")
    image = ImageField(_("Picture"))
    description = LongTextField(_("Description"), aliases="Catatan|Keterangan|Deskripsi|Notes")

    converted_at = DateTimeField(_("Converted"), editable=False)
    converted_by = ReferenceField("users.User", models.PROTECT, verbose_name=_("Converted by"), related_name="+",
                                  db_index=False, editable=False)  # fmt: skip
    converted_account = ReferenceField("customers.Account", models.SET_NULL, verbose_name=_("Became account"),
                                       related_name="leads", editable=False)  # fmt: skip
    converted_contact = ReferenceField("customers.Contact", models.SET_NULL, verbose_name=_("Became contact"),
                                       related_name="leads", editable=False)  # fmt: skip
    converted_deal = ReferenceField("sales.Deal", models.SET_NULL, verbose_name=_("Became deal"),
                                    related_name="leads", editable=False)  # fmt: skip

    class Meta(Record.Meta):
        verbose_name = _("lead")
        verbose_name_plural = _("leads")
        triggers = history_triggers("score", *Contacted.touch_fields)
        indexes = [*record_indexes("lead"), board_index("lead", "status"), *key_indexes("lead")]

    class Module(Record.Module):
        slug = "leads"
        area = "customers"
        icon = "user-plus"
        number = "LEA-{n:05}"
        title = "first_name last_name"
        subtitle = "company"
        columns = [
            "last_name",
            "company",
            "status",
            "stage",
            "lead_source",
            "mobile",
            "email",
            "owner",
        ]
        filters = ["status", "stage", "score", "owner", "lead_source", "industry", "address.city"]
        search = {
            "first_name": "A", "last_name": "A", "company": "A", "email": "B", "secondary_email": "B", "phone": "B",
            "mobile": "B", "title": "C", "address": "D", "description": "D", "need": "D",
        }  # fmt: skip
        form = [
            Section(_("Name and work"), "salutation first_name last_name company title image"),
            Section(_("Reach"), "email mobile phone secondary_email website address"),
            Section(_("Status"), "status lost_reason lead_source rating owner"),
            Section(_("Qualification"), "stage stage_note budget authority need timing meeting_held expected_value "
                                        "expected_close next_step"),
            Section(_("Hand-over"), "marketing_owner sales_owner rejection_reason recycle_on"),
            Section(_("Company size"), "industry employees annual_revenue"),
            Section(_("Permissions"), "email_opt_out do_not_call consent_purpose consent_at consent_channel"),
            Section(_("Description"), "description"),
        ]  # fmt: skip
        facts = [
            *form,
            Section(_("Conversion"), "converted_at converted_by converted_account converted_contact converted_deal"),
            Section(_("Record"), "number score qualification_score stage_since mql_first_at mql_last_at "
                                 "qualified_by handover_until sql_at accepted_by "
                                 "created_at changed_at"),
        ]  # fmt: skip
        quick = "salutation first_name last_name company email mobile lead_source owner"
        headline = "status title company owner last_contacted_at"
        board = Board(by="status", card=["company", "lead_source", "rating", "owner", "mobile"],
                      closed=["lost", "junk", "converted"])  # fmt: skip
        page = [
            StagePath(by="stage"), Timeline(),
            Related("agenda.Task", columns=["status", "due_on"]),
            Related("agenda.Event", columns=["status", "starts_at"]), Related("customers.LeadStage", columns=["at", "stay"]),
        ]  # fmt: skip
        actions = [
            Action("convert", _("Convert"), icon="arrow-right-left", tool="convert", form="conversion_plan",
                   ask=conversion.ASKED, when=lambda lead: lead.may_convert),
            Action("accept", _("Accept as SQL"), icon="badge-check", when=_in(Lifecycle.MQL),
                   ask=("budget", "authority", "need", "timing", "sales_owner", "stage_note")),
            Action("promote", _("Mark as MQL"), icon="trending-up", ask=("stage_note",), when=_in(Lifecycle.LEAD)),
            Action("skip_to_sql", _("Accept as SQL at once"), icon="badge-check", tool="skip_mql",
                   when=_in(Lifecycle.LEAD),
                   ask=("budget", "authority", "need", "timing", "sales_owner", "stage_note")),
            Action("reject", _("Reject"), icon="circle-x", when=_in(Lifecycle.MQL),
                   ask=("rejection_reason", "recycle_on", "stage_note")),
            Action("return_to_marketing", _("Return to marketing"), icon="undo-2", when=_in(Lifecycle.SQL),
                   ask=("rejection_reason", "recycle_on", "stage_note")),
            Action("disqualify", _("Disqualify"), icon="ban", ask=("rejection_reason", "stage_note"),
                   when=_in(Lifecycle.LEAD, Lifecycle.MQL, Lifecycle.SQL)),
            Action("requalify", _("Take up again"), icon="history", ask=("stage_note",),
                   when=_in(Lifecycle.DISQUALIFIED)),
            Action("undo_conversion", _("Undo conversion"), icon="undo-2", danger=True,
                   when=lambda lead: conversion.may_be_undone(lead)),
            Action("erase", _("Erase personal data"), icon="ban", quiet=True, danger=True, form="erasure_plan",
                   ask=("reason", "sure"), when=may_be_erased),
        ]  # fmt: skip
        views = [
            View("open", _("Open"), {"field": "status", "op": "not_in", "value": ["lost", "junk", "converted"]}, "inbox"),
            View("mql", _("MQL"), {"all": [{"field": "stage", "op": "is", "value": "mql"},
                 {"field": "status", "op": "is_not", "value": "converted"}]}, "badge-check", ("-score", "mql_last_at")),
            View("handover", _("Waiting to be taken over"), {"all": [{"field": "handover_until", "op": "not_empty"},
                 {"field": "status", "op": "not_in", "value": ["lost", "junk", "converted"]}]}, "timer", ("handover_until",),
                 AtHome(120, _("Leads to take over"), "company handover_until")),
            View("sql", _("SQL"), {"all": [{"field": "stage", "op": "is", "value": "sql"},
                 {"field": "status", "op": "is_not", "value": "converted"}]}, "handshake", ("sql_at",),
                 AtHome(130, _("Leads ready for sales"), "company sql_at")),
            View("recycle", _("To take up again"), {"field": "recycle_on", "op": "last_n_days", "value": 30}, "history",
                 home=AtHome(140, _("Leads to take up again"), "company recycle_on")),
        ]  # fmt: skip
        aliases = {
            "address.street": "Street|Alamat Jalan", "address.city": "City|Kota", "address.province": "State|Provinsi",
            "address.postal_code": "Postal Code|Kode Pos", "address.country": "Country|Negara", "address.po_box": "Po Box",
            "number": "Lead Number|Lead No|No. Prospek",
            "owner": "Assigned To|Contact owner|Lead Owner|OwnerId|Pemilik|Sales",
        }  # fmt: skip
        columns_from = {
            "Full name|Nama|Nama Lengkap|Name|Nama Prospek|Lead Name":
                "relasi.modules.customers.file_rows.from_full_name",
        }  # fmt: skip
        tidy_row = "relasi.modules.customers.file_rows.tidy_person"
        readers = {".vcf": "relasi.kits.parties.vcard.read_vcards"}
        writers = {".vcf": "relasi.kits.parties.vcard_writing.PERSON"}
        matches = {
            "email": Match(_("Same email"), of="email", column="email_key",
                           key="relasi.engine.fields.email_address.email_key"),
            "mobile": Match(_("Same mobile number"), of="mobile", column="phone_key",
                            key="relasi.engine.fields.phone_number.digits_key"),
            "name": Match(_("Same name in the same company"), of="first_name last_name", column="name_key",
                          key="relasi.kits.parties.person_name.person_key", beside="company"),
        }  # fmt: skip
        doubles = "relasi.kits.parties.doubles_search.find"
        closed = models.Q(status__in=["lost", "junk", "converted"])
        words = "prospek memimpin calon pelanggan lead mql sql"

    key_sources = (("first_name", "last_name"), ("email", "secondary_email"), ("mobile", "phone"))

    @property
    def is_converted(self) -> bool:
        return self.status == LeadStatus.CONVERTED

    @property
    def may_convert(self) -> bool:
        return self.status not in (*LOST, LeadStatus.CONVERTED) and self.stage != Lifecycle.DISQUALIFIED

    def before_save(self, change: Change) -> None:
        self.keep_keys(change)
        self.stamp_stage(change)
        if self.lost_reason is not None and self.status not in LOST:
            self.lost_reason = None

    def clean(self, change: Change) -> None:
        if not change.authorised:
            if change.old("status") == LeadStatus.CONVERTED:
                raise Refusal("", "CLOSED_RECORD", _("This lead is converted and cannot be changed."))
            if self.status == LeadStatus.CONVERTED:
                raise Refusal("status", "INVALID_TRANSITION", _("Convert the lead; the status follows."))
        if self.status in LOST and self.lost_reason is None:
            raise Refusal("lost_reason", "REQUIRED", _("Choose why this lead is given up."))
        self.check_stage(change)

    @classmethod
    def clean_all(cls, changes: list[Change]) -> None:
        cls.check_answers(changes)
        cls.check_consent(changes)

    def conversion_plan(self) -> conversion.ConversionPlan:
        """What the conversion would make, with what is there already; the form shows it for the person to change."""
        return conversion.plan_for(self)

    def convert(self, **plan: Any) -> Any:
        """All or nothing. plan: values of ConversionPlan by name. Returns the deal, else the contact or account."""
        return conversion.convert(self, plan)

    def undo_conversion(self) -> Lead:
        """Within a day, by an admin, while nothing that was made has been changed."""
        return conversion.undo(self)

    def path_steps(self, by: str) -> list[dict[str, Any]]:
        """The stages as steps of the bar on top of the page; a step that can be taken opens its verb."""
        stages = [Lifecycle.LEAD, Lifecycle.MQL, Lifecycle.SQL, Lifecycle.OPPORTUNITY, Lifecycle.CUSTOMER]
        if self.stage not in stages:
            stages = [Lifecycle(self.stage)]
        place = stages.index(Lifecycle(self.stage))
        verbs = {} if self.is_converted else VERB_OF.get(self.stage, {})
        return [
            {
                "label": stage.label, "tone": stage.tone, "current": n == place, "done": n < place,
                "url": f"/leads/{self.pk}/do/{verbs[stage]}/" if stage in verbs else None,
            }
            for n, stage in enumerate(stages)
        ]  # fmt: skip


VERB_OF: dict[str, dict[str, str]] = {
    Lifecycle.LEAD: {
        Lifecycle.MQL: "promote",
        Lifecycle.SQL: "skip_to_sql",
        Lifecycle.OPPORTUNITY: "convert",
    },
    Lifecycle.MQL: {Lifecycle.LEAD: "reject", Lifecycle.SQL: "accept", Lifecycle.OPPORTUNITY: "convert"},
    Lifecycle.SQL: {Lifecycle.MQL: "return_to_marketing", Lifecycle.OPPORTUNITY: "convert"},
}
