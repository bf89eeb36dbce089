"""Bundle contents: what a bundle holds down to single products and services, and the price and cost that follow."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext_lazy as _

from relasi.engine.access.company import company
from relasi.engine.declare.registry import registry
from relasi.engine.fields.money import decimals_of
from relasi.engine.records.refusal import Refusal
from relasi.engine.records.write import Draft, write
from relasi.kits.trade.figures import ZERO
from relasi.kits.trade.rounding import rounded

DEEPEST = 3  # bundles within bundles
FOLLOWS = "what the bundle holds has changed"


@dataclass(frozen=True)
class Held:
    """One product or service, how many of it one bundle holds, and the part of its price that counts there."""

    item: Any
    quantity: Decimal
    price: Decimal


def contents(bundles: Collection[int]) -> dict[int, list[Held]]:
    """Bundle -> what it holds, inner bundles opened, options left out. One query for each level."""
    rows = _rows(set(bundles))
    return {id: list(_opened(id, rows, Decimal(1), Fraction(1), DEEPEST)) for id in bundles}


def available_of(held: Iterable[Held]) -> Decimal | None:
    """How many whole bundles could be promised now; None for one without products, which never runs out."""
    needed: dict[int, tuple[Any, Decimal]] = {}
    for one in held:
        if one.item.kind == "product":
            _product, before = needed.get(one.item.pk, (one.item, ZERO))
            needed[one.item.pk] = one.item, before + one.quantity
    return min((product.available // quantity for product, quantity in needed.values()), default=None)


def _rows(bundles: set[int]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    level = set(bundles)
    while level:
        found |= {id: [] for id in level}
        model = registry.module("catalog.BundleComponent").model
        rows = model._base_manager.filter(bundle__in=level, trashed_at=None, optional=False)
        for row in rows.select_related("product", "service", "inner").order_by("position", "pk"):
            found[row.bundle_id].append(row)
        level = {row.inner_id for id in level for row in found[id] if row.inner_id} - found.keys()
    return found


def _opened(
    bundle: int, rows: dict[int, list[Any]], times: Decimal, part: Fraction, deep: int
) -> Iterable[Held]:
    for row in rows.get(bundle, ()) if deep else ():
        if row.inner_id:
            whole = _sum(rows.get(row.inner_id, ()), "price")
            scale = Fraction(row.inner.price or 0) / Fraction(whole) if whole else Fraction(1)
            yield from _opened(row.inner_id, rows, times * row.quantity, part * scale, deep - 1)
        else:
            item = row.product or row.service
            yield Held(item, times * row.quantity, rounded(Fraction(item.price or 0) * part, 2))


def _sum(rows: Iterable[Any], name: str) -> Decimal:
    """Σ quantity × price (or cost) of what stands directly in a bundle."""
    items = ((row.quantity, row.product or row.service or row.inner) for row in rows)
    return sum((quantity * (getattr(item, name) or ZERO) for quantity, item in items), ZERO)


def follow_contents(bundle: Any) -> None:
    """Price (unless it is its own) and cost of the bundle from what it holds; nothing for an empty one."""
    rows = _rows({bundle.pk})[bundle.pk] if bundle.pk is not None else []
    if rows:
        bundle.cost = rounded(_sum(rows, "cost"), 2)
    if bundle.pricing != "own":
        bundle.price = discounted(bundle, _sum(rows, "price")) if rows else None


def discounted(bundle: Any, whole: Decimal) -> Decimal:
    if bundle.pricing == "percent_off":
        whole = whole * (100 - (bundle.discount_percent or ZERO)) / 100
    elif bundle.pricing == "amount_off":
        whole = max(ZERO, whole - (bundle.discount_amount or ZERO))
    return rounded(whole, decimals_of(company().currency))


def keep_bundles(bundles: Collection[int]) -> None:
    """Price and cost of these bundles once more. Those that hold them follow by the change of their prices."""
    module = registry.module("catalog.ProductBundle")
    living = module.model._base_manager.filter(pk__in=bundles, trashed_at=None)
    drafts = [Draft({}, id=id) for id in sorted(living.values_list("pk", flat=True))]
    if drafts:
        write(module, drafts, authorised=FOLLOWS)


def refuse_loop(component: Any) -> None:
    """Raises Refusal when the inner bundle holds, at any depth, the one it is put into, or lies too deep."""
    model = registry.module("catalog.BundleComponent").model
    edges = model._base_manager.filter(trashed_at=None, inner__isnull=False).exclude(pk=component.pk)
    below: dict[int, set[int]] = {}
    above: dict[int, set[int]] = {}
    for outer, inner in edges.values_list("bundle_id", "inner_id"):
        below.setdefault(outer, set()).add(inner)
        above.setdefault(inner, set()).add(outer)
    if component.inner_id == component.bundle_id or _reaches(below, component.inner_id, component.bundle_id):
        raise Refusal("inner", "OUT_OF_RANGE", _("A bundle cannot hold itself."))
    if _height(above, component.bundle_id) + _height(below, component.inner_id) > DEEPEST:
        text = _("Bundles go at most %(most)s levels deep.")
        raise Refusal("inner", "OUT_OF_RANGE", text % {"most": DEEPEST})


def _reaches(below: dict[int, set[int]], start: int, goal: int) -> bool:
    return any(one == goal or _reaches(below, one, goal) for one in below.get(start, ()))


def _height(edges: dict[int, set[int]], start: int) -> int:
    return 1 + max((_height(edges, one) for one in edges.get(start, ())), default=0)
