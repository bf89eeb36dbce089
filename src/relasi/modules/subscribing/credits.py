"""Credits: credit notes the product makes of an invoice of a subscription."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from relasi.engine.declare.registry import registry
from relasi.engine.records.write import create
from relasi.kits.pipeline.days import today
from relasi.kits.trade.copying import AS_AGREED, HEADER
from relasi.kits.trade.line import Kind
from relasi.kits.trade.rounding import shares
from relasi.kits.trade.tax_rule import WITHHELD

FLAT: dict[str, Any] = dict.fromkeys(
    ("discount_percent", "discount_amount", "shipping", "other_charges", "adjustment")
)


def credit_whole(invoice: Any, name: str, amount: Decimal) -> Any:
    """A note that comes to the very amount, tax included, spread over the lines of the invoice with their taxes."""
    lines = [line for line in invoice.lines_in_order() if line.counts and line.total > 0]
    parts = shares(amount, [line.total for line in lines], invoice.decimals) if lines else []
    drafts = [
        _line(f"{name}: {line.name}", part, _taxes(invoice, line))
        for line, part in zip(lines, parts, strict=True)
        if part > 0
    ] or [_line(name, amount, None)]
    return _note(invoice, drafts, includes_tax=True, reason="goodwill")


def credit_net(invoice: Any, name: str, amount: Decimal, line: Any, day: date) -> Any:
    """A note of an amount before tax, with the taxes of a line."""
    return _note(
        invoice, [_line(name, amount, _taxes(invoice, line))], includes_tax=False, reason="price", date=day
    )


def _taxes(invoice: Any, line: Any) -> list[dict[str, Any]] | None:
    rules = invoice.group_tax_rules if invoice.tax_mode == "group" else line.tax_rules
    return [rule for rule in rules or () if rule["method"] != WITHHELD] or None


def _line(name: str, amount: Decimal, rules: list[dict[str, Any]] | None) -> dict[str, Any]:
    codes = [rule["code"] for rule in rules or ()] or None
    return {
        "kind": Kind.ITEM,
        "name": name[:255],
        "quantity": 1,
        "price": amount,
        "taxes": codes,
        "tax_rules": rules,
    }


def _note(invoice: Any, lines: list[dict[str, Any]], **more: Any) -> Any:
    module = registry.module("billing.CreditNote")
    names = [name for name in HEADER if name in module.fields and name not in FLAT]
    values = {name: getattr(invoice, invoice._meta.get_field(name).attname) for name in names} | FLAT
    values |= {"tax_mode": "individual", "group_tax_rules": None, "shipping_tax_rules": None, "invoice": invoice.pk,
               "date": today(), **more}  # fmt: skip
    return create(module.model, values, lines=lines, authorised=AS_AGREED)
