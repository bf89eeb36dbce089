"""Deal rules: which stage a deal stands in, what the stages ask for, and what a closed deal still takes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from relasi.engine.access.acting import SYSTEM, acting_user
from relasi.engine.access.door import has_tool
from relasi.engine.declare.registry import registry
from relasi.engine.records.refusal import Change, Refusal, Refused
from relasi.kits.pipeline.stage import Outcome, first_open, nearest, skipped
from relasi.modules.sales.buying_role import BuyingRole, all_roles
from relasi.modules.sales.pipeline import (
    Pipeline,
    RoleGate,
    Stage,
    all_pipelines,
    all_stages,
    stages_of,
    usual_pipeline,
    way_to,
)

if TYPE_CHECKING:
    from relasi.modules.sales.deal import Deal

# What may change on a closed deal: whose it is, and what the product keeps by itself.
STILL_OPEN = frozenset({"owner_id", "authority_score", "buying_roles"})


def choose_stage(deal: Deal, change: Change) -> None:
    """A stage tells the pipeline; a pipeline alone puts the deal into its first or nearest stage."""
    stages = all_stages()
    stage = stages.get(deal.stage_id) if deal.stage_id else None
    if deal.pipeline_id is None:
        usual = usual_pipeline()
        deal.pipeline_id = stage.pipeline_id if stage else usual.pk if usual else None
    if stage is None and deal.stage_id is None:
        stage = first_open(stages_of(deal.pipeline_id))
        deal.stage_id = stage.pk if stage else None
    elif stage and stage.pipeline_id != deal.pipeline_id:
        if change.has("stage") and not change.has("pipeline"):
            deal.pipeline_id = stage.pipeline_id
        elif change.has("pipeline") and not change.has("stage") and not change.is_new:
            _map_to_pipeline(deal, change, stage)
    for name in ("stage", "pipeline"):
        deal._state.fields_cache.pop(name, None)


def _map_to_pipeline(deal: Deal, change: Change, stage: Stage) -> None:
    found = nearest(stages_of(deal.pipeline_id), stage)
    if found is None:
        return
    if change.via in ("ui", "api") and not change.authorised and "pipeline" not in change.confirmed:
        message = _("Choose the stage in this pipeline; the nearest one is “%(stage)s”.") % {"stage": found}
        raise Refusal("stage", "INVALID_TRANSITION", message, confirm="pipeline")
    deal.stage_id = found.pk


def follow_outcome(deal: Deal, change: Change) -> None:
    if change.has("stage"):
        if not change.has("forecast_category"):
            deal.forecast_category = deal.stage_now.forecast_category
        if not change.is_new and deal.is_open and change.old("status") != Outcome.OPEN:
            deal.lost_reason = None
    if deal.status != Outcome.LOST and deal.lost_reason is not None:
        deal.lost_reason = None


def check(deal: Deal, change: Change) -> None:
    """Raises Refusal. Rules about this deal alone."""
    if deal.account_id is None and deal.contact_id is None:
        raise Refusal("account", "REQUIRED", _("A deal needs an account or a contact."))
    if deal.stage_id is None or deal.stage_now.pipeline_id != deal.pipeline_id:
        raise Refusal("stage", "INVALID_VALUE", _("This stage belongs to another pipeline."))
    if not change.is_new and not change.authorised:
        _check_closed(deal, change)
    if deal.status == Outcome.LOST and deal.lost_reason is None:
        raise Refusal("lost_reason", "REQUIRED", _("Choose why this deal is lost."))
    if change.has("stage") and not change.authorised:
        _check_move(deal, change)


def _check_closed(deal: Deal, change: Change) -> None:
    if change.old("status") == Outcome.OPEN or not set(change.columns()) - STILL_OPEN:
        return
    if not deal.is_open:
        raise Refusal("", "CLOSED_RECORD", _("This deal is closed. Reopen it first."))
    if not has_tool(acting_user(), "reopen"):
        raise Refusal("stage", "NO_PERMISSION", _("You may not reopen closed deals."))


def _check_move(deal: Deal, change: Change) -> None:
    stage = deal.stage_now
    if not stage.active or stage.trashed_at is not None:
        raise Refusal("stage", "BAD_REFERENCE", _("This stage is not used any more."))
    user = acting_user()
    if stage.set_by and user is not SYSTEM and not user.is_admin and user.role_id not in stage.set_by:
        raise Refusal("stage", "NO_PERMISSION", _("Your role may not put deals into this stage."))
    before = all_stages().get(change.old("stage"))
    if before is not None and before.pipeline_id == stage.pipeline_id and before.is_open:
        pipeline: Pipeline = all_pipelines()[stage.pipeline_id]
        left_out = skipped(stages_of(pipeline.pk), before, stage) if pipeline.no_skipping else None
        if left_out is not None:
            message = _("In this pipeline “%(stage)s” comes first.") % {"stage": left_out}
            raise Refusal("stage", "INVALID_TRANSITION", message)


def check_requirements(changes: Iterable[Change]) -> None:
    """Says all at once what the stages ask for and the deal lacks."""
    for change in changes:
        deal = change.record
        if change.authorised:
            continue
        for name in dict.fromkeys(n for stage in way_to(deal.stage_now) for n in stage.required_fields or ()):
            column = deal._meta.get_field(name).attname
            if deal.__dict__[column] is None and (change.has("stage") or column in change.columns()):
                message = _("The stage “%(stage)s” needs this.") % {"stage": deal.stage_now}
                change.refuse(name, "REQUIRED", message)
        missing = missing_roles(deal, hard=True) if change.has("stage") else []
        if missing:
            names = ", ".join(map(str, missing))
            change.refuse("stage", "INVALID_TRANSITION", _("Add %(roles)s.") % {"roles": names})


def missing_roles(deal: Deal, *, hard: bool) -> list[BuyingRole]:
    """The roles asked for by the stages up to here that no contact has. hard: only those that bar the way."""
    gates = (RoleGate.HARD,) if hard else (RoleGate.HARD, RoleGate.WARNING)
    present = set(deal.buying_roles or ())
    wanted = dict.fromkeys(
        id
        for stage in way_to(deal.stage_now)
        if stage.role_gate in gates and (deal.amount or 0) >= (stage.roles_from_amount or 0)
        for id in stage.required_roles or ()
        if id not in present
    )
    roles = all_roles() if wanted else {}
    return [roles[id] for id in wanted if id in roles and roles[id].trashed_at is None]


def check_accounts(changes: list[Change]) -> None:
    """An inactive account is not chosen for a new deal. Files may tell of old ones."""
    chosen = {
        c.record.account_id
        for c in changes
        if c.has("account") and c.via in ("ui", "api") and not c.authorised
    }
    if not chosen - {None}:
        return
    accounts = registry.module("customers.Account").model._base_manager.filter(pk__in=chosen, active=False)
    inactive = set(accounts.values_list("pk", flat=True))
    for change in changes:
        if change.has("account") and change.record.account_id in inactive:
            change.refuse("account", "BAD_REFERENCE", _("This account is inactive."))


def end_stage(deal: Deal, outcome: Outcome) -> int:
    """The stage of the deal's pipeline with this outcome. Raises Refused when it has none."""
    for stage in stages_of(deal.pipeline_id):
        if stage.outcome == outcome:
            return stage.pk
    raise Refused([Refusal("stage", "INVALID_TRANSITION", _("This pipeline has no such stage."))])


def stage_before_close(deal: Deal) -> Stage:
    """Where the deal stood before it was closed; the first stage when that one is not used any more."""
    if deal.is_open:
        raise Refused([Refusal("", "INVALID_TRANSITION", _("This deal is open."))])
    history = registry.module("sales.DealStage").model
    rows = history._base_manager.filter(deal=deal.pk, after=deal.stage_id)
    before = rows.order_by("-at", "-pk").values_list("before", flat=True).first()
    choices = stages_of(deal.pipeline_id)
    found = next((s for s in choices if s.pk == before and s.is_open), None) or first_open(choices)
    if found is None:
        raise Refused([Refusal("stage", "INVALID_TRANSITION", _("This pipeline has no such stage."))])
    return found
