"""Vendor paper: a licence or certificate of a vendor, and until when it holds."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from relasi.engine.declare.computed import computed
from relasi.engine.declare.module import Declaration
from relasi.engine.declare.words import Section
from relasi.engine.fields.choice import ChoiceField, Choices
from relasi.engine.fields.dates import DateField
from relasi.engine.fields.reference import ReferenceField
from relasi.engine.fields.text import TextField
from relasi.engine.records.part import Part
from relasi.kits.pipeline.days import today

SOON = timedelta(days=30)  # so long before it ends somebody is told


class PaperKind(Choices):
    NIB = "nib", _("Business number (NIB)")
    SIUP = "siup", _("Trade licence (SIUP)")
    CERTIFICATE = "certificate", _("Certificate")
    CONTRACT = "contract", _("Contract")
    OTHER = "other", _("Other")


class VendorPaper(Part):
    vendor = ReferenceField(
        "purchasing.Vendor", models.CASCADE, verbose_name=_("Vendor"), related_name="papers", required=True
    )
    kind = ChoiceField(PaperKind, _("Kind"), default=PaperKind.NIB, required=True)
    number = TextField(_("Document number"), max_length=100)
    expires_on = DateField(_("Valid until"))
    told_of = DateField(_("Told of its end on"), editable=False)  # the end somebody has heard of

    class Meta(Part.Meta):
        verbose_name = _("document of a vendor")
        verbose_name_plural = _("documents of vendors")

    class Module(Declaration):
        slug = "vendor-papers"
        icon = "file-check"
        part_of = "vendor"
        title = "kind number"
        columns = ["kind", "number", "vendor", "expires_on", "ends_soon"]
        sort = ["expires_on"]
        form = [Section(_("Document"), "vendor kind number expires_on")]

    def __str__(self) -> str:
        return " ".join(filter(None, [str(PaperKind(self.kind).label), self.number]))

    @computed(_("Ends soon"), kind="boolean", needs="expires_on")
    def ends_soon(self) -> bool:
        return self.expires_on is not None and self.expires_on <= today() + SOON
