"""Trade line: one row of a trade document: an item with the terms it was sold on, a section, or a note."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from relasi.engine.declare.module import Module
from relasi.engine.declare.registry import registry
from relasi.engine.fields.boolean import BooleanField
from relasi.engine.fields.choice import ChoiceField, Choices
from relasi.engine.fields.codes import CodesField
from relasi.engine.fields.json import HiddenField
from relasi.engine.fields.money import MoneyField
from relasi.engine.fields.numbers import DecimalField, IntegerField, PercentField
from relasi.engine.fields.reference import ReferenceField
from relasi.engine.fields.text import LongTextField, TextField
from relasi.engine.records.part import Part
from relasi.engine.records.refusal import Change, Refusal
from relasi.kits.trade.figures import ZERO, Component, Discount, Line, LineKind
from relasi.kits.trade.shelf import KINDS, Offer, Ref
from relasi.kits.trade.taking import taken_from
from relasi.kits.trade.tax_rule import Taxes, TaxRule
from relasi.kits.trade.unit import Unit


class Kind(Choices):
    ITEM = "item", _("Item")
    SECTION = "section", _("Section")
    NOTE = "note", _("Note")


class PriceFrom(Choices):
    BOOK = "book", _("Price book"), "toska"
    CUSTOMER = "customer", _("Customer's price book"), "biru"
    SEGMENT = "segment", _("Price book of the segment"), "biru"
    STANDARD = "standard", _("Standard price"), "gray"
    TYPED = "typed", _("Typed in"), "kuning"
    VENDOR = "vendor", _("Vendor's price"), "toska"
    LAST = "last", _("Last purchase price"), "biru"
    COST = "cost", _("Purchase cost"), "gray"


class TradeLine(Part):
    """Abstract. Everything that was agreed is kept here; the catalog may change as it likes.

    takes, counted: see taking.py. taken_amount: the column that says how much a line takes. beyond: column that counts ->
    the one that says how many percent more than the quantity may be taken. passes: references that a line made of it has
    too, and takes from as well. gives_back: reference -> (the column it counts down, by which column of the line, states of
    its document in which it does not).
    left_words: how the page of the document says what is left, by the column that counts. extra: fields the editor asks for
    below an item, of those in editor/rows.py. asks_of_text: below lines of free text too.
    """

    takes: ClassVar[dict[str, str]] = {}
    counted: ClassVar[tuple[str, ...]] = ()
    taken_amount: ClassVar[str] = "quantity"
    beyond: ClassVar[dict[str, str]] = {}
    passes: ClassVar[tuple[str, ...]] = ()
    gives_back: ClassVar[dict[str, tuple[str, str, frozenset[str]]]] = {}
    left_words: ClassVar[dict[str, Any]] = {}
    extra: ClassVar[tuple[str, ...]] = ()
    asks_of_text: ClassVar[bool] = False

    kind = ChoiceField(Kind, _("Kind of line"), default=Kind.ITEM, required=True)
    position = IntegerField(_("Order"), min=0, default=0, required=True, foot="")
    product = ReferenceField("catalog.Product", models.PROTECT, verbose_name=_("Product"), related_name="+")
    service = ReferenceField("catalog.Service", models.PROTECT, verbose_name=_("Service"), related_name="+")
    bundle = ReferenceField(
        "catalog.ProductBundle", models.PROTECT, verbose_name=_("Bundle"), related_name="+"
    )
    name = TextField(_("Name"), aliases="Nama Barang|Item Name|Barang")
    code = TextField(_("Code"), max_length=50, editable=False)
    description = LongTextField(_("Description"))
    unit = ChoiceField(Unit, _("Unit"))
    quantity = DecimalField(_("Quantity"), min=0, aliases="Jumlah|Kuantitas|Qty")
    price = MoneyField(_("Price"), min=0, aliases="Harga|Harga Satuan|Unit Price|List Price", foot="average")
    price_from = ChoiceField(PriceFrom, _("Price from"), editable=False)
    discount_percent = PercentField(_("Discount"))
    discount_amount = MoneyField(_("Discount amount"), min=0)
    optional = BooleanField(_("Optional"))
    chosen = BooleanField(_("Chosen"), default=False)
    # Codes of the taxes somebody chose; what they come to on the day of the document stands in tax_rules.
    taxes = CodesField(_("Taxes"), editable=True, aliases="Pajak|Kode Pajak|Tax")
    cost = MoneyField(_("Purchase cost"), min=0, foot="average")
    tax_rules = HiddenField(_("Taxes as they stood"))
    components = HiddenField(_("What the bundle holds"))

    gross = MoneyField(_("Gross"), default=0, required=True, editable=False)
    discount = MoneyField(_("Line discount"), default=0, required=True, editable=False)
    net = MoneyField(_("Net"), default=0, required=True, editable=False)
    share = MoneyField(_("Share of the discount"), default=0, required=True, editable=False)
    base = MoneyField(_("Before tax"), default=0, required=True, editable=False)
    tax = MoneyField(_("Tax"), default=0, required=True, editable=False)
    total = MoneyField(_("Total"), default=0, required=True, editable=False)
    cost_total = MoneyField(_("Cost"), default=0, required=True, editable=False)

    class Meta(Part.Meta):
        abstract = True

    @classmethod
    def followers(cls, records: list[Any], lines: Any) -> Iterator[tuple[Module, Any]]:
        """Of lines written without their document, as by an undo."""
        return taken_from(registry.of(cls), records)

    def __str__(self) -> str:
        return self.name or ""

    @classmethod
    def open_to(cls, source: Any, left: Decimal) -> Decimal:
        """How much of a line of another document this kind of line may take. left: what was not taken yet."""
        return left

    @property
    def is_item(self) -> bool:
        return self.kind == Kind.ITEM

    @property
    def counts(self) -> bool:
        return self.is_item and (not self.optional or self.chosen)

    @property
    def ref(self) -> Ref | None:
        return next((Ref(k, id) for k in KINDS if (id := getattr(self, f"{k}_id"))), None)

    @property
    def rules(self) -> Taxes:
        return tuple(TaxRule.from_json(one) for one in self.tax_rules or ())

    @property
    def margin(self) -> Decimal:
        return self.base - self.cost_total

    def before_save(self, change: Change) -> None:
        if not self.is_item:
            self.quantity = self.price = self.unit = self.price_from = self.cost = None
            self.product_id = self.service_id = self.bundle_id = None
            self.discount_percent = self.discount_amount = self.components = None
            self.taxes = self.tax_rules = None
            return
        if self.quantity is None:
            self.quantity = Decimal(1)
        if self.discount_percent is not None and not self.discount_percent:
            self.discount_percent = None
        if self.discount_percent is not None:
            self.discount_amount = None

    def offered(self, offer: Offer) -> None:
        """Hears what the shelf asks for it now, whatever was typed."""

    def take(self, offer: Offer, change: Change) -> None:
        """The terms of the shelf, where nobody typed others."""
        self.offered(offer)
        self.code = offer.code or None
        for name, value in (("name", offer.name), ("unit", offer.unit), ("description", offer.description)):
            if not getattr(self, name):
                setattr(self, name, value or None)
        if self.price is None:
            self.price, self.price_from = offer.price, offer.price_from
        elif self.price_from != offer.price_from or self.price != offer.price:
            self.price_from = offer.price_from if self.price == offer.price else PriceFrom.TYPED.value
        self.cost = offer.cost
        if not change.has("taxes"):
            self.set_taxes(offer.taxes)
        self.components = [part_json(part) for part in offer.parts] or None

    def set_taxes(self, rules: Taxes) -> None:
        self.taxes = [rule.code for rule in rules] or None
        self.tax_rules = [rule.as_json() for rule in rules] or None

    def reprice(self, offer: Offer) -> None:
        """Another quantity may have another price; one that somebody typed stays, one that was emptied comes anew."""
        self.offered(offer)
        if self.price is None or self.price_from != PriceFrom.TYPED:
            self.price, self.price_from = offer.price, offer.price_from

    def clean(self, change: Any = None) -> None:
        if not self.is_item:
            return
        if not self.name:
            raise Refusal("name", "REQUIRED", _("Choose an item or write what is sold."))
        if not self.quantity or self.quantity <= 0:
            raise Refusal("quantity", "OUT_OF_RANGE", _("This must be more than zero."))
        if self.price is None:
            raise Refusal("price", "REQUIRED", _("This must be filled in."))

    def as_figures(self) -> Line:
        """The line as the computation takes it."""
        if not self.is_item:
            return Line(kind=LineKind(self.kind))
        parts = [_component(one) for one in self.components or ()]
        return Line(
            self.quantity or ZERO, self.price or ZERO, Discount(self.discount_percent, self.discount_amount),
            self.rules, self.cost or ZERO, parts, LineKind.ITEM, self.counts,
        )  # fmt: skip


# What was agreed of a line.
AGREED = frozenset({
    "product_id", "service_id", "bundle_id", "price", "discount_percent", "discount_amount", "tax_rules", "kind",
})  # fmt: skip


# What a line is, whatever it costs.
WHAT = frozenset({"product_id", "service_id", "bundle_id", "kind", "optional", "chosen"})


def refuse_agreed(change: Change, counted: tuple[str, ...], agreed: frozenset[str] = AGREED) -> None:
    """Of a line from which other documents have taken the quantity may grow; what was agreed stays. counted: the columns
    that say whether they have. agreed: the columns that stay. Raises Refusal."""
    for place, line in enumerate(change.lines):
        if not line.is_new and any(getattr(line.record, n) for n in counted) and agreed & set(line.columns()):
            message = _("Other documents stand on this line already: only its quantity can still change.")
            raise Refusal(f"lines.{place}.name", "CLOSED_RECORD", message)


def part_json(part: Any) -> dict[str, Any]:
    return {
        "kind": part.ref.kind, "id": part.ref.id, "name": part.name, "code": part.code, "unit": part.unit,
        "quantity": str(part.quantity), "price": str(part.price), "cost": str(part.cost),
        "taxes": [rule.as_json() for rule in part.taxes],
    }  # fmt: skip


def _component(stored: dict[str, Any]) -> Component:
    rules = tuple(TaxRule.from_json(one) for one in stored["taxes"])
    quantity, price, cost = (Decimal(stored[name]) for name in ("quantity", "price", "cost"))
    return Component(quantity, price, cost, rules)


def line_checks(name: str) -> list[models.CheckConstraint]:
    """What every stored line obeys, whoever wrote it."""
    item = ~Q(kind="item")
    return [
        models.CheckConstraint(condition=item | Q(quantity__gt=0, price__gte=0), name=f"{name}_item"),
        models.CheckConstraint(
            condition=Q(net=F("gross") - F("discount"), total=F("base") + F("tax")), name=f"{name}_adds_up"
        ),
        models.CheckConstraint(
            condition=Q(discount__gte=0, share__gte=0, net__gte=0), name=f"{name}_discounts"
        ),
    ]
