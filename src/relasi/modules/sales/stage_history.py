"""Stage history: every move of a deal from stage to stage, with the days it had stood in the one before."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from relasi.engine.declare.words import Section
from relasi.engine.fields.reference import ReferenceField
from relasi.kits.pipeline.stage_change import StageChange


class DealStage(StageChange):
    deal = ReferenceField(
        "sales.Deal", models.CASCADE, verbose_name=_("Deal"), related_name="stage_history", required=True
    )
    before = ReferenceField(
        "sales.Stage",
        models.PROTECT,
        verbose_name=_("From"),
        related_name="+",
        db_index=False,
        editable=False,
    )
    after = ReferenceField("sales.Stage", models.PROTECT, verbose_name=_("To"), related_name="+", db_index=False,
                           editable=False, required=True)  # fmt: skip

    class Module(StageChange.Module):
        slug = "deal-stages"
        part_of = "deal"
        facts = [Section(_("Stage change"), "deal before after at stay user reason")]
