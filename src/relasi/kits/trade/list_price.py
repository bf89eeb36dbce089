"""List price: what the shelf asked for the item of a line, kept beside the price that was typed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from relasi.engine.fields.money import MoneyField
from relasi.engine.records.refusal import Change
from relasi.kits.trade.shelf import Offer

# With another one of these the same item may have another price.
TERMS = ("currency", "rate", "price_book", "account", "contact", "date", "owner")


class Listed(models.Model):
    """Abstract, before TradeLine. The list price is that of the price book that holds under the terms of the document,
    for the quantity of the line, in the currency of the document."""

    list_price = MoneyField(_("List price"), editable=False, foot="average")

    class Meta:
        abstract = True

    def offered(self, offer: Offer) -> None:
        self.list_price = offer.price

    def before_save(self, change: Change) -> None:
        super().before_save(change)  # type: ignore[misc]
        if self.ref is None:  # type: ignore[attr-defined]
            self.list_price = None


def off_list(lines: Iterable[Any]) -> list[Any]:
    """Lines whose price came from a list, but not from the one that holds now."""
    known = (line for line in lines if is_listed(line) and line.list_price is not None)
    return [line for line in known if line.price != line.list_price and line.price_from != "typed"]


def is_listed(line: object) -> bool:
    return isinstance(line, Listed)
