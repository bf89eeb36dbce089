"""Totals: the one function every figure of a trade document comes from: form, save, list, report, PDF and API.

1 line: gross, own discount, net · 2 document discount · 3 spread over the lines by largest remainder · 4 taxes on
what is left, on each line or once for all · 5 charges with their taxes · 6 adjustment · 7 taxes the buyer withholds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from django.utils.translation import gettext_lazy as _

from relasi.engine.declare.refusal import Refusal
from relasi.kits.trade.figures import (
    ZERO,
    Charge,
    ChargeFigures,
    Component,
    Discount,
    Document,
    Line,
    LineFigures,
    LineKind,
    TaxMode,
    Totals,
)
from relasi.kits.trade.rounding import rounded, rounded_product, shares
from relasi.kits.trade.tax_rule import (
    WITHHELD,
    TaxAmount,
    Taxes,
    TaxRule,
    in_order,
    merged,
    tax_inside,
    tax_on,
)
from relasi.kits.trade.taxed import NOTHING, Taxed


def totals_of(document: Document) -> Totals:
    """All figures of the document. Raises Refusal; the field of one about a line is "lines.<place>.<name>"."""
    decimals = document.decimals
    figures = [_line(place, line, decimals) for place, line in enumerate(document.lines)]
    counting = [(one, own) for one, own in zip(document.lines, figures, strict=True) if _counts(one)]
    own = [figure for _line_given, figure in counting]
    subtotal = _sum(one.net for one in own)
    discount = document.discount.off(subtotal, decimals, "discount")
    for one, share in zip(own, shares(discount, [one.net for one in own], decimals), strict=True):
        one.share = share
    group = document.mode == TaxMode.GROUP
    taxes = _tax_together(document, counting) if group else _tax_each(document, counting)
    _tax_options(document, figures)
    _sections(document.lines, figures)
    charges = [_charge(one, subtotal - discount, document) for one in document.charges]
    return Totals(
        lines=figures,
        charges=charges,
        gross=_sum(one.gross for one in own),
        line_discount=_sum(one.discount for one in own),
        subtotal=subtotal,
        discount=discount,
        goods=sum((one.taxed for one in own), NOTHING),
        charged=sum((one.taxed for one in charges), NOTHING),
        taxes=taxes,
        charge_taxes=merged(amount for one in charges for amount in one.taxes),
        withheld=_withheld(own, decimals),
        adjustment=rounded(document.adjustment, decimals),
        cost=_sum(one.cost for one in own),
    )


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, ZERO)


def _counts(line: Line) -> bool:
    return line.kind == LineKind.ITEM and line.counts


def _line(place: int, line: Line, decimals: int) -> LineFigures:
    if line.kind != LineKind.ITEM:
        return LineFigures()
    gross = rounded_product(line.quantity, line.price, decimals)
    discount = line.discount.off(gross, decimals, f"lines.{place}.discount")
    unit_cost = _unit_cost(line)
    cost = rounded_product(line.quantity, unit_cost, decimals) if unit_cost else ZERO
    return LineFigures(gross=gross, discount=discount, net=gross - discount, cost=cost)


def _unit_cost(line: Line) -> Decimal | Fraction:
    if not line.components:
        return line.cost
    return sum((Fraction(one.quantity) * Fraction(one.cost) for one in line.components), Fraction(0))


def _tax_each(document: Document, counting: Sequence[tuple[Line, LineFigures]]) -> list[TaxAmount]:
    """Individual mode: the tax of each line is rounded by itself."""
    for line, figure in counting:
        _tax_line(line, figure, document)
    return merged(amount for _line_given, figure in counting for amount in figure.taxes)


def _tax_line(line: Line, figure: LineFigures, document: Document) -> None:
    if not line.components:
        figure.taxed, taxes = _taxed(figure.net - figure.share, _added(line.taxes), document)
        figure.taxes = merged(taxes) if len(taxes) > 1 else taxes
        if any(rule.method == WITHHELD for rule in line.taxes):
            figure.withheld = [
                TaxAmount(rule, figure.taxed.net, ZERO) for rule in line.taxes if rule.is_withheld
            ]
        return
    parts = _parts(line)
    amounts = shares(figure.net - figure.share, [_weight(one) for one in parts], document.decimals)
    groups: dict[Taxes, list[tuple[Component, Decimal]]] = {}
    for part, amount in zip(parts, amounts, strict=True):
        groups.setdefault(_added(part.taxes), []).append((part, amount))
    for rules, members in groups.items():
        taxed, taxes = _taxed(_sum(amount for _part, amount in members), rules, document)
        figure.taxed += taxed
        figure.taxes += taxes
        nets = shares(taxed.net, [amount for _part, amount in members], document.decimals)
        _note_withheld(figure, zip((part for part, _amount in members), nets, strict=True))
    figure.taxes = merged(figure.taxes)


def _tax_together(document: Document, counting: Sequence[tuple[Line, LineFigures]]) -> list[TaxAmount]:
    """Group mode: each tax is rounded once on the whole; the lines get their part of it for reports."""
    own = [figure for _line_given, figure in counting]
    bases = [figure.net - figure.share for figure in own]
    taxed, taxes = _taxed(_sum(bases), _added(document.group_taxes), document)
    nets = shares(taxed.net, bases, document.decimals) if document.includes_tax else bases
    parts = shares(taxed.tax, bases, document.decimals)
    for (line, figure), net, tax in zip(counting, nets, parts, strict=True):
        figure.taxed = Taxed(net, tax, net + tax)
        components = _parts(line)
        spread = shares(net, [_weight(one) for one in components], document.decimals)
        _note_withheld(figure, zip(components, spread, strict=True))
    return taxes


def _tax_options(document: Document, figures: Sequence[LineFigures]) -> None:
    """An option that nobody has chosen shows what it would come to, without the document's discount."""
    for line, figure in zip(document.lines, figures, strict=True):
        if line.kind == LineKind.ITEM and not line.counts:
            own = document.group_taxes if document.mode == TaxMode.GROUP else line.taxes
            figure.taxed, figure.taxes = _taxed(figure.net, _added(own), document)


def _parts(line: Line) -> Sequence[Component]:
    """What the tax of a line is worked out on: its components, or itself."""
    return line.components or [Component(Decimal(1), Decimal(1), line.cost, line.taxes)]


def _weight(part: Component) -> Fraction:
    return Fraction(part.quantity) * Fraction(part.price)


def _added(rules: Iterable[TaxRule]) -> Taxes:
    return _added_of(tuple(rules))


# Most lines of a document have the same taxes.
@lru_cache(maxsize=500)
def _added_of(rules: Taxes) -> Taxes:
    return in_order(rule for rule in rules if not rule.is_withheld)


def _taxed(amount: Decimal, rules: Taxes, document: Document) -> tuple[Taxed, list[TaxAmount]]:
    """amount: as prices are given, with its taxes inside or not."""
    if document.includes_tax:
        return tax_inside(amount, rules, document.decimals)
    taxes = tax_on(amount, rules, document.decimals)
    tax = taxes[0].amount if len(taxes) == 1 else _sum(one.amount for one in taxes)
    return Taxed(amount, tax, amount + tax), taxes


def _note_withheld(figure: LineFigures, parts: Iterable[tuple[Component, Decimal]]) -> None:
    """The bases of what the buyer withholds; the amounts are rounded once for the document."""
    for part, base in parts:
        figure.withheld += [TaxAmount(rule, base, ZERO) for rule in part.taxes if rule.is_withheld]
    figure.withheld = merged(figure.withheld)


def _withheld(own: Sequence[LineFigures], decimals: int) -> list[TaxAmount]:
    bases = merged(one for figure in own for one in figure.withheld)
    return [
        TaxAmount(one.rule, one.base, rounded_product(one.base, one.rule.share, decimals)) for one in bases
    ]


def _charge(charge: Charge, goods: Decimal, document: Document) -> ChargeFigures:
    if any(rule.is_withheld for rule in charge.taxes):
        raise Refusal("charges", "INVALID_VALUE", _("A tax that is withheld cannot stand on a charge."))
    part = Fraction(goods) * Fraction(charge.percent or ZERO) / 100
    exact = charge.amount if charge.amount is not None else part
    taxed, taxes = _taxed(rounded(exact, document.decimals), _added(charge.taxes), document)
    return ChargeFigures(charge.name, taxed, taxes)


def _sections(lines: Sequence[Line], figures: Sequence[LineFigures]) -> None:
    """Every section is the sum of the lines below it, to the next section."""
    section: LineFigures | None = None
    for line, figure in zip(lines, figures, strict=True):
        if line.kind == LineKind.SECTION:
            section, figure.subtotal = figure, ZERO
        elif section is not None and section.subtotal is not None and _counts(line):
            section.subtotal += figure.net


def instalments(total: Decimal, percents: Sequence[Decimal], decimals: int) -> list[Decimal]:
    """The total in parts that add up to it: 30 %, 40 %, 30 %. percents: they add up to 100."""
    if sum(percents) != 100:
        raise ValueError(f"{percents} do not add up to 100")
    return shares(total, percents, decimals)


def mirrored(document: Document) -> Document:
    """The document that takes this one back whole: every figure of it is the negative one."""

    def turned(discount: Discount) -> Discount:
        return discount if discount.amount is None else Discount(amount=-discount.amount)

    lines = [replace(o, quantity=-o.quantity, discount=turned(o.discount)) for o in document.lines]
    charges = [c if c.amount is None else replace(c, amount=-c.amount) for c in document.charges]
    return replace(
        document, lines=lines, charges=charges, discount=turned(document.discount),
        adjustment=-document.adjustment,
    )  # fmt: skip
