"""Taxes of lines: programs know them as tax1, tax2 … with a rate; here a line names them by code and the day decides."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from relasi.engine.access.acting import current_acting
from relasi.engine.access.company import company
from relasi.engine.declare.registry import registry
from relasi.features.compat.wrong import Wrong
from relasi.kits.pipeline.days import today
from relasi.kits.trade.shelf import Terms, shelf

MEMO = "compat.taxes"


def all_taxes() -> list[Any]:
    """The taxes in their order: the first is tax1."""
    memo = current_acting().memo
    if MEMO not in memo:
        model = registry.module("catalog.Tax").model
        memo[MEMO] = list(model._base_manager.filter(trashed_at=None).order_by("position", "pk"))
    found: list[Any] = memo[MEMO]
    return found


def rates_now() -> dict[str, Decimal]:
    """Code -> percent, of the taxes that can be chosen today."""
    terms = Terms(company().currency, Decimal(1), today())
    return {rule.code: percent_of(rule) for rule in shelf().tax_choices(terms)}


def percent_of(rule: Any) -> Decimal:
    """What the tax comes to of the net price: 12 % of eleven twelfths is 11 %."""
    return rule.rate * rule.numerator / rule.denominator


def told_taxes(line: Any) -> dict[str, str]:
    """tax1 … of a line: the rate where it bears the tax, else nothing."""
    rates = {rule.code: percent_of(rule) for rule in line.rules}
    return {
        f"tax{n}": f"{rates[tax.code]:.3f}" if tax.code in rates else ""
        for n, tax in enumerate(all_taxes(), 1)
    }


def chosen_codes(sent: dict[str, str], stands: Any) -> list[str]:
    """The codes of the taxes with a rate. Raises Wrong for a rate that is not that of the tax: it would be another sum."""
    taxes = {f"tax{n}": tax.code for n, tax in enumerate(all_taxes(), 1)}
    rates = rates_now() | (
        {rule.code: percent_of(rule) for rule in stands.rules} if stands is not None else {}
    )
    found = []
    for name, text in sent.items():
        rate = _rate(name, text)
        if not rate:
            continue
        code = taxes.get(name)
        if code is None or code not in rates:
            raise Wrong("REFERENCE_INVALID", f"Invalid reference specified for {name}: there is no such tax")
        if abs(rates[code] - rate) > Decimal("0.01"):
            raise Wrong(
                "REFERENCE_INVALID", f"Invalid reference specified for {name}: its rate is {rates[code]:.3f}"
            )
        found.append(code)
    return found


def _rate(name: str, text: str) -> Decimal:
    try:
        found = Decimal(text or 0)
    except InvalidOperation:
        raise Wrong("REFERENCE_INVALID", f"Invalid reference specified for {name}") from None
    return found if found.is_finite() else Decimal(0)
