"""Reactions of the sales area: stage history, the primary contact of a deal and its roles, settings read anew."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, Sum

from relasi.engine.access.acting import current_acting
from relasi.engine.declare.registry import registry
from relasi.engine.records.reactions import CHANGED, CREATED, RESTORED, TRASHED, on
from relasi.engine.records.refusal import Change
from relasi.engine.records.write import Draft, write
from relasi.kits.pipeline.stage_change import keep_moves
from relasi.kits.trade.approval_limit import forget_limits
from relasi.kits.trade.approval_news import tell_of_approvals
from relasi.kits.trade.conversion import all_taken
from relasi.kits.trade.taking import sources_of
from relasi.modules.sales.buying_role import ROLES, usual_role
from relasi.modules.sales.contact_role import ContactRole, keep_roles_on_deals
from relasi.modules.sales.deal import Deal, LostReason
from relasi.modules.sales.pipeline import PIPELINES, STAGES, STAGES_OF, WAY_TO
from relasi.modules.sales.quote import Quote
from relasi.modules.sales.sales_order import OrderLine, SalesOrder
from relasi.modules.sales.stage_history import DealStage

DERIVED = "the contacts of a deal and its primary contact go together"
ALWAYS = (CREATED, CHANGED, TRASHED, RESTORED)


@on(CHANGED, "sales.Deal", field="stage")
def keep_deal_stages(changes: list[Change]) -> None:
    keep_moves(DealStage, changes, more=_reason)


def _reason(change: Change) -> dict[str, Any]:
    reason = change.record.lost_reason
    return {"reason": str(LostReason(reason).label) if reason else None}


@on(CREATED, "sales.Deal", field="contact")
@on(CHANGED, "sales.Deal", field="contact")
def give_primary_contacts_a_role(changes: list[Change]) -> None:
    """The contact of a deal is one of its contacts, with the usual role until somebody says more."""
    role = usual_role()
    pairs = {(c.record.pk, c.record.contact_id) for c in changes if c.record.contact_id is not None}
    if not pairs or role is None:
        return
    there = ContactRole._base_manager.filter(deal__in=[deal for deal, _contact in pairs], trashed_at=None)
    drafts = [
        Draft({"deal": deal, "contact": contact, "role": role.pk})
        for deal, contact in sorted(pairs - set(there.values_list("deal_id", "contact_id")))
    ]
    if drafts:
        write(registry.of(ContactRole), drafts, authorised=DERIVED)


@on(CREATED, "sales.ContactRole")
@on(RESTORED, "sales.ContactRole")
def first_contacts_are_primary(changes: list[Change]) -> None:
    _choose_primary({change.record.deal_id for change in changes}, only_without=True)


@on(TRASHED, "sales.ContactRole")
def another_contact_becomes_primary(changes: list[Change]) -> None:
    _choose_primary({change.record.deal_id for change in changes}, only_without=False)


def _choose_primary(deals: set[int], *, only_without: bool) -> None:
    """The oldest remaining contact, where the primary one is missing or is none of the contacts any more."""
    primary = dict(Deal._base_manager.filter(pk__in=deals).values_list("pk", "contact_id"))
    if only_without:
        primary = {deal: contact for deal, contact in primary.items() if contact is None}
    rows = ContactRole._base_manager.filter(deal__in=primary, trashed_at=None).order_by("created_at", "pk")
    remaining: dict[int, list[int]] = {deal: [] for deal in primary}
    for deal, contact in rows.values_list("deal_id", "contact_id"):
        remaining[deal].append(contact)
    drafts = [
        Draft({"contact": next(iter(contacts), None)}, id=deal)
        for deal, contacts in remaining.items()
        if primary[deal] not in contacts
    ]
    if drafts:
        write(registry.of(Deal), drafts, authorised=DERIVED)


def keep_roles(changes: list[Change]) -> None:
    keep_roles_on_deals(sorted({change.record.deal_id for change in changes}))


def forget_settings(changes: list[Change]) -> None:
    """What somebody has just changed holds for the rest of what they do."""
    memo = current_acting().memo
    for key in (STAGES, STAGES_OF, WAY_TO, PIPELINES, ROLES):
        memo.pop(key, None)


for what in ALWAYS:
    on(what, "sales.ContactRole")(keep_roles)
    for setting in ("sales.Stage", "sales.Pipeline", "sales.BuyingRole"):
        on(what, setting)(forget_settings)
    on(what, "sales.SellingLimit")(forget_limits)


@on(CHANGED, "sales.BuyingRole", field="points")
def weigh_deals_anew(changes: list[Change]) -> None:
    roles = [change.record.pk for change in changes]
    deals = ContactRole._base_manager.filter(role__in=roles, trashed_at=None).values_list(
        "deal_id", flat=True
    )
    keep_roles_on_deals(sorted(set(deals)))


for document in ("sales.Quote", "sales.SalesOrder"):
    on(CHANGED, document, field="status")(tell_of_approvals)


@on(CREATED, "sales.Quote", field="primary")
@on(CHANGED, "sales.Quote", field="primary")
def keep_one_primary_quote(changes: list[Change]) -> None:
    """A deal has one primary quote: the one said last."""
    kept = {c.record.deal_id: c.record.pk for c in changes if c.record.primary and c.record.deal_id}
    rows = Quote._base_manager.filter(deal__in=kept, primary=True, trashed_at=None).exclude(
        pk__in=kept.values()
    )
    drafts = [Draft({"primary": False}, id=id) for id in rows.values_list("pk", flat=True)]
    if drafts:
        write(registry.module("sales.Quote"), drafts, authorised="a deal has one primary quote")


@on(CHANGED, "sales.Quote", field="status", to="accepted")
def accepted_quotes_tell_the_amount(changes: list[Change]) -> None:
    """What was accepted is what the deal is worth, before tax, when the quote is the primary one."""
    quotes = {c.record.deal_id: c.record for c in changes if c.record.primary and c.record.deal_id}
    deals = Deal._base_manager.filter(pk__in=quotes, status="open", trashed_at=None)
    drafts = [
        Draft({"amount": quotes[deal.pk].goods_total, "currency": quotes[deal.pk].currency}, id=deal.pk)
        for deal in deals
    ]
    if drafts:
        write(registry.module("sales.Deal"), drafts, authorised="the primary quote was accepted")


@on(CREATED, "sales.SalesOrder")
@on(CHANGED, "sales.SalesOrder")
@on(TRASHED, "sales.SalesOrder")
@on(RESTORED, "sales.SalesOrder")
@on(CREATED, "billing.Invoice")
@on(CHANGED, "billing.Invoice")
@on(TRASHED, "billing.Invoice")
@on(RESTORED, "billing.Invoice")
@on(CREATED, "subscribing.Subscription")
@on(CHANGED, "subscribing.Subscription")
@on(TRASHED, "subscribing.Subscription")
@on(RESTORED, "subscribing.Subscription")
def say_how_much_is_taken(changes: list[Change]) -> None:
    """A quote is converted, an order invoiced, as far as documents stand that came of them."""
    moved = [c for c in changes if c.is_new or c.lines or c.has("status") or c.has("trashed_at")]
    sources = sources_of([change.record for change in moved])
    _follow(Quote, sources, "taken", lambda quote, held, taken: {
        "status": "converted" if held and taken >= held else "accepted"
    } if quote.status in ("accepted", "converted") else {})  # fmt: skip
    _follow(SalesOrder, sources, "invoiced", lambda order, held, taken: {
        "invoiced": "none" if not taken else "partly" if taken < held else "fully"
    } if order.invoiced != "recurring" else {})  # fmt: skip


@on(CREATED, "sales.SalesOrder")
@on(CHANGED, "sales.SalesOrder")
@on(CREATED, "inventory.DeliveryNote")
@on(CHANGED, "inventory.DeliveryNote")
@on(TRASHED, "inventory.DeliveryNote")
@on(RESTORED, "inventory.DeliveryNote")
def say_how_much_is_delivered(changes: list[Change]) -> None:
    """How far an order is delivered follows from all its notes."""
    moved = [c for c in changes if c.is_new or c.lines or c.has("status") or c.has("trashed_at")]
    records = [change.record for change in moved]
    if records and isinstance(records[0], SalesOrder):
        ids = {record.pk for record in records}
    else:
        ids = sources_of(records).get(SalesOrder, set())
    lines = OrderLine._base_manager.filter(
        Q(optional=False) | Q(chosen=True), kind="item", trashed_at=None, service=None, order__in=ids
    )
    sums: dict[int, tuple[Any, ...]] = {
        id: rest
        for id, *rest in lines.values_list("order_id").annotate(
            Sum("quantity"), Sum("noted"), Sum("delivered")
        )
    }
    drafts = []
    for order in SalesOrder._base_manager.filter(pk__in=ids, trashed_at=None):
        state = _shipping_state(*sums.get(order.pk, (0, 0, 0)))
        if order.shipping_state != state:
            drafts.append(Draft({"shipping_state": state}, id=order.pk))
    if drafts:
        write(registry.of(SalesOrder), drafts, authorised="it follows from its delivery notes")


def _shipping_state(held: Any, noted: Any, delivered: Any) -> str:
    if delivered:
        return "fully" if delivered >= held else "partly"
    return "started" if noted else "none"


def _follow(model: Any, sources: dict[Any, set[int]], counted: str, values: Any) -> None:
    ids = sorted(sources.get(model, ()))
    sums = all_taken(model, ids, counted) if ids else {}
    rows = model._base_manager.filter(pk__in=ids, trashed_at=None)
    drafts = [Draft(found, id=one.pk) for one in rows if (found := values(one, *sums.get(one.pk, (0, 0))))]
    if drafts:
        write(registry.of(model), drafts, authorised="it follows from what came of it")
