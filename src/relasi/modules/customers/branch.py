"""Branch: a further place of a company, with its own name, address and tax number."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from relasi.engine.declare.module import Declaration
from relasi.engine.declare.words import Section
from relasi.engine.fields.address import AddressField
from relasi.engine.fields.phone import PhoneField
from relasi.engine.fields.reference import ReferenceField
from relasi.engine.fields.text import TextField
from relasi.engine.records.part import Part
from relasi.kits.parties.fields import NitkuField


class Branch(Part):
    account = ReferenceField(
        "customers.Account", models.CASCADE, verbose_name=_("Account"), related_name="branches", required=True
    )
    name = TextField(_("Name"), required=True, aliases="Nama Cabang|Branch")
    address = AddressField(_("Address"))
    phone = PhoneField(_("Phone"))
    nitku = NitkuField(_("NITKU"))

    class Meta(Part.Meta):
        verbose_name = _("branch")
        verbose_name_plural = _("branches")
        constraints = [
            models.UniqueConstraint(
                fields=["account", "name"], condition=models.Q(trashed_at=None), name="branch_name"
            )
        ]

    class Module(Declaration):
        slug = "branches"
        icon = "map-pin"
        part_of = "account"
        title = "name"
        columns = ["name", "account", "phone", "address"]
        sort = ["name"]
        form = [Section(_("Branch"), "account name address phone nitku")]

    def __str__(self) -> str:
        return self.name
