"""Purchase document: what purchase orders and bills share: the vendor, and prices and taxes as one who buys sees them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from relasi.engine.fields.address import AddressField
from relasi.engine.fields.numbers import IntegerField
from relasi.engine.fields.reference import ReferenceField
from relasi.engine.records.record import Record
from relasi.engine.records.refusal import Change, Refusal
from relasi.kits.trade.figures import ZERO
from relasi.kits.trade.priced import PricedDocument
from relasi.kits.trade.shelf import Offer, Ref, Terms, shelf
from relasi.kits.trade.tax_rule import Taxes
from relasi.modules.purchasing.vendor_price import prices_of


class PurchaseDocument(PricedDocument):
    """Abstract."""

    vendor = ReferenceField(
        "purchasing.Vendor", models.PROTECT, verbose_name=_("Vendor"), related_name="%(class)ss", required=True,
        aliases="Pemasok|Vendor Name|Supplier",
    )  # fmt: skip
    vendor_contact = ReferenceField(
        "purchasing.VendorContact", models.PROTECT, verbose_name=_("Contact at the vendor"), related_name="+"
    )
    vendor_address = AddressField(_("Vendor's address"))
    payment_days = IntegerField(_("Payment terms (days)"), min=0, max=365, aliases="Termin|Terms of Payment")

    parties = ("vendor", "vendor_contact")
    kinds = ("product", "service")
    paper_address = "vendor_address"

    class Meta(Record.Meta):
        abstract = True

    def terms_of_sale(self) -> Terms:
        return replace(super().terms_of_sale(), buys=True)

    def offers(self, wanted: Mapping[Ref, Decimal]) -> dict[Ref, Offer]:
        """The vendor's price; else the last one paid to anybody; else the cost the catalog knows."""
        wanted = {ref: quantity for ref, quantity in wanted.items() if ref.kind in self.kinds}
        found = super().offers(wanted)
        prices = (
            prices_of(self.vendor_id, wanted, self.currency, self.date) if self.vendor_id and wanted else {}
        )
        last = last_prices([ref for ref in found if ref not in prices], self.currency)
        offers = {}
        for ref, offer in found.items():
            price, source = offer.price, "cost"
            if ref in prices:
                price, source = prices[ref].price, "vendor"
            elif ref in last:
                price, source = last[ref], "last"
            offers[ref] = replace(
                offer, price=price, price_from=source, cost=ZERO, taxes=self._bought(offer.taxes, ref.kind)
            )
        return offers

    def usual_taxes(self, thing: str) -> Taxes:
        return self._bought(super().usual_taxes(thing), "product")

    def _bought(self, rules: Taxes, kind: str) -> Taxes:
        """Who is not registered for VAT may not ask for it; what we withhold from services the vendor decides first."""
        vendor = self.vendor if self.vendor_id else None
        kept = [rule for rule in rules if vendor is None or vendor.is_pkp or not rule.kind.startswith("ppn")]
        if kind != "service" or vendor is None or vendor.withheld_tax_id is None:
            return tuple(kept)
        known = {rule.code: rule for rule in shelf().tax_choices(self.terms_of_sale())}
        own = known.get(vendor.withheld_tax.code)
        return (*(rule for rule in kept if not rule.is_withheld), *([own] if own is not None else []))

    def clean(self, change: Change) -> None:  # type: ignore[override]
        super().clean(change)
        contact = self.vendor_contact if change.has("vendor_contact") and self.vendor_contact_id else None
        if contact is not None and contact.vendor_id != self.vendor_id:
            raise Refusal("vendor_contact", "BAD_REFERENCE", _("This contact belongs to another vendor."))


def last_prices(refs: list[Ref], currency: str) -> dict[Ref, Decimal]:
    """What each item cost on the newest approved purchase order in this currency."""
    from relasi.modules.purchasing.purchase_flow import STANDING
    from relasi.modules.purchasing.purchase_order import PurchaseLine

    found: dict[Ref, Decimal] = {}
    for kind in {ref.kind for ref in refs}:
        ids = [ref.id for ref in refs if ref.kind == kind]
        rows = PurchaseLine._base_manager.filter(
            **{f"{kind}__in": ids}, trashed_at=None, order__currency=currency, order__trashed_at=None,
            order__status__in=sorted(STANDING),
        )  # fmt: skip
        rows = rows.order_by(kind, "-order__date", "-pk").distinct(kind)
        found |= {Ref(kind, id): price for id, price in rows.values_list(f"{kind}_id", "price")}
    return found


def weighed(lines: list[Any], counted: str) -> Decimal:
    """How many percent of these lines were taken so far, by their worth; by their number where none costs anything."""
    items = [line for line in lines if line.counts]
    worth = any(line.net for line in items)
    weights = [(line.net if worth else Decimal(1), line) for line in items]
    whole = sum((weight for weight, _line in weights), ZERO)
    part = sum((w * min(getattr(line, counted), line.quantity) / line.quantity for w, line in weights), ZERO)
    return round(100 * part / whole, 2) if whole else ZERO
