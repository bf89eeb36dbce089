"""Summary: the figures beside the lines, in words for the reader."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from relasi.engine.access.company import company
from relasi.engine.access.door import fields_for
from relasi.engine.declare.module import Module
from relasi.engine.fields.money import amount, short
from relasi.engine.fields.number_text import write_number
from relasi.engine.fields.reader import Reader
from relasi.kits.trade import instalments
from relasi.kits.trade.charges import net_of_shipping
from relasi.kits.trade.figures import ZERO
from relasi.kits.trade.terbilang import terbilang


@dataclass
class Sum:
    """One row of the summary. tone: "", "strong", "soft", "neg", "grand"."""

    label: str
    value: str
    tone: str = ""


@dataclass
class Summary:
    """rows: up to the total. withheld: what the buyer keeps back. margin: (profit, percent) or None for who may not see."""

    currency: str
    sums: dict[str, str]
    charges: list[Sum]
    taxes: list[Sum]
    withheld: list[Sum]
    words: str
    margin: tuple[str, str, Decimal | None] | None = None
    parts: list[dict[str, str]] = field(default_factory=list)


def summary_of(document: Any, rows: Iterable[Any], user: Any, module: Module, reader: Reader) -> Summary:
    currency = document.currency or company().currency

    def money(value: Decimal | None) -> str:
        return amount(value or ZERO, currency, reader)

    names = ("gross_total", "subtotal", "goods_total", "grand_total", "payable", "charge_total")
    sums = {name: money(getattr(document, name)) for name in names}
    sums["line_discount_total"] = money(-document.line_discount_total)
    sums["discount_total"] = money(-document.discount_total)
    sums["before_tax"] = money(document.goods_total + document.charge_total)
    found = Summary(
        currency, sums, _charges(document, money), _taxes(document, money), _withheld(document, money, reader),
        terbilang(document.grand_total, currency, reader.language),
        parts=[
            {"label": label, "percent": write_number(Decimal(percent), reader, 2, shortest=True), "amount": money(part)}
            for label, percent, part in instalments.amounts(
                getattr(document, "instalments", None), document.grand_total, document.decimals
            )
        ],
    )  # fmt: skip
    if "margin_total" in fields_for(user, "view", module):
        percent = document.margin_percent
        text = "" if percent is None else write_number(percent, reader, 1, shortest=True) + "%"
        found.margin = (short(document.margin_total, currency, reader), text, percent)
    return found


def _charges(document: Any, money: Any) -> list[Sum]:
    """Shipping and the other charges, before tax."""
    found = []
    if shipping := net_of_shipping(document):
        found.append(Sum(_("Shipping"), money(shipping)))
    return [*found, *(Sum(one["name"], money(Decimal(one["net"]))) for one in document.charge_summary or ())]


def _taxes(document: Any, money: Any) -> list[Sum]:
    found = []
    for one in document.tax_summary or ():
        if one["method"] == "withheld":
            continue
        if one["numerator"] != one["denominator"]:
            part = f"{one['numerator']}/{one['denominator']}"
            found.append(Sum(_("Tax base %(part)s") % {"part": part}, money(Decimal(one["shown"])), "soft"))
        found.append(Sum(one["name"], money(Decimal(one["amount"]))))
    return found


def _withheld(document: Any, money: Any, reader: Reader) -> list[Sum]:
    return [
        Sum(_("%(tax)s, withheld by the buyer") % {"tax": one["name"]}, money(Decimal(one["amount"])))
        for one in document.tax_summary or ()
        if one["method"] == "withheld"
    ]
