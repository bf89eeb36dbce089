"""Shelf: what can be put on a document. Documents ask for it here; whoever keeps the catalog puts one up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple, Protocol

from relasi.kits.trade.tax_rule import Taxes


class Ref(NamedTuple):
    """kind: "product", "service" or "bundle"; the reference fields of a line have these names."""

    kind: str
    id: int


KINDS = ("product", "service", "bundle")


@dataclass(frozen=True)
class Terms:
    """What decides prices and taxes of a document. rate: company currency for one unit of the document's. buys: it is
    we who pay."""

    currency: str
    rate: Decimal
    day: date
    book: int | None = None
    account: int | None = None
    contact: int | None = None
    region: int | None = None
    buys: bool = False
    owner: int | None = None


@dataclass(frozen=True)
class OfferPart:
    """What a bundle holds, with the quantity in one bundle."""

    ref: Ref
    name: str
    code: str
    unit: str
    quantity: Decimal
    price: Decimal
    cost: Decimal
    taxes: Taxes


@dataclass(frozen=True)
class Offer:
    """One thing on the shelf as a line would hold it. price_from: "book", "customer", "segment", "standard".

    sellable: "" or the sentence why it cannot be put on new lines.
    """

    ref: Ref
    name: str
    code: str
    unit: str
    description: str
    price: Decimal
    price_from: str
    cost: Decimal
    taxes: Taxes
    sellable: str = ""
    parts: tuple[OfferPart, ...] = ()


class Stock(NamedTuple):
    """available: how many could be promised now; of a bundle as many as its scarcest product allows. The others are None
    of a bundle, and for who may not see them."""

    available: Decimal
    on_hand: Decimal | None = None
    committed: Decimal | None = None
    incoming: Decimal | None = None


@dataclass(frozen=True)
class ChargeOffer:
    """A charge as the settings have it: an amount, a percentage, or neither, in the currency of the document."""

    name: str
    amount: Decimal | None
    percent: Decimal | None
    taxes: Taxes


class Shelf(Protocol):
    def offers(self, wanted: Mapping[Ref, Decimal], terms: Terms) -> dict[Ref, Offer]:
        """The offer of each reference for its quantity; those the acting person may not see are missing."""

    def search(self, text: str, kinds: Sequence[str], limit: int) -> list[Ref]:
        """What the text finds among all that is sold today, best first."""

    def by_code(self, code: str) -> Ref | None:
        """What a scanner reads: an exact code or barcode."""

    def named(self, refs: Sequence[Ref], priced: bool = True) -> list[tuple[Ref, str, str]]:
        """(reference, name, code and price) of each, in order, for a list to choose from. priced: whether the price,
        which is that of a sale, is told."""

    def stock(self, refs: Sequence[Ref]) -> dict[Ref, Stock]:
        """How many of each are there, for those who may see that; what keeps no stock is missing."""

    def taxes(self, terms: Terms, usual_for: str) -> Taxes:
        """The usual taxes of "products", "services" or "charges" under these terms."""

    def charges(self, terms: Terms) -> Sequence[ChargeOffer]:
        """What can be charged besides the lines where these terms hold; who buys is charged what the vendor says."""

    def tax_choices(self, terms: Terms) -> Taxes:
        """Every tax that can be chosen on that day."""


_shelf: Shelf | None = None


def put_up(found: Shelf) -> None:
    global _shelf
    _shelf = found


def shelf() -> Any:
    if _shelf is None:
        raise LookupError("nobody keeps a catalog")
    return _shelf
