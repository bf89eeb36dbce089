"""Price books: percentages, tiers, dates, customers, currencies."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relasi.engine.access.acting import acting
from relasi.engine.bulk.by_percent import Rounding, moved
from relasi.engine.fields.kind import kind_of
from relasi.engine.records.change_set import ChangeSet, close_change_set
from relasi.engine.records.undo import revert
from relasi.engine.records.write import create, update
from relasi.kits.trade.shelf import Offer, Ref, Terms, shelf
from relasi.modules.catalog.price_book import PriceBookCustomer
from relasi.modules.catalog.pricing import percentage_price
from relasi.modules.sales.quote import Quote
from tests.make import again, make
from tests.modules.refused import refusing
from tests.modules.trading import document
from tests.people import signed_in

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


def segment(book: Any, **values: Any) -> Any:
    return create(PriceBookCustomer, {"book": book.pk, **values})


def test_a_segment_gets_its_book_after_the_customers_own(as_admin: Any) -> None:
    product = make("catalog.Product", price=100_000)
    address = {"province": "jawa barat", "city": "Bekasi"}
    account = make("customers.Account", industry="banking", billing_address=address)
    other = make("customers.Account", industry="banking")
    of_industry = make("catalog.PriceBook", kind="percentage", percentage=-10)
    of_place = make("catalog.PriceBook", kind="percentage", percentage=-20, priority=1)
    own = make("catalog.PriceBook", kind="percentage", percentage=-1)
    segment(of_industry, industry="banking")
    segment(of_place, industry="banking", province="Jawa Barat")
    found = offer(product, account=account.pk)
    assert (found.price, found.price_from) == (80_000, "segment")
    assert offer(product, account=other.pk).price == 90_000
    assert offer(product, account=make("customers.Account", industry="chemicals").pk).price == 100_000
    assert offer(product, contact=make("customers.Contact", account=account).pk).price == 80_000
    make("catalog.PriceBookCustomer", book=own, account=account)
    assert offer(product, account=account.pk).price_from == "customer"


def test_a_book_can_be_for_what_one_role_sells(company: Any) -> None:
    with acting(company.admin):
        product = make("catalog.Product", price=100_000)
        segment(make("catalog.PriceBook", kind="percentage", percentage=-5), role=company.roles["Sales A"].pk)
        seen = [offer(product, owner=user.pk).price for user in (company.sales_a, company.sales_b)]
        assert seen == [95_000, 100_000] and offer(product).price == 100_000


def test_a_book_is_for_one_customer_or_one_segment_and_each_once(as_admin: Any) -> None:
    book, account = make("catalog.PriceBook"), make("customers.Account")
    for values in (
        {},
        {"account": account.pk, "industry": "banking"},
        {"province": "Bali", "account": account.pk},
    ):
        with refusing("REQUIRED", "account"):
            segment(book, **values)
    kept = segment(book, province="Bali")
    assert str(kept) == "Bali"
    with refusing("NOT_UNIQUE"):
        segment(book, province="BALI")
    segment(book, province="Bali", industry="banking")


def test_a_book_that_does_not_hold_is_not_chosen(as_admin: Any) -> None:
    over = make("catalog.PriceBook", valid_to="2026-04-30")
    off = make("catalog.PriceBook", active=False)
    for book in (over, off):
        with refusing("INVALID_TRANSITION", "price_book"):
            document(Quote, date="2026-05-01", price_book=book)
    kept = document(Quote, date="2026-04-30", price_book=over)
    assert update(kept, {"date": "2026-05-01"}).price_book_id == over.pk
    update(off, {"description": "x"})


# Many prices at once.
@pytest.mark.parametrize(
    ("amount", "percent", "rounding", "decimals", "found"),
    [
        ("125000", "-8", "none", 0, "115000"), ("125000", "-8", "ending_900", 0, "114900"),
        ("10.55", "5", "none", 2, "11.08"), ("-10", "25", "none", 0, "-13"), ("99", "5", "1000", 0, "0"),
    ],
)  # fmt: skip
def test_an_amount_moved_by_percent(
    amount: str, percent: str, rounding: str, decimals: int, found: str
) -> None:
    assert moved(Decimal(amount), Decimal(percent), rounding, decimals) == Decimal(found)


@given(st.integers(0, 10**12), st.decimals(-100, 500, places=2), st.sampled_from(list(Rounding)))
def test_a_rounded_amount_stays_within_its_step(units: int, percent: Decimal, rounding: Rounding) -> None:
    exact = Fraction(units) * (100 + Fraction(percent)) / 100
    found = moved(Decimal(units), percent, rounding, 0)
    step = {"none": 1, "100": 100, "500": 500, "1000": 1000}.get(rounding)
    if step:
        assert found % step == 0 and abs(Fraction(found) - exact) <= Fraction(step, 2)
    elif exact >= 900:
        assert found % 1000 == 900 and 0 <= exact - Fraction(found) < 1000


def test_many_prices_are_rehearsed_raised_by_percent_and_put_back(company: Any) -> None:
    with acting(company.admin):
        rupiah, dollars = make("catalog.PriceBook"), make("catalog.PriceBook", currency="USD")
        product = make("catalog.Product")
        items = [
            make("catalog.PriceBookItem", book=book, product=product, price=price, min_quantity=n)
            for n, (book, price) in enumerate([(rupiah, 100_049), (rupiah, 20_000), (dollars, "10.55")], 1)
        ]
    close_change_set()
    browser = signed_in(company.admin)
    page = browser.post("/prices/bulk/", {"do": "edit", "id": [one.pk for one in items]})["Location"]
    form = browser.post(page, {"_field": ["price"], "price": ""}).content.decode()
    assert 'name="price-rounding"' in form
    for wrong in ("+501%", "-101%", "+x%"):
        answer = browser.post(page, {"_field": ["price"], "price": wrong, "preview": "1"})
        assert answer.status_code == 422 and wrong in answer.content.decode()
    browser.post(page, {"_field": ["price"], "price": "+5%", "price-rounding": "none", "preview": "1"})
    checked = browser.get(page, follow=True).content.decode()
    assert "105.051" in checked and "21.000" in checked and "11,08" in checked
    assert [again(one).price for one in items] == [100_049, 20_000, Decimal("10.55")]
    browser.post(f"{page}do/run/")
    assert [again(one).price for one in items] == [105_051, 21_000, Decimal("11.08")]
    with acting(company.admin):
        revert(ChangeSet.objects.order_by("pk").last())
    assert [again(one).price for one in items] == [100_049, 20_000, Decimal("10.55")]


def test_products_are_raised_too_and_an_empty_price_stays_empty(company: Any) -> None:
    with acting(company.admin):
        some = [make("catalog.Product", price=price) for price in (123_456, None)]
    close_change_set()
    browser = signed_in(company.admin)
    page = browser.post("/products/bulk/", {"do": "edit", "id": [one.pk for one in some]})["Location"]
    browser.post(page, {"_field": ["price"], "price": "-8 %", "price-rounding": "ending_900", "save": "1"})
    assert [again(one).price for one in some] == [112_900, None]


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


def test_a_price_is_told_in_the_currency_of_its_book() -> None:
    book = make("catalog.PriceBook", currency="USD")
    price = make("catalog.PriceBookItem", book=book, product=make("catalog.Product"), price=12)
    assert price.currency == "USD"
    assert kind_of(price._meta.get_field("price")).text_of(price).startswith("USD")


def test_a_book_with_prices_keeps_its_currency() -> None:
    book = make("catalog.PriceBook", currency="USD")
    make("catalog.PriceBookItem", book=book, product=make("catalog.Product"), price=12)
    with refusing("INVALID_TRANSITION", "currency"):
        update(book, {"currency": "EUR"})
    empty = make("catalog.PriceBook", currency="USD")
    assert update(empty, {"currency": "EUR"}).currency == "EUR"
