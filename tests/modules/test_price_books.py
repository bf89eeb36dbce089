"""Price books: percentages, tiers, dates, customers, currencies."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from relasi.engine.records.write import update
from relasi.kits.trade.shelf import Offer, Ref, Terms, shelf
from relasi.modules.catalog.pricing import percentage_price
from tests.make import make
from tests.modules.refused import refusing

pytestmark = pytest.mark.usefixtures("as_admin")
DAY = date(2026, 4, 15)


def offer(product: Any, quantity: Any = 1, **terms: Any) -> Offer:
    found = {"currency": "IDR", "rate": Decimal(1), "day": DAY} | terms
    ref = Ref("product", product.pk)
    return shelf().offers({ref: Decimal(quantity)}, Terms(**found))[ref]


@pytest.mark.parametrize(
    ("base", "percent", "rounding", "price"),
    [
        (125_000, -8, "none", 115_000),
        (125_000, -8, "ending_900", 114_900),
        (115_900, 0, "ending_900", 115_900),
        (500, 0, "ending_900", 500),
        (123_456, 0, "100", 123_500),
        (123_456, 0, "500", 123_500),
        (123_456, 0, "1000", 123_000),
        (100, 500, "none", 600),
        (100, -100, "none", 0),
    ],
)
def test_a_percentage_of_a_price(base: int, percent: int, rounding: str, price: int) -> None:
    assert percentage_price(Decimal(base), Decimal(percent), rounding, 0) == price


def test_eight_percent_under_the_standard() -> None:
    product = make("catalog.Product", price=125_000)
    book = make("catalog.PriceBook", kind="percentage", percentage=-8)
    assert offer(product, book=book.pk).price == 115_000
    update(book, {"rounding": "ending_900"})
    assert offer(product, book=book.pk).price == 114_900


def test_prices_by_quantity() -> None:
    product, book = make("catalog.Product", price=120_000), make("catalog.PriceBook")
    for least, price in ((1, 100_000), (10, 95_000), (50, 90_000)):
        make("catalog.PriceBookItem", book=book, product=product, min_quantity=least, price=price)
    prices = [offer(product, quantity, book=book.pk).price for quantity in (1, "9.999", 10, 49, 50)]
    assert prices == [100_000, 100_000, 95_000, 95_000, 90_000]
    assert offer(product, "0.5", book=book.pk).price_from == "standard"


def test_a_book_that_is_over_gives_no_price() -> None:
    product = make("catalog.Product", price=125_000)
    book = make("catalog.PriceBook", kind="percentage", percentage=-8, valid_to="2026-04-30")
    assert offer(product, book=book.pk, day=date(2026, 4, 30)).price == 115_000
    assert offer(product, book=book.pk, day=date(2026, 5, 1)).price == 125_000
    update(book, {"active": False})
    assert offer(product, book=book.pk).price == 125_000


def test_the_chosen_book_counts_before_the_customers() -> None:
    product, account = make("catalog.Product", price=100_000), make("customers.Account")
    own = make("catalog.PriceBook", kind="percentage", percentage=-10)
    chosen = make("catalog.PriceBook", kind="percentage", percentage=-20)
    make("catalog.PriceBookCustomer", book=own, account=account)
    found = offer(product, account=account.pk)
    assert (found.price, found.price_from) == (90_000, "customer")
    assert offer(product, account=account.pk, book=chosen.pk).price == 80_000
    assert offer(product, account=make("customers.Account").pk).price == 100_000


def test_of_two_books_of_a_customer_the_higher_priority_counts() -> None:
    product, account = make("catalog.Product", price=100_000), make("customers.Account")
    for percent, priority in ((-5, 1), (-15, 9)):
        book = make("catalog.PriceBook", kind="percentage", percentage=percent, priority=priority)
        make("catalog.PriceBookCustomer", book=book, account=account)
    assert offer(product, account=account.pk).price == 85_000


def test_a_percentage_of_another_book() -> None:
    product, retail = make("catalog.Product", price=120_000), make("catalog.PriceBook")
    make("catalog.PriceBookItem", book=retail, product=product, price=200_000)
    resale = make("catalog.PriceBook", kind="percentage", percentage=-25, base="book", other_book=retail)
    assert offer(product, book=resale.pk).price == 150_000
    with refusing("INVALID_VALUE", "other_book"):
        update(retail, {"kind": "percentage", "percentage": 1, "base": "book", "other_book": resale.pk})


def test_an_own_price_in_the_currency_counts_before_a_converted_one() -> None:
    product = make("catalog.Product", price=1_600_000)
    rupiah = make("catalog.PriceBook", kind="percentage", percentage=-10)
    assert offer(product, book=rupiah.pk, currency="USD", rate=Decimal(16_000)).price == 90
    dollars, account = make("catalog.PriceBook", currency="USD"), make("customers.Account")
    make("catalog.PriceBookItem", book=dollars, product=product, price="85.50")
    make("catalog.PriceBookCustomer", book=dollars, account=account)
    found = offer(product, book=rupiah.pk, account=account.pk, currency="USD", rate=Decimal(16_000))
    assert found.price == Decimal("85.50")


def test_two_prices_for_one_item_and_day_are_refused() -> None:
    product, book = make("catalog.Product"), make("catalog.PriceBook")
    first = {
        "book": book,
        "product": product,
        "price": 1,
        "valid_from": "2026-01-01",
        "valid_to": "2026-01-31",
    }
    make("catalog.PriceBookItem", **first)
    make("catalog.PriceBookItem", **first | {"valid_from": "2026-02-01", "valid_to": None})
    with refusing("INVALID_VALUE"):
        make("catalog.PriceBookItem", **first | {"valid_from": "2026-01-31"})


def test_a_percentage_book_needs_its_percentage() -> None:
    with refusing("REQUIRED", "percentage"):
        make("catalog.PriceBook", kind="percentage")
    with refusing("OUT_OF_RANGE", "percentage"):
        make("catalog.PriceBook", kind="percentage", percentage=-101)
