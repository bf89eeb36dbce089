"""Contact role: the part a contact plays in one deal: who decides, who pays, who stands in the way."""

from __future__ import annotations

from typing import Any

from django.db import connection, models
from django.db.models import Case, F, Value, When
from django.utils.translation import gettext_lazy as _

from relasi.engine.declare.computed import computed
from relasi.engine.declare.module import Declaration
from relasi.engine.declare.words import Action, Section
from relasi.engine.fields.choice import ChoiceField, Choices
from relasi.engine.fields.dates import DateField
from relasi.engine.fields.numbers import IntegerField
from relasi.engine.fields.reference import ReferenceField, reference_text
from relasi.engine.fields.text import LongTextField
from relasi.engine.records.part import Part
from relasi.engine.records.refusal import Change, Refusal
from relasi.engine.records.write import update
from relasi.kits.pipeline.days import today


class Stance(Choices):
    SUPPORTER = "supporter", _("Supporter"), "hijau"
    NEUTRAL = "neutral", _("Neutral"), "gray"
    OPPONENT = "opponent", _("Opponent"), "merah"
    UNKNOWN = "unknown", _("Unknown"), "gray"


class ContactRole(Part):
    """One row for each contact of a deal. The primary one is the deal's own contact, which is kept there alone."""

    deal = ReferenceField(
        "sales.Deal", models.CASCADE, verbose_name=_("Deal"), related_name="contact_roles", required=True
    )
    contact = ReferenceField(
        "customers.Contact",
        models.PROTECT,
        verbose_name=_("Contact"),
        related_name="deal_roles",
        required=True,
    )
    role = ReferenceField(
        "sales.BuyingRole", models.PROTECT, verbose_name=_("Role"), related_name="+", required=True
    )
    influence = IntegerField(_("Influence (1–5)"), min=1, max=5)
    stance = ChoiceField(Stance, _("Stance"), default=Stance.UNKNOWN, required=True)
    since = DateField(_("Since"))
    notes = LongTextField(_("Notes"))

    class Meta(Part.Meta):
        verbose_name = _("contact role")
        verbose_name_plural = _("contact roles")
        constraints = [
            models.UniqueConstraint(
                fields=["deal", "contact"], condition=models.Q(trashed_at=None), name="contact_role_once"
            )
        ]

    class Module(Declaration):
        slug = "contact-roles"
        icon = "users-round"
        part_of = "deal"
        title = "contact role"
        columns = ["contact", "role", "is_primary", "stance", "influence", "outside", "deal"]
        filters = ["role", "stance"]
        sort = ["-influence"]
        form = [Section(_("Contact role"), "deal contact role stance influence since notes")]
        actions = [
            Action("make_primary", _("Make primary"), icon="star", when=lambda role: not role.is_primary)
        ]
        words = "peran kontak hubungi peran buying committee"

    def __str__(self) -> str:
        return f"{self.titled('contact')} – {reference_text(self.role)}"

    @computed(
        _("Primary"), kind="boolean", needs="contact deal.contact",
        sorts_by=Case(When(contact=F("deal__contact"), then=Value(True)), default=Value(False)),
    )  # fmt: skip
    def is_primary(self) -> bool:
        return self.contact_id == self.deal.contact_id

    @computed(
        _("From another account"), kind="boolean", needs="contact.account deal.account",
        sorts_by=Case(When(contact__account=F("deal__account"), then=Value(False)),
                      When(deal__account=None, then=Value(False)), default=Value(True)),
    )  # fmt: skip
    def outside(self) -> bool:
        """Consultants belong to another company than the buyer; worth a second look, but allowed."""
        return self.deal.account_id is not None and self.contact.account_id != self.deal.account_id

    def before_save(self, change: Change) -> None:
        if self.since is None and change.is_new:
            self.since = today()

    def clean(self, change: Any = None) -> None:
        if change and not change.is_new and (change.has("contact") or change.has("deal")):
            raise Refusal("contact", "INVALID_VALUE", _("Add the other person instead, and remove this one."))

    @classmethod
    def before_trash_all(cls, changes: list[Change]) -> None:
        """A deal without an account must keep a contact."""
        going = {change.record.pk for change in changes}
        deals = {change.record.deal_id for change in changes}
        alone = cls._base_manager.filter(deal__in=deals, deal__account=None, trashed_at=None).exclude(
            pk__in=going
        )
        kept = set(alone.values_list("deal_id", flat=True))
        for change in changes:
            if change.record.deal.account_id is None and change.record.deal_id not in kept:
                change.refuse("", "REQUIRED", _("A deal needs an account or a contact."))

    def make_primary(self) -> ContactRole:
        """The deal's own contact is this one from now on."""
        update(self.deal, {"contact": self.contact_id})
        return type(self)._base_manager.get(pk=self.pk)


# What the deal shows of its roles. Opponents bring no authority.
_KEEP = """
    UPDATE sales_deal d SET authority_score = found.score, buying_roles = found.roles
    FROM (SELECT t.id, least(100, coalesce(sum(b.points) FILTER (WHERE r.stance <> 'opponent'), 0)) AS score,
                 jsonb_agg(DISTINCT r.role_id) FILTER (WHERE r.role_id IS NOT NULL) AS roles
          FROM sales_deal t LEFT JOIN sales_contactrole r ON r.deal_id = t.id AND r.trashed_at IS NULL
          LEFT JOIN sales_buyingrole b ON b.id = r.role_id
          WHERE t.id = ANY(%s) GROUP BY t.id) found
    WHERE d.id = found.id
"""


def keep_roles_on_deals(deals: list[int]) -> None:
    """Writes authority and roles of these deals anew, in one statement."""
    if deals:
        with connection.cursor() as cursor:
            cursor.execute(_KEEP, [deals])
