"""Goods: the lines of a tax invoice, worked out by the same function as the invoice itself, in rupiah.

A line without PPN is no part of a tax invoice. What the whole bears (group mode) is spread over the lines by largest
remainder, so every sum is that of the invoice. Price × quantity − discount gives the base on every line.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from relasi.features.coretax.schema import Schema
from relasi.kits.trade.figures import ZERO, LineFigures, Totals
from relasi.kits.trade.rounding import rounded, shares
from relasi.kits.trade.tax_invoice import FACILITY_CODES
from relasi.kits.trade.tax_rule import TaxAmount
from relasi.kits.trade.totals import totals_of

PPN, PPNBM = "ppn_output", "ppnbm"
# Withheld taxes that only services bear: they tell what a line of free text is.
OF_SERVICES = frozenset({"pph_23"})


@dataclass(frozen=True, slots=True)
class Good:
    """One line, as the file has it. unit: the key of kits.trade.unit, "" for none. rule: the PPN it bears."""

    name: str
    is_service: bool
    code: str
    unit: str
    quantity: Decimal
    price: Decimal
    discount: Decimal
    base: Decimal
    other_base: Decimal
    vat_rate: Decimal
    vat: Decimal
    luxury_rate: Decimal
    luxury: Decimal
    rule: Any


@dataclass(frozen=True, slots=True)
class Part:
    """A line or a charge on its way to a Good. net: before tax. taxes: in the currency of the document."""

    name: str
    is_service: bool
    code: str
    unit: str
    quantity: Decimal
    price: Decimal | None
    net: Decimal
    taxes: Sequence[TaxAmount]


def parts_of(invoice: Any, lines: Sequence[Any], totals: Totals) -> list[Part]:
    """Lines that count and charges, with their own taxes each."""
    counting = [(line, own) for line, own in zip(lines, totals.lines, strict=True) if line.counts]
    spread = _spread(invoice, [own for _line, own in counting], totals)
    found = [
        Part(
            line.name or "", _is_service(line), getattr(line, "goods_code", None) or "", line.unit or "", line.quantity,
            None if invoice.includes_tax else line.price, own.taxed.net, taxes,
        )
        for (line, own), taxes in zip(counting, spread, strict=True)
    ]  # fmt: skip
    found += [
        Part(one.name, True, "", "", Decimal(1), None, one.taxed.net, one.taxes) for one in totals.charges
    ]
    return found


def _is_service(line: Any) -> bool:
    if line.ref is not None:
        return line.ref.kind == "service"
    return any(rule.kind in OF_SERVICES for rule in line.rules)


def _spread(invoice: Any, own: Sequence[LineFigures], totals: Totals) -> Iterator[Sequence[TaxAmount]]:
    """The taxes of each line; those of the whole by the bases of the lines."""
    if invoice.tax_mode != "group":
        yield from (one.taxes for one in own)
        return
    nets = [one.taxed.net for one in own]
    columns = [
        (tax.rule, shares(tax.base, nets, invoice.decimals), shares(tax.amount, nets, invoice.decimals))
        for tax in totals.taxes
    ]
    for place in range(len(own)):
        yield [TaxAmount(rule, bases[place], amounts[place]) for rule, bases, amounts in columns]


def goods_of(
    invoice: Any, lines: Sequence[Any], schema: Schema, code: str, other_places: int
) -> tuple[list[Good], Totals, int]:
    """The goods, the figures they come from, and how many lines bear no PPN. code: of the transaction, "" for that of
    the taxes. other_places: decimals of the other base."""
    totals = totals_of(invoice.as_figures(lines))
    found, left_out = [], 0
    for part in parts_of(invoice, lines, totals):
        vats = [tax for tax in part.taxes if tax.rule.kind == PPN]
        left_out += not vats
        found += [_good(invoice, part, vat, schema, code, other_places) for vat in vats]
    return found, totals, left_out


def _good(invoice: Any, part: Part, vat: TaxAmount, schema: Schema, code: str, other_places: int) -> Good:
    def rupiah(value: Decimal) -> Decimal:
        return rounded(Fraction(value) * Fraction(invoice.rate or 1), schema.places)

    base = rupiah(vat.base)
    covered = (code or vat.rule.transaction_code) in FACILITY_CODES
    rate = schema.facility_rate if covered else vat.rule.rate
    factor = schema.facility_factor if covered else vat.rule.factor
    exact = Fraction(base) * factor
    luxury = next((tax for tax in part.taxes if tax.rule.kind == PPNBM), None)
    whole = part.price is not None and vat.base == part.net
    price, discount = _priced(
        base, part.quantity, rupiah(part.price or ZERO) if whole else None, schema.places
    )
    return Good(
        name=part.name, is_service=part.is_service, code=part.code, unit=part.unit, quantity=part.quantity,
        price=price, discount=discount, base=base, other_base=rounded(exact, other_places), vat_rate=rate,
        vat=rounded(exact * Fraction(rate) / 100, schema.places) if covered else rupiah(vat.amount),
        luxury_rate=luxury.rule.rate if luxury else ZERO, luxury=rupiah(luxury.amount) if luxury else ZERO,
        rule=vat.rule,
    )  # fmt: skip


def _priced(base: Decimal, quantity: Decimal, price: Decimal | None, places: int) -> tuple[Decimal, Decimal]:
    """A price and a discount that give the base: the price of the line, or where that does not come out, the next one
    above the base's own."""
    if price is not None:
        off = Fraction(price) * Fraction(quantity) - Fraction(base)
        if off >= 0 and Fraction(rounded(off, places)) == off:
            return price, rounded(off, places)
    units = Fraction(base) / Fraction(quantity) * 10**places
    price = Decimal(f"{-(-units.numerator // units.denominator)}E-{places}")
    return price, rounded(Fraction(price) * Fraction(quantity) - Fraction(base), places)
