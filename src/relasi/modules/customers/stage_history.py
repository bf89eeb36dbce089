"""Stage history: every move of a lead or contact from stage to stage."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from relasi.engine.declare.words import Section
from relasi.engine.fields.choice import ChoiceField
from relasi.engine.fields.numbers import IntegerField
from relasi.engine.fields.reference import ReferenceField
from relasi.kits.pipeline.stage_change import StageChange
from relasi.modules.customers.lifecycle import Lifecycle
from relasi.modules.customers.qualification import RejectionReason


class ContactStage(StageChange):
    contact = ReferenceField(
        "customers.Contact",
        models.CASCADE,
        verbose_name=_("Contact"),
        related_name="stage_history",
        required=True,
    )
    before = ChoiceField(Lifecycle, _("From"), editable=False)
    after = ChoiceField(Lifecycle, _("To"), editable=False, required=True)

    class Module(StageChange.Module):
        slug = "contact-stages"
        part_of = "contact"
        facts = [Section(_("Stage change"), "contact before after at stay user reason")]

    def __str__(self) -> str:
        return named_move(self)


class LeadStage(StageChange):
    lead = ReferenceField(
        "customers.Lead", models.CASCADE, verbose_name=_("Lead"), related_name="stage_history", required=True
    )
    before = ChoiceField(Lifecycle, _("From"), editable=False)
    after = ChoiceField(Lifecycle, _("To"), editable=False, required=True)
    rejection_reason = ChoiceField(RejectionReason, _("Rejection reason"), editable=False)
    rule = ReferenceField(
        "customers.LeadRule",
        models.PROTECT,
        verbose_name=_("By rule"),
        related_name="+",
        db_index=False,
        editable=False,
    )
    score = IntegerField(_("Score"), editable=False, foot="")

    class Module(StageChange.Module):
        slug = "lead-stages"
        part_of = "lead"
        columns = ["at", "before", "after", "stay", "score", "user", "rule", "rejection_reason", "reason"]
        facts = [
            Section(_("Stage change"), "lead before after at stay score user rule rejection_reason reason")
        ]

    def __str__(self) -> str:
        return named_move(self)


def named_move(move: ContactStage | LeadStage) -> str:
    return f"{Lifecycle(move.before).label} → {Lifecycle(move.after).label}"
