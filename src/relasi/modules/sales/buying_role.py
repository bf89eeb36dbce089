"""Buying role: a part people play in a purchase, and how many points of authority it brings to a deal."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from relasi.engine.access.acting import current_acting
from relasi.engine.declare.module import Declaration
from relasi.engine.declare.registry import registry
from relasi.engine.declare.tracked import Tracked
from relasi.engine.declare.words import Action, Section
from relasi.engine.fields.boolean import BooleanField
from relasi.engine.fields.choice import ChoiceField
from relasi.engine.fields.numbers import IntegerField
from relasi.engine.fields.reference import ReferenceField
from relasi.engine.records.refusal import Refusal, Refused
from relasi.engine.records.write import Draft, trash, update, write
from relasi.kits.pipeline.stage import Named, Tone


class BuyingRole(Named, Tracked):
    """usual: given to the contact of a deal until somebody says more."""

    points = IntegerField(_("Points of authority"), min=0, max=100, default=5, required=True)
    tone = ChoiceField(Tone, _("Colour"), default=Tone.GRAY, required=True)
    position = IntegerField(_("Order"), min=0, default=0, foot="")
    usual = BooleanField(_("Given when nothing is known"))
    active = BooleanField(_("Active"), default=True)
    replaced_by = ReferenceField(
        "self", models.PROTECT, verbose_name=_("Replaced by"), related_name="+", db_index=False,
        help_text=_("Everybody who has this role gets that one."),
    )  # fmt: skip

    class Meta(Tracked.Meta):
        verbose_name = _("buying role")
        verbose_name_plural = _("buying roles")
        constraints = [
            models.UniqueConstraint(
                fields=["name"], condition=models.Q(trashed_at=None), name="buying_role_name"
            )
        ]

    class Module(Declaration):
        slug = "buying-roles"
        area = "settings"
        icon = "users-round"
        title = "name"
        other_titles = "name_en"
        tone = "tone"
        columns = ["name", "name_en", "points", "position", "usual", "active"]
        sort = ["position"]
        form = [Section(_("Buying role"), "name name_en points tone position usual active")]
        actions = [
            Action(
                "replace", _("Replace and delete"), icon="arrow-right-left", ask=("replaced_by",), danger=True
            )
        ]

    def before_trash(self) -> None:
        count = self._rows().count()
        if count:
            message = ngettext(
                "%(n)s contact has this role. Choose the role that replaces it.",
                "%(n)s contacts have this role. Choose the role that replaces it.", count,
            )  # fmt: skip
            raise Refusal("replaced_by", "REQUIRED", message % {"n": count})

    def _rows(self) -> Any:
        return registry.module("sales.ContactRole").model._base_manager.filter(role=self.pk, trashed_at=None)

    def replace(self, replaced_by: Any = None) -> BuyingRole:
        """Gives everybody who has this role another one, and deletes it."""
        role = update(self, {"replaced_by": replaced_by})
        if role.replaced_by_id is None or role.replaced_by_id == role.pk:
            raise Refused([Refusal("replaced_by", "REQUIRED", _("Choose another role."))])
        drafts = [
            Draft({"role": role.replaced_by_id}, id=id) for id in self._rows().values_list("pk", flat=True)
        ]
        write(registry.module("sales.ContactRole"), drafts, authorised="the role is being replaced")
        trash(BuyingRole, [role.pk])
        return role


ROLES = "sales.buying_roles"


def all_roles() -> dict[int, BuyingRole]:
    """Every role by id, deleted ones too, read once while somebody acts."""
    memo = current_acting().memo
    if ROLES not in memo:
        memo[ROLES] = {role.pk: role for role in BuyingRole._base_manager.order_by("position", "pk")}
    return memo[ROLES]


def usual_role() -> BuyingRole | None:
    """The role of a contact nobody has said anything of: the one marked so, else the last."""
    living = [role for role in all_roles().values() if role.trashed_at is None and role.active]
    return next((role for role in living if role.usual), living[-1] if living else None)
