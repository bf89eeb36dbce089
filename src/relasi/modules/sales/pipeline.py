"""Pipeline: a way deals go from first talk to won or lost, with the stages on it and what each of them asks for."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from relasi.engine.access.acting import current_acting
from relasi.engine.access.prepared import prepared
from relasi.engine.declare.module import Declaration
from relasi.engine.declare.registry import registry
from relasi.engine.declare.tracked import Tracked
from relasi.engine.declare.words import Related, Section
from relasi.engine.fields.boolean import BooleanField
from relasi.engine.fields.choice import ChoiceField, Choices, MultiChoiceField
from relasi.engine.fields.money import MoneyField
from relasi.engine.fields.numbers import IntegerField
from relasi.engine.fields.reference import ReferenceField, ReferencesField
from relasi.engine.records.refusal import Refusal
from relasi.kits.pipeline import stage as kit
from relasi.kits.pipeline.stage import Named, Outcome, in_order


class ForecastCategory(Choices):
    PIPELINE = "pipeline", _("In the pipeline"), "gray", "Pipeline"
    BEST_CASE = "best_case", _("Best case"), "biru"
    COMMIT = "commit", _("Commit"), "nila"
    CLOSED = "closed", _("Closed"), "hijau"
    OMITTED = "omitted", _("Omitted"), "gray"


class Requirement(Choices):
    """The fields of a deal a stage may ask for; the keys are their names."""

    AMOUNT = "amount", _("Amount")
    ACCOUNT = "account", _("Account")
    CONTACT = "contact", _("Contact")
    TYPE = "type", _("Type")
    LEAD_SOURCE = "lead_source", _("Source")
    NEXT_STEP = "next_step", _("Next step")
    COMPETITOR = "competitor", _("Competitor")
    DESCRIPTION = "description", _("Description")
    BUDGET = "budget", _("Budget")
    AUTHORITY = "authority", _("Authority")
    NEED = "need", _("Need")
    TIMING = "timing", _("Timing")


class RoleGate(Choices):
    OFF = "off", _("Off"), "gray"
    WARNING = "warning", _("Warn"), "kuning"
    HARD = "hard", _("Required"), "merah"


class Pipeline(Named, Tracked):
    """The first one by order is the one new deals begin in."""

    position = IntegerField(_("Order"), min=0, default=0, foot="")
    no_skipping = BooleanField(_("Stages cannot be skipped"))
    active = BooleanField(_("Active"), default=True)

    class Meta(Tracked.Meta):
        verbose_name = _("pipeline")
        verbose_name_plural = _("pipelines")
        constraints = [
            models.UniqueConstraint(
                fields=["name"], condition=models.Q(trashed_at=None), name="pipeline_name"
            )
        ]

    class Module(Declaration):
        slug = "pipelines"
        area = "settings"
        icon = "git-branch"
        title = "name"
        other_titles = "name_en"
        columns = ["name", "name_en", "position", "no_skipping", "active"]
        sort = ["position"]
        form = [Section(_("Pipeline"), "name name_en position no_skipping active")]
        page = [Related("sales.Stage", columns=["probability", "outcome"])]

    def before_trash(self) -> None:
        refuse_in_use(models.Q(pipeline=self.pk))


class Stage(kit.Stage):
    pipeline = ReferenceField(
        "sales.Pipeline", models.PROTECT, verbose_name=_("Pipeline"), related_name="stages", required=True
    )
    forecast_category = ChoiceField(
        ForecastCategory, _("Forecast category"), default=ForecastCategory.PIPELINE, required=True
    )
    required_fields = MultiChoiceField(
        Requirement, _("Required fields"), help_text=_("Must be filled in from this stage on.")
    )
    required_roles = ReferencesField(
        "sales.BuyingRole",
        _("Required roles"),
        help_text=_("Someone must have each of these roles from here on."),
    )
    role_gate = ChoiceField(RoleGate, _("When a role is missing"), default=RoleGate.OFF, required=True)
    roles_from_amount = MoneyField(_("Roles required from amount"), min=0, foot="")
    set_by = ReferencesField(
        "access.Role", _("Who may set it"), help_text=_("Empty: everybody who may change the deal.")
    )

    class Meta(kit.Stage.Meta):
        verbose_name = _("stage")
        verbose_name_plural = _("stages")
        constraints = [
            models.UniqueConstraint(
                fields=["pipeline", "name"], condition=models.Q(trashed_at=None), name="stage_name"
            )
        ]

    class Module(Declaration):
        slug = "stages"
        area = "settings"
        icon = "list-ordered"
        title = "name"
        other_titles = "name_en"
        tone = "tone"
        columns = ["name", "pipeline", "position", "probability", "outcome", "rot_days", "active"]
        filters = ["pipeline", "outcome", "active"]
        sort = ["position"]
        form = [
            Section(
                _("Stage"), "pipeline name name_en position outcome probability tone forecast_category active"
            ),
            Section(_("Rules"), "rot_days required_fields required_roles role_gate roles_from_amount set_by"),
        ]

    def before_save(self, change: Any) -> None:
        super().before_save(change)
        if self.outcome == Outcome.WON:
            self.forecast_category = ForecastCategory.CLOSED.value
        elif self.outcome == Outcome.LOST:
            self.forecast_category = ForecastCategory.OMITTED.value

    def clean(self, change: Any = None) -> None:
        super().clean(change)
        if change and not change.is_new and (change.has("outcome") or change.has("pipeline")):
            refuse_in_use(models.Q(stage=self.pk))

    def before_trash(self) -> None:
        refuse_in_use(models.Q(stage=self.pk))


def refuse_in_use(which: models.Q) -> None:
    count = registry.module("sales.Deal").model._base_manager.filter(which, trashed_at=None).count()
    if count:
        message = ngettext(
            "%(n)s deal stands here. Move it first.", "%(n)s deals stand here. Move them first.", count
        )
        raise Refusal("", "LOCKED", message % {"n": count})


# Where a stretch of acting keeps what it has read of the settings.
STAGES, STAGES_OF, WAY_TO, PIPELINES = "sales.stages", "sales.stages_of", "sales.way_to", "sales.pipelines"


def all_stages() -> dict[int, Stage]:
    """Every stage by id, deleted ones too, read once while somebody acts."""
    memo = current_acting().memo
    if STAGES not in memo:
        stages = prepared("sales.stages", Stage._base_manager.all, by_key=True).run({})
        memo[STAGES] = {stage.pk: stage for stage in stages}
    return memo[STAGES]


def all_pipelines() -> dict[int, Pipeline]:
    memo = current_acting().memo
    if PIPELINES not in memo:
        memo[PIPELINES] = {one.pk: one for one in Pipeline._base_manager.order_by("position", "pk")}
    return memo[PIPELINES]


def stages_of(pipeline: int | None) -> list[Stage]:
    """The stages of a pipeline that can be chosen, in order."""
    known = current_acting().memo.setdefault(STAGES_OF, {})
    if pipeline not in known:
        known[pipeline] = in_order(stage for stage in all_stages().values() if stage.pipeline_id == pipeline)
    return known[pipeline]


def way_to(stage: Stage) -> list[Stage]:
    """The stages whose demands hold in this one: those of the way up to it. What is lost owes nothing."""
    known = current_acting().memo.setdefault(WAY_TO, {})
    if stage.pk not in known:
        others = (s for s in stages_of(stage.pipeline_id) if s.outcome != Outcome.LOST and s.pk != stage.pk)
        way = [*(s for s in others if s.position <= stage.position), stage]
        known[stage.pk] = [] if stage.outcome == Outcome.LOST else way
    return known[stage.pk]


def usual_pipeline() -> Pipeline | None:
    return next((one for one in all_pipelines().values() if one.active and one.trashed_at is None), None)
