"""Matching: what is billed compared with what was ordered and received (three-way match)."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext_lazy as _

from relasi.engine.declare.registry import registry
from relasi.engine.fields.choice import Choices
from relasi.engine.records.held import hold
from relasi.engine.records.write import Draft, write
from relasi.kits.trade.figures import ZERO
from relasi.modules.purchasing.purchase_settings import PurchaseSettings, purchase_settings


class MatchStatus(Choices):
    NO_ORDER = "no_order", _("Without an order"), "gray"
    MATCHED = "matched", _("Matched"), "hijau"
    QUANTITY = "quantity", _("Quantity variance"), "jingga"
    PRICE = "price", _("Price variance"), "jingga"
    NO_RECEIPT = "no_receipt", _("Nothing received"), "merah"


M = MatchStatus
VARIANCES = frozenset({M.QUANTITY, M.PRICE, M.NO_RECEIPT})
WORST = (M.NO_RECEIPT, M.QUANTITY, M.PRICE, M.MATCHED)


def price_differs(billed: Fraction, ordered: Fraction, settings: PurchaseSettings) -> bool:
    """Whether the price of one unit lies further from that of the order than both tolerances allow."""
    allowed = max(ordered * Fraction(settings.price_tolerance) / 100, Fraction(settings.amount_tolerance))
    return abs(billed - ordered) > allowed


def line_match(line: Any, ordered: Any, billed_so_far: Decimal, settings: PurchaseSettings) -> MatchStatus:
    """Of one line of a bill. ordered: the line of the order. billed_so_far: of it, by this bill and those before it."""
    if not ordered.received:
        return M.NO_RECEIPT
    if billed_so_far > ordered.received:
        return M.QUANTITY
    prices = [Fraction(one.net) / Fraction(one.quantity) for one in (line, ordered)]
    return M.PRICE if price_differs(prices[0], prices[1], settings) else M.MATCHED


def bills_of(orders: Any) -> Any:
    """A query for the ids of the bills that bill something of these orders. orders: ids, or a query for them."""
    lines = registry.module("purchasing.BillLine").model._base_manager
    return lines.filter(purchase_line__order__in=orders).values("bill")


def match_bills(orders: Iterable[int]) -> None:
    """Compares every bill of these orders anew; the bills entered first come first. A difference that is another one now
    has to be accepted again. The orders are held by then: nobody else bills them or receives of them meanwhile."""
    lines, settings, orders = registry.module("purchasing.BillLine").model, purchase_settings(), set(orders)
    hold([(registry.module("purchasing.Bill"), bills_of(orders))])
    rows = lines._base_manager.filter(purchase_line__order__in=orders, trashed_at=None, bill__trashed_at=None)
    rows = rows.exclude(bill__status="cancelled").select_related("purchase_line", "bill")
    so_far: dict[int, Decimal] = {}
    found: dict[int, tuple[Any, set[MatchStatus]]] = {}
    for line in rows.order_by("bill_id", "position", "pk"):
        id = line.purchase_line_id
        so_far[id] = so_far.get(id, ZERO) + line.quantity
        match = line_match(line, line.purchase_line, so_far[id], settings)
        found.setdefault(line.bill_id, (line.bill, set()))[1].add(match)
    drafts = []
    for bill, matches in found.values():
        worst = next(one for one in WORST if one in matches)
        if bill.match_status != worst:
            values = {"match_status": worst, "variance_note": None, "variance_accepted_by": None,
                      "variance_accepted_at": None}  # fmt: skip
            drafts.append(Draft(values, id=bill.pk))
    if drafts:
        write(
            registry.module("purchasing.Bill"),
            drafts,
            authorised="compared with what was ordered and received",
        )
