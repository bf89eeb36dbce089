"""Vendor contact: a person at a vendor whom we order from or ask."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from relasi.engine.declare.module import Declaration
from relasi.engine.declare.words import Section
from relasi.engine.fields.email import EmailField
from relasi.engine.fields.phone import PhoneField
from relasi.engine.fields.reference import ReferenceField
from relasi.engine.fields.text import TextField
from relasi.engine.records.part import Part


class VendorContact(Part):
    vendor = ReferenceField(
        "purchasing.Vendor", models.CASCADE, verbose_name=_("Vendor"), related_name="contacts", required=True
    )
    name = TextField(_("Name"), required=True, aliases="Nama")
    role = TextField(_("Position"), max_length=100, aliases="Jabatan")
    phone = PhoneField(_("Phone"))
    email = EmailField(_("Email"))

    class Meta(Part.Meta):
        verbose_name = _("contact of a vendor")
        verbose_name_plural = _("contacts of vendors")

    class Module(Declaration):
        slug = "vendor-contacts"
        icon = "user-round"
        part_of = "vendor"
        title = "name"
        columns = ["name", "vendor", "role", "phone", "email"]
        sort = ["name"]
        form = [Section(_("Contact"), "vendor name role phone email")]

    def __str__(self) -> str:
        return self.name
