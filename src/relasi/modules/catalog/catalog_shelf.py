"""Catalog shelf: what documents find when they ask for something to sell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from relasi.engine.access.acting import acting_user
from relasi.engine.access.company import company
from relasi.engine.access.door import fields_for, may, visible_to
from relasi.engine.declare.registry import registry
from relasi.engine.fields.money import amount, decimals_of
from relasi.engine.fields.number_text import write_number
from relasi.engine.fields.reader import current_reader
from relasi.engine.query.search import search
from relasi.kits.trade.figures import ZERO
from relasi.kits.trade.rounding import rounded
from relasi.kits.trade.shelf import KINDS, ChargeOffer, Offer, OfferPart, Ref, Stock, Terms
from relasi.kits.trade.tax_rule import Taxes
from relasi.modules.catalog.bundle_contents import Held, available_of, contents
from relasi.modules.catalog.charge import Charge
from relasi.modules.catalog.pricing import Priced, PriceList
from relasi.modules.catalog.product import Product
from relasi.modules.catalog.product_bundle import ProductBundle
from relasi.modules.catalog.service import Service
from relasi.modules.catalog.tax_rules import all_taxes, rules_of, usual_taxes

MODELS: dict[str, Any] = {"product": Product, "service": Service, "bundle": ProductBundle}


class CatalogShelf:
    def offers(self, wanted: Mapping[Ref, Decimal], terms: Terms) -> dict[Ref, Offer]:
        items: dict[Ref, Any] = {}
        for kind in KINDS:
            ids = [ref.id for ref in wanted if ref.kind == kind]
            if ids and may(acting_user(), "view", registry.of(MODELS[kind])):
                rows = visible_to(acting_user(), MODELS[kind]).filter(pk__in=ids)
                items |= {Ref(kind, row.pk): row for row in rows}
        prices = PriceList(items, terms)
        held = contents([ref.id for ref in items if ref.kind == "bundle"])
        return {
            ref: _offer(
                ref, item, prices, wanted[ref], terms, held.get(ref.id, []) if ref.kind == "bundle" else []
            )
            for ref, item in items.items()
        }

    def search(self, text: str, kinds: Sequence[str], limit: int) -> list[Ref]:
        user = acting_user()
        modules = [registry.of(MODELS[kind]) for kind in kinds]
        modules = [module for module in modules if may(user, "view", module)]
        if not modules:
            return []
        by_key = {registry.of(model).key: kind for kind, model in MODELS.items()}
        if text:
            hits = search(user, text, modules=modules, limit=limit * 2)
            return [Ref(by_key[hit.module.key], hit.id) for hit in hits][:limit]
        found: list[Ref] = []
        for module in modules:
            rows = visible_to(user, module.model).filter(active=True).order_by("name")[:limit]
            found += [Ref(by_key[module.key], row.pk) for row in rows]
        return found[:limit]

    def by_code(self, code: str) -> Ref | None:
        """What a scanner reads: the exact code or barcode."""
        for kind, model in MODELS.items():
            which = Q(code__iexact=code) | (Q(barcode=code) if kind == "product" else Q())
            if may(acting_user(), "view", registry.of(model)):
                found = visible_to(acting_user(), model).filter(which, active=True).first()
                if found is not None:
                    return Ref(kind, found.pk)
        return None

    def named(self, refs: Sequence[Ref], priced: bool = True) -> list[tuple[Ref, str, str]]:
        found: dict[Ref, Any] = {}
        for kind in KINDS:
            ids = [ref.id for ref in refs if ref.kind == kind]
            if ids:
                rows = visible_to(acting_user(), MODELS[kind]).filter(pk__in=ids, active=True)
                found |= {Ref(kind, row.pk): row for row in rows}
        told = self.stock(list(found)) if priced else {}
        return [
            (ref, found[ref].name, _detail(found[ref], told.get(ref), priced)) for ref in refs if ref in found
        ]

    def stock(self, refs: Sequence[Ref]) -> dict[Ref, Stock]:
        user = acting_user()
        shown = fields_for(user, "view", registry.of(Product))
        if "available" not in shown:
            return {}
        ids = [ref.id for ref in refs if ref.kind == "product"]
        rows = visible_to(user, Product).filter(pk__in=ids).values_list("pk", *Stock._fields) if ids else ()
        found = {
            Ref("product", id): Stock(
                *(n if name in shown else None for name, n in zip(Stock._fields, told, strict=True))
            )
            for id, *told in rows
        }
        for id, held in contents([ref.id for ref in refs if ref.kind == "bundle"]).items():
            if (most := available_of(held)) is not None:
                found[Ref("bundle", id)] = Stock(most)
        return found

    def taxes(self, terms: Terms, usual_for: str) -> Taxes:
        return rules_of(usual_taxes(usual_for), terms.day, terms.region)

    def charges(self, terms: Terms) -> list[ChargeOffer]:
        rows = Charge._base_manager.filter(trashed_at=None, active=True) if not terms.buys else ()
        # The charge of the region stands before that of everywhere.
        here = [row for row in rows if row.region_id in (terms.region, None)]
        found = {row.name.casefold(): row for row in sorted(here, key=lambda row: row.region_id is not None)}
        return [
            ChargeOffer(
                row.name, None if row.amount is None else _here(row.amount, terms), row.percent,
                rules_of(row.taxes or (), terms.day, terms.region),
            )
            for row in sorted(found.values(), key=lambda row: (row.position, row.name))
        ]  # fmt: skip

    def tax_choices(self, terms: Terms) -> Taxes:
        return rules_of([id for id, tax in all_taxes().items() if tax.active], terms.day, terms.region)


def _detail(item: Any, there: Stock | None, priced: bool) -> str:
    reader = current_reader()
    price = amount(item.price, company().currency, reader) if priced and item.price is not None else ""
    stock = write_number(there.available, reader, 3, shortest=True) if there is not None else ""
    return " · ".join(filter(None, [item.code, price, stock and _("%(n)s available") % {"n": stock}]))


def _offer(
    ref: Ref, item: Any, prices: PriceList, quantity: Decimal, terms: Terms, held: list[Held]
) -> Offer:
    cost = _here(item.cost, terms)
    priced = Priced(cost, "cost") if terms.buys else prices.price(ref, quantity)
    parts = tuple(_part(one, terms) for one in held)
    return Offer(
        ref=ref,
        name=item.name,
        code=item.code or "",
        unit=item.unit,
        description=item.description or "",
        price=priced.price,
        price_from=priced.source,
        cost=cost,
        taxes=() if parts else rules_of(item.taxes or (), terms.day, terms.region),
        sellable=item.why_not_bought() if terms.buys else item.why_not_sold(terms.day),
        parts=parts,
    )


def _part(held: Held, terms: Terms) -> OfferPart:
    item = held.item
    return OfferPart(
        ref=Ref(item.kind, item.pk), name=item.name, code=item.code or "", unit=item.unit,
        quantity=held.quantity, price=_here(held.price, terms), cost=_here(item.cost, terms),
        taxes=rules_of(item.taxes or (), terms.day, terms.region),
    )  # fmt: skip


def _here(amount: Decimal | None, terms: Terms) -> Decimal:
    """An amount of the company's currency in that of the document."""
    if amount is None:
        return ZERO
    if company().currency == terms.currency or not terms.rate:
        return amount
    return rounded(Fraction(amount) / Fraction(terms.rate), max(2, decimals_of(terms.currency)))
