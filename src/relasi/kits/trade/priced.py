"""Priced document: what everything with priced lines shares, sold or bought: its terms, taxes and what it comes to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from relasi.engine.access.company import company
from relasi.engine.declare.module import Module
from relasi.engine.declare.registry import registry
from relasi.engine.fields.address import AddressField
from relasi.engine.fields.boolean import BooleanField
from relasi.engine.fields.choice import ChoiceField, Choices
from relasi.engine.fields.dates import DateField
from relasi.engine.fields.json import HiddenField
from relasi.engine.fields.money import CurrencyField, MoneyField, decimals_of
from relasi.engine.fields.numbers import DecimalField, PercentField
from relasi.engine.fields.reference import ReferenceField
from relasi.engine.fields.text import LongTextField, TextField
from relasi.engine.records.record import Record
from relasi.engine.records.refusal import Change, Refusal
from relasi.kits.pipeline.days import today
from relasi.kits.trade.charges import ChargesField, charges_of, take_charges, told
from relasi.kits.trade.copying import AS_AGREED
from relasi.kits.trade.figures import ZERO, Discount, Document, LineFigures, TaxMode, Totals
from relasi.kits.trade.flow import Flow
from relasi.kits.trade.line import TradeLine
from relasi.kits.trade.list_price import TERMS, is_listed
from relasi.kits.trade.shelf import KINDS, Offer, Ref, Terms, shelf
from relasi.kits.trade.taking import Way, left_of, taken_by, taken_from
from relasi.kits.trade.tax_change import follow_date
from relasi.kits.trade.tax_rule import TaxAmount, Taxes, TaxRule, in_order, merged
from relasi.kits.trade.totals import totals_of

PASSED_ON = (
    "deal",
    "quote",
    "sales_order",
    "customer_po",
    "payment_days",
    "instalments",
    "carrier",
    "shipping_term",
)


class TaxedHow(Choices):
    INDIVIDUAL = "individual", _("On each line"), "biru"
    GROUP = "group", _("On the whole"), "toska"


class PricedDocument(Record):
    """Abstract. The concrete class has a status, the reference of its lines, and a flow.

    parties: its references to whom it is made out, the first found on its paper. kinds: what can stand on its lines.
    """

    subject = TextField(_("Subject"), required=True, aliases="Subjek|Perihal|Judul")
    date = DateField(_("Date"), aliases="Tanggal")
    currency = CurrencyField(_("Currency"), aliases="Mata Uang")
    rate = DecimalField(
        _("Exchange rate"), places=6, min=0, aliases="Kurs|Conversion Rate",
        help_text=_("What one unit of the currency is worth in the company's."), foot=""
    )  # fmt: skip
    tax_mode = ChoiceField(TaxedHow, _("Tax worked out"), default=TaxedHow.INDIVIDUAL, required=True)
    tax_region = ReferenceField(
        "catalog.TaxRegion", models.PROTECT, verbose_name=_("Tax region"), related_name="+"
    )
    includes_tax = BooleanField(_("Prices include tax"))
    discount_percent = PercentField(_("Discount"))
    discount_amount = MoneyField(_("Discount amount"), min=0, currency_field="currency")
    shipping = MoneyField(_("Shipping"), min=0, currency_field="currency", aliases="Ongkos Kirim|S&H Amount")
    other_charges = ChargesField(
        _("Other charges"), editable=True, aliases="Biaya Lain|Biaya Lainnya|Charges"
    )
    adjustment = MoneyField(_("Adjustment"), currency_field="currency", aliases="Pembulatan|Penyesuaian")
    billing_address = AddressField(_("Billing address"), aliases="Alamat Penagihan")
    shipping_address = AddressField(_("Shipping address"), aliases="Alamat Pengiriman")
    terms = LongTextField(_("Terms and conditions"), aliases="Syarat dan Ketentuan|Terms & Conditions")
    notes = LongTextField(_("Internal notes"), aliases="Catatan")

    group_tax_rules = HiddenField(_("Taxes of the whole"))
    shipping_tax_rules = HiddenField(_("Taxes on shipping"))
    charge_tax_rules = HiddenField(_("Taxes on other charges"))
    charge_summary = HiddenField(_("What the other charges come to"))
    tax_summary = HiddenField(_("Tax table"))
    gross_total = MoneyField(_("Gross"), default=0, required=True, editable=False, currency_field="currency")
    line_discount_total = MoneyField(
        _("Line discounts"), default=0, required=True, editable=False, currency_field="currency"
    )
    subtotal = MoneyField(_("Subtotal"), default=0, required=True, editable=False, currency_field="currency")
    discount_total = MoneyField(
        _("Discount on the whole"), default=0, required=True, editable=False, currency_field="currency"
    )
    goods_total = MoneyField(
        _("Before tax"), default=0, required=True, editable=False, currency_field="currency"
    )
    tax_total = MoneyField(_("Tax"), default=0, required=True, editable=False, currency_field="currency")
    charge_total = MoneyField(
        _("Charges"), default=0, required=True, editable=False, currency_field="currency"
    )
    charge_tax_total = MoneyField(
        _("Tax on charges"), default=0, required=True, editable=False, currency_field="currency"
    )
    grand_total = MoneyField(_("Total"), default=0, required=True, editable=False, currency_field="currency")
    withheld_total = MoneyField(
        _("Withheld"), default=0, required=True, editable=False, currency_field="currency"
    )
    payable = MoneyField(_("Payable"), default=0, required=True, editable=False, currency_field="currency")

    flow: ClassVar[Flow]
    tells_stock: ClassVar[bool] = False  # whether its editor says how many are there
    keeps_rates: ClassVar[bool] = False  # whether its taxes are always those of what it was made of
    parties: ClassVar[tuple[str, ...]] = ()
    kinds: ClassVar[tuple[str, ...]] = KINDS
    # What stands at the head of its PDF, the address it goes to, and the facts beside it.
    paper_title: ClassVar[Any]
    paper_address: ClassVar[str] = "billing_address"
    paper_facts: ClassVar[tuple[str, ...]] = (
        "date", "valid_until", "due_date", "delivery_date", "customer_po", "tax_invoice_number", "carrier", "shipping_term",
    )  # fmt: skip
    status: Any
    lines: Any

    class Meta(Record.Meta):
        abstract = True

    @property
    def decimals(self) -> int:
        return decimals_of(self.currency or company().currency)

    @property
    def is_frozen(self) -> bool:
        return self.status in self.flow.frozen

    def lines_in_order(self) -> list[TradeLine]:
        return lines_by_document(type(self), [self.pk])[self.pk]

    def before_save(self, change: Change) -> None:
        if not change.is_new and change.old("status") in self.flow.frozen:
            return
        self._defaults()
        lines = [one.record for one in change.lines]
        if change.authorised != AS_AGREED:
            self._take_from_shelf(change)
        self.set_figures(lines, totals_of(self.as_figures(lines)))

    def _defaults(self) -> None:
        home = company().currency
        if self.date is None:
            self.date = today()
        if self.currency is None:
            self.currency = home
        if self.currency == home:
            self.rate = Decimal(1)
        if self.discount_percent is not None and not self.discount_percent:
            self.discount_percent = None
        if self.discount_percent is not None:
            self.discount_amount = None

    def terms_of_sale(self) -> Terms:
        return Terms(self.currency, self.rate or ZERO, self.date, region=self.tax_region_id)

    @classmethod
    def followers(cls, records: list[Any], lines: list[Any] | None) -> Iterator[tuple[Module, Any]]:
        """For the engine: the documents they come from, of which less or more is left by this write."""
        rows = taken_by(cls, [one.pk for one in records if one.pk]) if lines is None else lines
        return taken_from(registry.of(cls).lines_module, rows)

    # What the shelf gives this document; who buys takes other prices and taxes from it than who sells.
    def offers(self, wanted: Mapping[Ref, Decimal]) -> dict[Ref, Offer]:
        return shelf().offers(wanted, self.terms_of_sale())

    def usual_taxes(self, thing: str) -> Taxes:
        return shelf().taxes(self.terms_of_sale(), thing)

    def _take_from_shelf(self, change: Change) -> None:
        """New items bring name, price, cost and taxes; another quantity may bring another price."""
        items = [one for one in change.lines if one.record.is_item]
        fresh = [one for one in items if one.record.ref and any(map(one.has, KINDS))]
        known = [one for one in items if one.record.ref and one not in fresh]
        moved = [one for one in known if self._asks_anew(change, one)]
        for one in items:
            if not one.is_new and one not in fresh and one.has("price") and one.record.price is not None:
                one.record.price_from = "typed"
        offers = self._offers_for([*fresh, *moved])
        for one in fresh:
            self._take(one, offers.get(one.record.ref))
        for one in moved:
            if offer := offers.get(one.record.ref):
                asked = one.record.price is None or one.has("quantity")
                (one.record.reprice if asked else one.record.offered)(offer)
        self._choose_taxes(change)
        take_charges(self, change)
        if not change.is_new and change.has("date") and not self.keeps_rates:
            follow_date(self, [one.record for one in change.lines if one.record.is_item], change.old("date"))
        if change.is_new or change.has("tax_region"):
            self.shipping_tax_rules = _stored(self.usual_taxes("charges"))
            self.group_tax_rules = _stored(self.usual_taxes("products"))

    def _asks_anew(self, change: Change, line: Change) -> bool:
        """Whether the shelf is asked again about an item that stands there already."""
        if line.record.price is None or line.has("quantity"):
            return True
        return not change.is_new and is_listed(line.record) and any(map(change.has, TERMS))

    def _offers_for(self, lines: list[Change]) -> dict[Ref, Offer]:
        wanted: dict[Ref, Decimal] = {}
        for one in lines:
            wanted[one.record.ref] = max(one.record.quantity or ZERO, wanted.get(one.record.ref, ZERO))
        return self.offers(wanted) if wanted else {}

    def _choose_taxes(self, change: Change) -> None:
        """Taxes by their codes, as they stand on the day of the document; a line of free text has the usual ones."""
        chosen = [one for one in change.lines if one.record.is_item and one.has("taxes")]
        plain = [
            one for one in change.lines
            if one.record.is_item and one.is_new and not one.record.ref and one.record.taxes is None
        ]  # fmt: skip
        moved = [one for one in change.lines if one.record.taxes] if change.has("tax_region") else []
        if not (chosen or plain or moved):
            return
        known = {rule.code: rule for rule in shelf().tax_choices(self.terms_of_sale())}
        for one in (*chosen, *moved):
            if not one.record.components:
                self._set_taxes(one, known, refuse=one in chosen)
        for one in plain:
            one.record.set_taxes(self.usual_taxes("products"))

    def _set_taxes(self, line: Change, known: dict[str, TaxRule], *, refuse: bool) -> None:
        """refuse: somebody chose them. What stood on the line before may stay, though it is sold with no more."""
        kept = {rule.code: rule for rule in line.record.rules} | known
        codes = line.record.taxes or ()
        for code in codes if refuse else ():
            if code not in kept:
                line.refuse("taxes", "BAD_REFERENCE", _("“%(text)s” was not found.") % {"text": code})
        rules = kept if refuse else known
        line.record.set_taxes(tuple(rules[code] for code in codes if code in rules))

    def _take(self, line: Change, offer: Offer | None) -> None:
        if offer is None:
            line.refuse("name", "BAD_REFERENCE", _("The chosen record is not there any more."))
        elif offer.sellable:
            line.refuse("name", "INVALID_TRANSITION", offer.sellable)
        else:
            line.record.take(offer, line)

    def as_figures(self, lines: Iterable[TradeLine]) -> Document:
        """The document as the computation takes it."""
        return Document(
            lines=[line.as_figures() for line in lines], decimals=self.decimals,
            discount=Discount(self.discount_percent, self.discount_amount), mode=TaxMode(self.tax_mode),
            group_taxes=_rules(self.group_tax_rules), charges=charges_of(self), adjustment=self.adjustment or ZERO,
            includes_tax=bool(self.includes_tax),
        )  # fmt: skip

    def set_figures(self, lines: list[TradeLine], totals: Totals) -> None:
        for line, figures in zip(lines, totals.lines, strict=True):
            _set_line(line, figures)
        self.gross_total, self.line_discount_total = totals.gross, totals.line_discount
        self.subtotal, self.discount_total = totals.subtotal, totals.discount
        self.goods_total, self.tax_total = totals.goods.net, totals.goods.tax
        self.charge_total, self.charge_tax_total = totals.charged.net, totals.charged.tax
        self.charge_summary = told(self, totals.charges)
        self.grand_total, self.withheld_total = totals.grand_total, totals.withheld_total
        self.payable = totals.payable
        self.tax_summary = [
            *(tax_json(one, self.decimals) for one in merged([*totals.taxes, *totals.charge_taxes])),
            *(tax_json(one, self.decimals) for one in totals.withheld),
        ] or None

    def clean(self, change: Change) -> None:  # type: ignore[override]
        self.flow.check(self, change)
        if not self.rate:
            raise Refusal("rate", "REQUIRED", _("Write the exchange rate of this currency."))

    # What the documents made of this one ask.
    def gives_to(self, target: Any) -> Collection[str]:
        """The states in which a document of that class can be made of it."""
        return self.flow.gives

    def proposes(self, lines: list[Any], way: Way) -> dict[int, Decimal]:
        """Line id -> how much of it goes to the next document unless somebody says otherwise."""
        return {line.pk: left for line in lines if (left := left_of(line, way)) > 0}

    def before_trash(self) -> None:
        self.flow.check_trash(self)

    def passes_on(self, target: Any) -> dict[str, Any]:
        """What a document made of this one has besides what all documents share: the fields both have, and the
        reference to this one."""
        own, theirs = registry.of(self).fields, registry.of(target).fields
        found = {
            name: getattr(self, own[name].attname) for name in PASSED_ON if name in own and name in theirs
        }
        for name, field in theirs.items():
            if field.related_model is type(self) and type(self) is not target:
                found[name] = self.pk
        return found


def lines_by_document(model: type[models.Model], ids: Iterable[int]) -> dict[int, list[Any]]:
    """The living lines of these documents of one class, in their order."""
    lines = registry.of(model).lines_module
    whole = lines.whole.attname
    found: dict[int, list[Any]] = defaultdict(list)
    rows = lines.model._base_manager.filter(**{f"{whole}__in": list(ids)}, trashed_at=None)
    for line in rows.order_by("position", "pk"):
        found[getattr(line, whole)].append(line)
    return found


def _stored(rules: Taxes) -> list[dict[str, Any]] | None:
    return [rule.as_json() for rule in rules] or None


def _rules(stored: list[dict[str, Any]] | None) -> tuple[TaxRule, ...]:
    return in_order(TaxRule.from_json(one) for one in stored or ())


def _set_line(line: TradeLine, figures: LineFigures) -> None:
    line.gross, line.discount, line.net, line.share = (
        figures.gross,
        figures.discount,
        figures.net,
        figures.share,
    )
    line.base, line.tax, line.total = figures.taxed.net, figures.taxed.tax, figures.taxed.gross
    line.cost_total = figures.cost


def tax_json(one: TaxAmount, decimals: int) -> dict[str, Any]:
    """A row of the tax table as it is stored and printed. shown: the base with its factor, rounded for the eye."""
    return {
        **one.rule.as_json(),
        "base": str(one.base),
        "shown": str(one.shown_base(decimals)),
        "amount": str(one.amount),
    }


def priced_checks(name: str) -> list[models.CheckConstraint]:
    """What every stored document obeys, whoever wrote it: the figures add up."""
    total = F("goods_total") + F("tax_total") + F("charge_total") + F("charge_tax_total")
    return [
        models.CheckConstraint(
            condition=Q(adjustment=None, grand_total=total) | Q(grand_total=total + F("adjustment")),
            name=f"{name}_adds_up",
        ),
        models.CheckConstraint(condition=Q(payable=F("grand_total") - F("withheld_total")), name=f"{name}_payable"),
        models.CheckConstraint(
            condition=Q(includes_tax=False, goods_total=F("subtotal") - F("discount_total"))
            | Q(includes_tax=True, goods_total=F("subtotal") - F("discount_total") - F("tax_total")),
            name=f"{name}_goods",
        ),
        models.CheckConstraint(
            condition=Q(discount_total__gte=0, discount_total__lte=F("subtotal")), name=f"{name}_discount"
        ),
    ]  # fmt: skip
