"""Tax rules as a document holds them: a snapshot of rate and base, and the amounts they give on a base."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext_lazy as _

from relasi.engine.declare.refusal import Refusal
from relasi.kits.trade.rounding import rounded, rounded_product
from relasi.kits.trade.taxed import Taxed

SIMPLE, COMPOUND, WITHHELD = "simple", "compound", "withheld"


@dataclass(frozen=True, slots=True)
class TaxRule:
    """rate: percent. numerator/denominator: the part of the price it is taken on, 11/12 for the usual PPN.

    compounds_on: codes of the taxes whose amounts belong to its base. kind: what it is for reports ("ppn_output").
    transaction_code: of the Faktur Pajak, "" where it has none.
    """

    code: str
    name: str
    rate: Decimal
    numerator: int = 1
    denominator: int = 1
    method: str = SIMPLE
    compounds_on: tuple[str, ...] = ()
    kind: str = ""
    transaction_code: str = ""

    def __hash__(self) -> int:
        # Its code nearly always tells it from others; the rest is compared where it does not.
        return hash(self.code)

    @property
    def factor(self) -> Fraction:
        return Fraction(self.numerator, self.denominator)

    @property
    def share(self) -> Fraction:
        """What it takes of its base: rate × factor."""
        return _share(self.rate, self.numerator, self.denominator)

    @property
    def is_withheld(self) -> bool:
        return self.method == WITHHELD

    def as_json(self) -> dict[str, Any]:
        return {
            "code": self.code, "name": self.name, "rate": str(self.rate), "numerator": self.numerator,
            "denominator": self.denominator, "method": self.method, "compounds_on": list(self.compounds_on),
            "kind": self.kind, "transaction_code": self.transaction_code,
        }  # fmt: skip

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> TaxRule:
        own = {name: stored[name] for name in cls.__slots__ if name in stored}
        own |= {"rate": Decimal(own["rate"]), "compounds_on": tuple(own.get("compounds_on", ()))}
        return cls(**own)


@lru_cache(maxsize=1000)
def _share(rate: Decimal, numerator: int, denominator: int) -> Fraction:
    return Fraction(rate) / 100 * Fraction(numerator, denominator)


Taxes = tuple[TaxRule, ...]


@dataclass(frozen=True, slots=True)
class TaxAmount:
    """What one tax comes to. base: the taxable base before its factor, what it compounds on included."""

    rule: TaxRule
    base: Decimal
    amount: Decimal

    def shown_base(self, decimals: int) -> Decimal:
        """The base printed (DPP): with the factor, rounded for the eye and never used again."""
        return rounded(Fraction(self.base) * self.rule.factor, decimals)


def in_order(rules: Iterable[TaxRule]) -> Taxes:
    """Each tax after those it compounds on, otherwise as given. Taxes that are not there are not waited for.

    Raises Refusal when taxes compound on each other in a circle.
    """
    waiting, found = list(rules), []
    if not any(rule.compounds_on for rule in waiting):
        return tuple(waiting)
    while waiting:
        codes = {rule.code for rule in waiting}
        ready = [rule for rule in waiting if not codes & set(rule.compounds_on)]
        if not ready:
            names = ", ".join(rule.name for rule in waiting)
            message = _("These taxes are taken on each other in a circle: %(names)s.") % {"names": names}
            raise Refusal("taxes", "OUT_OF_RANGE", message)
        found += ready
        waiting = [rule for rule in waiting if rule not in ready]
    return tuple(found)


def tax_on(base: Decimal, rules: Sequence[TaxRule], decimals: int) -> list[TaxAmount]:
    """The amounts of the taxes on a base that holds none of them. rules: in order, none withheld."""
    amounts: dict[str, Decimal] = {}
    found = []
    for rule in rules:
        own = base
        for code in rule.compounds_on:
            own += amounts.get(code, Decimal(0))
        amounts[rule.code] = rounded_product(own, rule.share, decimals)
        found.append(TaxAmount(rule, own, amounts[rule.code]))
    return found


def tax_inside(gross: Decimal, rules: Sequence[TaxRule], decimals: int) -> tuple[Taxed, list[TaxAmount]]:
    """The taxes a gross amount holds: the base is rounded, the tax is what is left, so both give the gross again.

    Among several taxes the largest one takes what rounding leaves over.
    """
    parts: dict[str, Fraction] = {}
    for rule in rules:
        inner = sum((parts.get(code, Fraction(0)) for code in rule.compounds_on), Fraction(1))
        parts[rule.code] = rule.share * inner
    net = rounded(Fraction(gross) / (1 + sum(parts.values(), Fraction(0))), decimals)
    found = tax_on(net, rules, decimals)
    left = gross - net - sum((one.amount for one in found), Decimal(0))
    if left and found:
        place = max(range(len(found)), key=lambda i: abs(found[i].amount))
        largest = found[place]
        found[place] = TaxAmount(largest.rule, largest.base, largest.amount + left)
    return Taxed(net, gross - net, gross), found


def merged(amounts: Iterable[TaxAmount]) -> list[TaxAmount]:
    """One amount for each tax, in the order they first come."""
    found: dict[TaxRule, TaxAmount] = {}
    for one in amounts:
        before = found.get(one.rule)
        found[one.rule] = (
            TaxAmount(one.rule, before.base + one.base, before.amount + one.amount) if before else one
        )
    return list(found.values())
