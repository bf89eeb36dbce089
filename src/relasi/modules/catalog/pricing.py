"""Pricing: which price an item has on a document. First hit wins: chosen book, the customer's, the segment's, standard."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db.models import Q

from relasi.engine.access.company import company
from relasi.engine.access.directory import directory
from relasi.engine.bulk.by_percent import Rounding, moved
from relasi.engine.declare.registry import registry
from relasi.engine.fields.money import decimals_of
from relasi.kits.trade.rounding import rounded
from relasi.kits.trade.shelf import Ref, Terms
from relasi.modules.catalog.price_book import (
    Base,
    BookKind,
    PriceBook,
    PriceBookCustomer,
    PriceBookItem,
)


@dataclass(frozen=True)
class Priced:
    """price: in the currency of the document. source: "book", "customer", "segment", "standard"; of what is bought "cost"."""

    price: Decimal
    source: str


def percentage_price(base: Decimal, percent: Decimal, rounding: str, decimals: int) -> Decimal:
    """base more or less the percentage, rounded as the book says. Ending in 900 is the nearest such price below or at."""
    return moved(base, percent, rounding or Rounding.NONE.value, decimals)


def _segment_of(terms: Terms) -> tuple[str | None, str]:
    """Industry and province of the account, or of that of the contact."""
    account = terms.account
    if account is None and terms.contact:
        contacts = registry.module("customers.Contact").model._base_manager
        account = contacts.filter(pk=terms.contact).values_list("account", flat=True).first()
    accounts = registry.module("customers.Account").model._base_manager.filter(pk=account or 0)
    industry, address = accounts.values_list("industry", "billing_address").first() or (None, None)
    return industry, str((address or {}).get("province") or "").casefold()


def tier_price(items: Iterable[Any], quantity: Decimal, day: date) -> Decimal | None:
    """The price of the highest quantity that is reached, of those that hold on the day."""
    found = [
        item
        for item in items
        if item.min_quantity <= quantity
        and (item.valid_from is None or item.valid_from <= day)
        and (item.valid_to is None or day <= item.valid_to)
    ]
    return max(found, key=lambda item: item.min_quantity).price if found else None


class PriceList:
    """The prices of some items under the terms of one document; all that is needed is read at once."""

    def __init__(self, items: Mapping[Ref, Any], terms: Terms) -> None:
        self.items, self.terms = items, terms
        self.books = {book.pk: book for book in PriceBook._base_manager.filter(trashed_at=None)}
        self.candidates = [*self._chosen(), *self._of_the_customer(), *self._of_the_segment()]
        self.prices = self._stored([book.pk for book, _source in self.candidates])

    def _chosen(self) -> list[tuple[PriceBook, str]]:
        book = self.books.get(self.terms.book or 0)
        return [(book, "book")] if book is not None and book.holds_on(self.terms.day) else []

    def _of_the_customer(self) -> list[tuple[PriceBook, str]]:
        whose = Q()
        if self.terms.account:
            whose |= Q(account=self.terms.account)
        if self.terms.contact:
            whose |= Q(contact=self.terms.contact)
        if not whose:
            return []
        rows = PriceBookCustomer._base_manager.filter(whose, trashed_at=None).values_list("book", flat=True)
        return self._by_priority(rows, "customer")

    def _by_priority(self, ids: Iterable[int], source: str) -> list[tuple[PriceBook, str]]:
        own = [
            self.books[id] for id in set(ids) if id in self.books and self.books[id].holds_on(self.terms.day)
        ]
        return [(book, source) for book in sorted(own, key=lambda book: (-book.priority, book.pk))]

    def _of_the_segment(self) -> list[tuple[PriceBook, str]]:
        rows = (
            list(PriceBookCustomer._base_manager.filter(account=None, contact=None, trashed_at=None))
            if self.books
            else []
        )
        if not rows:
            return []
        industry, province = _segment_of(self.terms)
        person = directory().people.get(self.terms.owner or 0)
        ids = [
            row.book_id
            for row in rows
            if (not row.industry or row.industry == industry)
            and (not row.province or row.province.casefold() == province)
            and (not row.role_id or (person is not None and person.role == row.role_id))
        ]
        return self._by_priority(ids, "segment")

    def _stored(self, books: Collection[int]) -> dict[int, dict[Ref, list[Any]]]:
        """Book -> item -> its prices, of these books and of those they are percentages of."""
        waiting, all_books = list(books), set()
        while waiting:
            id = waiting.pop()
            if id not in all_books and id in self.books:
                all_books.add(id)
                waiting += [self.books[id].other_book_id] if self.books[id].other_book_id else []
        found: dict[int, dict[Ref, list[Any]]] = {}
        if all_books and self.items:
            which = Q()
            for kind in {ref.kind for ref in self.items}:
                which |= Q(**{f"{kind}__in": [ref.id for ref in self.items if ref.kind == kind]})
            for row in PriceBookItem._base_manager.filter(which, book__in=all_books, trashed_at=None):
                ref = next(
                    Ref(k, id) for k in ("product", "service", "bundle") if (id := getattr(row, f"{k}_id"))
                )
                found.setdefault(row.book_id, {}).setdefault(ref, []).append(row)
        return found

    def price(self, ref: Ref, quantity: Decimal) -> Priced:
        own = self.terms.currency
        for same_currency in (True, False):
            for book, source in self.candidates:
                if (book.currency == own) == same_currency:
                    price = self._in_book(book, ref, quantity)
                    if price is not None:
                        return Priced(self._converted(price, book.currency), source)
        standard = self.items[ref].price or Decimal(0)
        return Priced(self._converted(standard, company().currency), "standard")

    def _in_book(self, book: PriceBook, ref: Ref, quantity: Decimal) -> Decimal | None:
        if book.kind == BookKind.PRICES:
            return tier_price(self.prices.get(book.pk, {}).get(ref, ()), quantity, self.terms.day)
        item, other = self.items[ref], self.books.get(book.other_book_id or 0)
        if book.base == Base.BOOK and other is not None:
            base = self._in_book(other, ref, quantity)
        else:
            base = item.cost if book.base == Base.COST else item.price
        if base is None:
            return None
        return percentage_price(base, book.percentage, book.rounding, decimals_of(book.currency))

    def _converted(self, price: Decimal, currency: str) -> Decimal:
        """By the rate of the document; only the company's own currency and the document's are known to it."""
        if currency == self.terms.currency or not self.terms.rate:
            return price
        return rounded(Fraction(price) / Fraction(self.terms.rate), decimals_of(self.terms.currency))
