"""Part period: what a document comes to for a part of a billing period: its days of the whole, said on its lines."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from relasi.engine.access.company import company
from relasi.kits.trade.billing_cycle import Period
from relasi.kits.trade.charges import parted
from relasi.kits.trade.line import PriceFrom

AMOUNTS = ("discount_amount", "shipping", "adjustment")  # of a document; they go with the days of a period


def prorate(document: Any, items: Iterable[Any], period: Period) -> None:
    """Prices and amounts become those of the period's days, in place."""
    decimals = document.decimals
    for line in items:
        line.price, line.price_from = period.part_of(line.price, decimals), PriceFrom.TYPED.value
        if line.discount_amount is not None:
            part = period.part_of(line.discount_amount, decimals)
            line.discount_amount = min(part, line.price * line.quantity)
    for name in AMOUNTS:
        if getattr(document, name) is not None:
            setattr(document, name, period.part_of(getattr(document, name), decimals))
    document.other_charges = parted(document.other_charges, lambda amount: period.part_of(amount, decimals))


def with_part(description: str | None, period: Period) -> str:
    """The description of a line with how many days it is for, in the language of the company."""
    with translation.override(company().language):
        part = _("%(days)s of %(all)s days") % {"days": period.days, "all": period.whole}
    return f"{description}\n{part}" if description else part
