"""Contact: a person, acting for himself or for an account."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from relasi.engine.declare.registry import registry
from relasi.engine.declare.tracked import history_triggers
from relasi.engine.declare.words import Action, Match, Related, Section, StagePath, Timeline, View
from relasi.engine.fields.address import AddressField
from relasi.engine.fields.boolean import BooleanField
from relasi.engine.fields.choice import ChoiceField
from relasi.engine.fields.dates import DateField, DateTimeField
from relasi.engine.fields.email import EmailField
from relasi.engine.fields.image import ImageField
from relasi.engine.fields.phone import PhoneField
from relasi.engine.fields.reference import ReferenceField
from relasi.engine.fields.text import LongTextField, TextField
from relasi.engine.records.circle import refuse_circles
from relasi.engine.records.record import Record, record_indexes
from relasi.engine.records.refusal import Change, Refusal
from relasi.engine.records.write import update
from relasi.kits.parties.party import Party, key_indexes
from relasi.kits.parties.touch import Contacted
from relasi.kits.pipeline.lead_source import LeadSource
from relasi.modules.customers.erasing import Erasable, may_be_erased
from relasi.modules.customers.lifecycle import STATUSES, Lifecycle, Warmth, is_backward
from relasi.modules.customers.picklists import Language, OptIn, Salutation, Zone


class Contact(Party, Contacted, Erasable, Record):
    salutation = ChoiceField(Salutation, _("Salutation"), aliases="Sapaan|Panggilan|Sebutan")
    first_name = TextField(
        _("First name"), max_length=100, aliases="Nama Depan|Given Name|Person - First name"
    )
    last_name = TextField(
        _("Last name"), max_length=150, required=True, aliases="Nama Belakang|Surname|Family Name|Person - Last name",
        help_text=_("A single name goes here."),
    )  # fmt: skip
    account = ReferenceField(
        "customers.Account", models.PROTECT, verbose_name=_("Account"), related_name="contacts",
        aliases="Perusahaan|Nama Perusahaan|Account Name|Organization Name|Company|Organization|Associated Company|"
        "Organization - Name|Instansi|Akun",
    )  # fmt: skip
    title = TextField(_("Job title"), max_length=150, aliases="Jabatan|Title|Job Title|Posisi")
    department = TextField(_("Department"), max_length=150, aliases="Departemen|Bagian|Divisi")
    reports_to = ReferenceField(
        "self",
        models.PROTECT,
        verbose_name=_("Reports to"),
        related_name="reports",
        aliases="Atasan|ReportsToId",
    )
    assistant = TextField(_("Assistant"), aliases="Asisten")
    assistant_phone = PhoneField(_("Assistant's phone"), aliases="Telepon Asisten|Assistant Phone")

    email = EmailField(_("Email"), aliases="E-mail|Surel|Email Address|Alamat Email|Person - Email (Work)")
    secondary_email = EmailField(
        _("Second email"), aliases="Email Kedua|Secondary Email|Person - Email (Home)"
    )
    mobile = PhoneField(
        _("Mobile"),
        aliases="No. HP|HP|Handphone|Ponsel|No HP|Mobile Phone|Telepon Seluler|Person - Phone|Nomor HP",
    )
    whatsapp = PhoneField(_("WhatsApp"), aliases="WA|No. WA|Nomor WhatsApp")
    office_phone = PhoneField(
        _("Office phone"), aliases="Telepon Kantor|Phone|Phone Number|Telepon|Office Phone"
    )
    home_phone = PhoneField(_("Home phone"), aliases="Telepon Rumah|Home Phone")
    other_phone = PhoneField(_("Other phone"), aliases="Telepon Lain|Other Phone")
    do_not_call = BooleanField(_("Do not call"), aliases="Do Not Call|Jangan Ditelepon")
    email_opt_in = ChoiceField(
        OptIn, _("Email consent"), default=OptIn.NONE, required=True, aliases="Izin Email|Email Opt In"
    )

    birthdate = DateField(_("Date of birth"), aliases="Tanggal Lahir|Tgl Lahir|Birthdate|Birthday")
    lead_source = ChoiceField(
        LeadSource, _("Source"), aliases="Sumber|Lead Source|Original Source|LeadSource|Asal"
    )
    lifecycle_stage = ChoiceField(
        Lifecycle,
        _("Stage"),
        default=Lifecycle.LEAD,
        required=True,
        aliases="Tahap|Lifecycle Stage|Tahap Siklus",
    )
    status = ChoiceField(Warmth, _("Status in the stage"), aliases="Status|Contact Status")
    stage_since = DateTimeField(_("In this stage since"), editable=False)
    stage_reason = LongTextField(_("Reason for the stage"), help_text=_("Needed to move a person back."))
    reference = BooleanField(_("Reference customer"), aliases="Reference")
    support_start = DateField(_("Support from"), aliases="Support Start Date|Mulai Dukungan")
    support_end = DateField(_("Support until"), aliases="Support End Date|Akhir Dukungan")
    language = ChoiceField(Language, _("Language"), aliases="Bahasa")
    zone = ChoiceField(Zone, _("Time zone"), aliases="Zona Waktu")
    mailing_address = AddressField(_("Mailing address"), aliases="Alamat|Alamat Surat|Address")
    other_address = AddressField(_("Other address"), aliases="Alamat Lain")
    image = ImageField(_("Picture"))
    description = LongTextField(_("Description"), aliases="Catatan|Keterangan|Deskripsi|Notes")

    class Meta(Record.Meta):
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        triggers = history_triggers(*Contacted.touch_fields)
        indexes = [*record_indexes("contact"), *key_indexes("contact")]

    class Module(Record.Module):
        slug = "contacts"
        area = "customers"
        light = "view create edit delete"
        icon = "user"
        number = "CON-{n:05}"
        title = "first_name last_name"
        subtitle = "account"
        columns = [
            "last_name",
            "account",
            "title",
            "email",
            "mobile",
            "lifecycle_stage",
            "owner",
        ]
        filters = [
            "lifecycle_stage",
            "owner",
            "account",
            "lead_source",
            "email_opt_in",
            "mailing_address.city",
        ]
        search = {
            "first_name": "A", "last_name": "A", "email": "B", "secondary_email": "B", "mobile": "B", "whatsapp": "B",
            "office_phone": "B", "home_phone": "B", "other_phone": "B", "title": "C", "mailing_address": "D",
            "description": "D",
        }  # fmt: skip
        form = [
            Section(_("Name and work"), "salutation first_name last_name account title department reports_to image"),
            Section(_("Reach"), "email mobile whatsapp office_phone secondary_email home_phone other_phone "
                                "assistant assistant_phone"),
            Section(_("Stage"), "lifecycle_stage status stage_reason lead_source reference owner"),
            Section(_("Permissions"), "email_opt_in do_not_call"),
            Section(_("Personal"), "birthdate language zone"),
            Section(_("Addresses"), "mailing_address other_address"),
            Section(_("Support"), "support_start support_end"),
            Section(_("Description"), "description"),
        ]  # fmt: skip
        quick = "salutation first_name last_name account title email mobile owner"
        headline = "title account owner last_contacted_at"
        page = [
            StagePath(by="lifecycle_stage"),
            Timeline(),
            Related("agenda.Task", columns=["status", "due_on"], title=_("Tasks")),
            Related("agenda.Event", columns=["status", "starts_at"], title=_("Events")),
            Related("sales.Deal", columns=["stage", "amount"]),
            Related("sales.ContactRole", columns=["deal", "stance"], title=_("Roles in deals")),
            Related(
                "customers.Contact",
                by="reports_to",
                columns=["title", "mobile"],
                title=_("Reports to this person"),
            ),
            Related("customers.Affiliation", columns=["account", "title"], title=_("Further companies")),
            Related("customers.Consent", columns=["given_at", "standing"]),
            Related("customers.ContactStage", columns=["at", "stay"]),
        ]
        actions = [
            Action(
                "set_stage",
                _("Change stage"),
                icon="arrow-right",
                quiet=True,
                ask=("lifecycle_stage", "status", "stage_reason"),
            ),
            Action("erase", _("Erase personal data"), icon="ban", quiet=True, danger=True, form="erasure_plan",
                   ask=("reason", "sure"), when=may_be_erased),
        ]  # fmt: skip
        views = [
            View("customers", _("Customers"), {"field": "lifecycle_stage", "op": "is", "value": "customer"}, "handshake"),
            View("no_consent", _("Without email consent"), {"field": "email_opt_in", "op": "in",
                 "value": ["none", "out_user", "out_contact"]}, "ban"),
            View("unreachable", _("Without email and phone"), {"all": [
                {"field": name, "op": "empty"} for name in ("email", "mobile", "whatsapp", "office_phone")]}, "phone-off"),
        ]  # fmt: skip
        aliases = {
            "mailing_address.street": "Mailing Street|MailingStreet|Alamat Jalan",
            "mailing_address.city": "Mailing City|MailingCity|Kota",
            "mailing_address.province": "Mailing State|MailingState|Provinsi",
            "mailing_address.postal_code": "Mailing Zip|MailingPostalCode|Kode Pos",
            "mailing_address.country": "Mailing Country|MailingCountry|Negara",
            "mailing_address.po_box": "Mailing Po Box",
            "other_address.street": "Other Street",
            "other_address.province": "Other State",
            "other_address.postal_code": "Other Zip",
            "number": "Contact Id|Contact No",
            "owner": "Assigned To|Contact owner|Lead Owner|OwnerId|Pemilik|Sales|PIC",
        }
        columns_from = {
            "Full name|Nama|Nama Lengkap|Name|Person - Name|Nama Kontak|Contact Name":
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
            "name": Match(_("Same name in the same account"), of="first_name last_name", column="name_key",
                          key="relasi.kits.parties.person_name.person_key", beside="account", last=True),
        }  # fmt: skip
        required_to_find = "last_name"
        doubles = "relasi.kits.parties.doubles_search.find"
        words = "kontak orang person people pic"

    key_sources = (
        ("first_name", "last_name"),
        ("email", "secondary_email"),
        ("mobile", "whatsapp", "office_phone", "home_phone", "other_phone"),
    )

    def before_save(self, change: Change) -> None:
        self.keep_keys(change)
        if change.is_new:
            self.stage_since = self.stage_since or timezone.now()
        elif change.has("lifecycle_stage"):
            self.stage_since = timezone.now()
            if not change.has("status"):
                self.status = None

    def clean(self, change: Change) -> None:
        if self.support_end and self.support_start and self.support_end < self.support_start:
            raise Refusal("support_end", "INVALID_VALUE", _("Support cannot end before it begins."))
        if self.status and self.status not in STATUSES[self.lifecycle_stage]:
            raise Refusal("status", "INVALID_VALUE", _("This status does not belong to the stage."))
        if not change.is_new and change.has("lifecycle_stage"):
            back = is_backward(change.old("lifecycle_stage"), self.lifecycle_stage)
            if back and not (self.stage_reason and change.has("stage_reason")):
                raise Refusal("stage_reason", "REQUIRED", _("Say why this person goes back."))

    @classmethod
    def clean_all(cls, changes: list[Change]) -> None:
        refuse_circles(
            changes, "reports_to", _("A person cannot report to themselves, not even through others.")
        )

    @classmethod
    def before_trash_all(cls, changes: list[Change]) -> None:
        """Asks first while deals of this person are open."""
        deals = registry.module("sales.Deal").model._base_manager.filter(status="open", trashed_at=None)
        ids = [change.record.pk for change in changes]
        counts = dict(deals.filter(contact__in=ids).values_list("contact").annotate(n=models.Count("pk")))
        for change in changes:
            count = counts.get(change.record.pk, 0)
            if count:
                message = ngettext(
                    "This contact has %(n)s open deal, which stays.",
                    "This contact has %(n)s open deals, which stay.", count,
                )  # fmt: skip
                change.refuse("", "INVALID_TRANSITION", message % {"n": count}, confirm="trash", count=count)

    def set_stage(self, **values: Any) -> Contact:
        return update(self, values)

    def path_steps(self, by: str) -> list[dict[str, Any]]:
        """The stages as steps of the bar on top of the page."""
        stages = [stage for stage in Lifecycle if stage != Lifecycle.DISQUALIFIED]
        if self.lifecycle_stage == Lifecycle.DISQUALIFIED:
            stages = [Lifecycle.DISQUALIFIED, *stages]
        place = stages.index(Lifecycle(self.lifecycle_stage))
        return [
            {
                "label": stage.label, "tone": stage.tone, "current": n == place, "done": n < place,
                "url": f"/contacts/{self.pk}/do/set_stage/?lifecycle_stage={stage.value}",
            }
            for n, stage in enumerate(stages)
        ]  # fmt: skip
