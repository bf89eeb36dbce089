"""Vendor category: a branch of the tree vendors are sorted into."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from relasi.engine.declare.module import Declaration
from relasi.engine.declare.tracked import Tracked
from relasi.engine.declare.words import Section
from relasi.engine.fields.reference import ReferenceField
from relasi.engine.records.circle import refuse_circles
from relasi.engine.records.refusal import Change
from relasi.kits.pipeline.stage import Named


class VendorCategory(Named, Tracked):
    parent = ReferenceField("self", models.PROTECT, verbose_name=_("Belongs to"), related_name="children")

    class Meta(Tracked.Meta):
        verbose_name = _("vendor category")
        verbose_name_plural = _("vendor categories")
        constraints = [
            models.UniqueConstraint(
                fields=["name"], condition=models.Q(trashed_at=None), name="vendor_category_name"
            )
        ]

    class Module(Declaration):
        slug = "vendor-categories"
        area = "settings"
        icon = "list-tree"
        title = "name"
        other_titles = "name_en"
        columns = ["name", "name_en", "parent"]
        sort = ["name"]
        form = [Section(_("Vendor category"), "name name_en parent")]

    @classmethod
    def clean_all(cls, changes: list[Change]) -> None:
        refuse_circles(changes, "parent", _("The parent would be circular."))
