"""The editor of documents: works without scripts, shows what saving stores, loses nothing typed."""

import re
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from relasi.engine.access.acting import acting
from relasi.engine.records.change_set import ChangeSet
from relasi.engine.records.write import create, update
from relasi.modules.catalog.defaults import ensure_defaults
from relasi.modules.sales.quote import Quote, QuoteLine
from relasi.modules.sales.sales_order import SalesOrder
from tests.make import again, make
from tests.people import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(company: Any) -> Client:
    ensure_defaults()
    return signed_in(company.sales_a)


@pytest.fixture
def things(company: Any, browser: Client) -> dict[str, Any]:
    with acting(company.sales_a):
        return {
            "account": make("customers.Account", name="PT Samudra Pangan"),
            "panel": make("catalog.Product", name="Panel surya", code="PNL", price=1_000_000, cost=600_000),
        }


def form(things: dict[str, Any], *rows: dict[str, Any], **more: Any) -> dict[str, Any]:
    found: dict[str, Any] = {"subject": "Atap", "account": things["account"].pk, "line": [], "act": "save"}
    for n, row in enumerate(rows, 1):
        key = row.pop("key", f"n{n}")
        found["line"].append(key)
        found |= {f"line-{key}-{name}": value for name, value in ({"kind": "item"} | row).items()}
    return found | more


def panel(things: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"item": f"product:{things['panel'].pk}", "quantity": "2", **more}


def only() -> Quote:
    return Quote._base_manager.get()


def test_a_new_quote_is_an_empty_page_with_one_line(browser: Client) -> None:
    page = browser.get("/quotes/new/").content.decode()
    assert page.count('name="line"') == 1


def test_a_quote_is_written_without_scripts(browser: Client, things: dict[str, Any]) -> None:
    sent = form(
        things, {"kind": "section", "name": "Peralatan"}, panel(things, discount="10%"),
        {"code": "pnl", "quantity": "1,5"}, {"name": "Izin", "price": "50.000", "discount": "1.000"},
        {"name": "", "price": ""}, discount="5", shipping="10.000",
    )  # fmt: skip
    answer = browser.post("/quotes/new/", sent)
    assert answer.status_code == 302
    found = only()
    lines = found.lines_in_order()
    assert [one.name for one in lines] == ["Peralatan", "Panel surya", "Panel surya", "Izin"]
    assert [one.net for one in lines] == [0, 1_800_000, 1_500_000, 49_000]
    assert (found.subtotal, found.discount_percent, found.charge_total) == (3_349_000, 5, 10_000)
    assert lines[3].tax_rules[0]["code"] == "PPN"


def test_recalculating_stores_nothing_and_shows_what_saving_stores(
    browser: Client, things: dict[str, Any]
) -> None:
    before = ChangeSet.objects.count()
    answer = browser.post("/quotes/new/", form(things, panel(things), act="recalculate"))
    assert answer.status_code == 200
    assert "2.220.000" in answer.content.decode()
    assert (Quote._base_manager.count(), ChangeSet.objects.count()) == (0, before)
    browser.post("/quotes/new/", form(things, panel(things)))
    assert only().grand_total == 2_220_000


def test_recalculating_needs_no_subject_and_no_customer(browser: Client, things: dict[str, Any]) -> None:
    sent = form(things, panel(things), act="recalculate", subject="", account="")
    assert "2.220.000" in browser.post("/quotes/new/", sent).content.decode()


def test_htmx_gets_the_document_alone(browser: Client, things: dict[str, Any]) -> None:
    sent = form(things, panel(things), act="recalculate")
    page = browser.post("/quotes/new/", sent, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in page and "2.220.000" in page


@pytest.mark.parametrize(
    ("act", "names"),
    [
        ("add:section", ["A", "B", ""]),
        ("up:n2", ["B", "A"]),
        ("down:n1", ["B", "A"]),
        ("down:n2", ["A", "B"]),
        ("remove:n1", ["B"]),
        ("copy:n1", ["A", "A", "B"]),
        ("up:nobody", ["A", "B"]),
    ],
)
def test_buttons_move_rows_without_scripts(
    browser: Client, things: dict[str, Any], act: str, names: list[str]
) -> None:
    import re

    rows = [{"kind": "note", "name": "A"}, {"kind": "note", "name": "B"}]
    page = browser.post("/quotes/new/", form(things, *rows, act=act)).content.decode()
    assert re.findall(r'name="line-\w+-name" value="([^"]*)"', page) == names


def test_a_refused_quote_comes_back_with_all_that_was_typed(browser: Client, things: dict[str, Any]) -> None:
    sent = form(
        things, panel(things, quantity="dua"), {"name": "Izin", "price": "1"}, subject="", notes="penting"
    )
    answer = browser.post("/quotes/new/", sent)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="dua"' in page and "penting" in page and "Izin" in page
    assert Quote._base_manager.count() == 0


@pytest.mark.parametrize("act", ["save", "recalculate"])
def test_a_price_nobody_can_read_takes_nothing_else_of_its_row_along(
    browser: Client, things: dict[str, Any], act: str
) -> None:
    chosen = {
        "was-item": f"product:{things['panel'].pk}",
        "name": "Panel besar",
        "unit": "set",
        "discount": "5%",
    }
    sent = form(things, panel(things, **chosen, price="mahal"), {"name": "Izin", "price": "x"}, act=act)
    answer = browser.post("/quotes/new/", sent)
    page = answer.content.decode()
    assert answer.status_code == (422 if act == "save" else 200)
    assert 'name="line-n1-price" value="mahal"' in page
    assert f'name="line-n1-item" value="product:{things["panel"].pk}"' in page
    assert 'name="line-n1-name" value="Panel besar"' in page and 'name="line-n2-name" value="Izin"' in page
    assert 'name="line-n1-quantity" value="2"' in page and 'name="line-n1-discount" value="5%"' in page
    assert '<option value="set" selected' in page
    assert not Quote._base_manager.exists()


def test_a_quantity_follows_the_tiers_until_a_price_is_typed(
    browser: Client, things: dict[str, Any], company: Any
) -> None:
    with acting(company.admin):
        book = make("catalog.PriceBook")
        for least, price in ((1, 900_000), (10, 800_000)):
            make("catalog.PriceBookItem", book=book, product=things["panel"], min_quantity=least, price=price)
    item = f"product:{things['panel'].pk}"
    drawn = {"was-item": item, "was-price": "900.000", "price": "900.000", "from": "book", "was-taxes": "PPN",
             "taxes": ["PPN"]}  # fmt: skip
    browser.post("/quotes/new/", form(things, panel(things, quantity="12", **drawn), price_book=book.pk))
    assert only().lines_in_order()[0].price == 800_000
    typed = panel(things, quantity="12", name="Panel surya", **drawn | {"price": "850.000"})
    typed |= {"key": "l1", "id": only().lines_in_order()[0].pk}
    browser.post(f"/quotes/{only().pk}/edit/", form(things, typed, price_book=book.pk))
    assert only().lines_in_order()[0].price == 850_000


def test_another_price_book_offers_its_prices_and_takes_none_unasked(
    browser: Client, things: dict[str, Any], company: Any
) -> None:
    with acting(company.admin):
        book = make("catalog.PriceBook")
        for least, price in ((1, 900_000), (10, 800_000)):
            make("catalog.PriceBookItem", book=book, product=things["panel"], min_quantity=least, price=price)
    browser.post("/quotes/new/", form(things, panel(things)))
    [line] = only().lines_in_order()
    row = panel(things, key="l1", id=line.pk, name="Panel surya", price="1.000.000", quantity="2") | {
        "was-item": f"product:{things['panel'].pk}", "was-price": "1.000.000", "from": "standard",
        "was-taxes": "PPN", "taxes": ["PPN"],
    }  # fmt: skip
    address = f"/quotes/{only().pk}/edit/"
    told = browser.post(
        address, form(things, {**row}, price_book=book.pk, act="recalculate")
    ).content.decode()
    assert 'value="prices"' in told and 'name="line-l1-price" value="1.000.000"' in told
    updated = browser.post(address, form(things, {**row}, price_book=book.pk, act="prices")).content.decode()
    assert 'name="line-l1-price" value="900.000"' in updated and 'value="prices"' not in updated
    assert only().lines_in_order()[0].price == 1_000_000
    many = row | {"price": "900.000", "was-price": "900.000", "from": "book", "anew": "1", "quantity": "12"}
    browser.post(address, form(things, many, price_book=book.pk))
    [line] = only().lines_in_order()
    assert (line.price, line.list_price, line.price_from) == (800_000, 800_000, "book")


def test_a_typed_price_is_never_told_to_be_off_the_list(browser: Client, things: dict[str, Any]) -> None:
    browser.post("/quotes/new/", form(things, panel(things, price="950.000")))
    assert 'value="prices"' not in browser.get(f"/quotes/{only().pk}/edit/").content.decode()


def test_the_editor_says_how_many_are_available(
    browser: Client, things: dict[str, Any], company: Any
) -> None:
    with acting(company.admin):
        make("inventory.StockAdjustment", product=things["panel"], counted=5)
    assert "5 tersedia" in browser.get("/quotes/new/?find=any&q=Panel").content.decode()
    for quantity, tone in (("5", "pos"), ("6", "warn")):
        sent = form(things, panel(things, quantity=quantity), act="recalculate")
        page = browser.post("/quotes/new/", sent).content.decode()
        assert f'class="stock-told {tone}"' in page and ">5 tersedia</button>" in page
    with acting(company.admin):
        for profile in company.profiles.values():
            update(profile, {"fields": {"catalog.product": {"available": "hidden"}}})
    assert "tersedia" not in browser.get("/quotes/new/?find=any&q=Panel").content.decode()
    assert (
        "tersedia"
        not in browser.post("/quotes/new/", form(things, panel(things), act="recalculate")).content.decode()
    )


def told_of_stock(page: str) -> list[tuple[str, str]]:
    """(what, how many) of the stock of each line, as the page says it."""
    menus = [part.split("</td>")[0] for part in page.split('stock-menu"')[1:]]
    told = r'<span class="[^"]*grow">([^<]+)</span><span class="num[^"]*">([^<]+)<'
    return [pair for one in menus for pair in re.findall(told, one)]


def test_the_page_of_an_order_says_what_is_there_promised_and_left(
    browser: Client, things: dict[str, Any], company: Any
) -> None:
    with acting(company.admin):
        make("inventory.StockAdjustment", product=things["panel"], counted=20)
    with acting(company.sales_a):
        lines = [{"product": things["panel"].pk, "quantity": 8}]
        order = create(SalesOrder, {"subject": "x", "account": things["account"].pk}, lines=lines)
    before = [("Stok fisik", "20"), ("Dipesan pelanggan", "0"), ("Dalam pemesanan", "0"), ("Tersedia", "20")]
    after = [("Stok fisik", "20"), ("Dipesan pelanggan", "8"), ("Dalam pemesanan", "0"), ("Tersedia", "12")]
    address = f"/sales-orders/{order.pk}/"
    assert told_of_stock(browser.get(address).content.decode()) == before
    with acting(company.sales_a):
        again(order).approve()
    page = browser.get(address).content.decode()
    assert told_of_stock(page) == after and 'class="stock-told pos"' in page
    with acting(company.sales_a):
        again(order).cancel("Batal")
    assert told_of_stock(browser.get(address).content.decode()) == []
    with acting(company.admin):
        for profile in company.profiles.values():
            update(profile, {"fields": {"catalog.product": {"on_hand": "hidden", "incoming": "hidden"}}})
    quote = "/quotes/new/?find=any&q=Panel"
    assert "20 tersedia" in browser.get(quote).content.decode()


def test_on_a_phone_the_next_verb_stays_beside_the_name(
    browser: Client, things: dict[str, Any], company: Any
) -> None:
    with acting(company.sales_a):
        order = create(
            SalesOrder, {"subject": "x", "account": things["account"].pk}, lines=[{"name": "x", "price": 1}]
        )
    page = browser.get(f"/sales-orders/{order.pk}/").content.decode()
    [verb] = re.findall(rf'<a class="([^"]*)" href="/sales-orders/{order.pk}/do/approve/"[^>]*>', page)[:1]
    [edit] = re.findall(rf'<a class="([^"]*)" href="/sales-orders/{order.pk}/edit/" data-key="e"', page)
    assert "btn-primary" in verb and "hide-sm" not in verb and "hide-sm" in edit
    assert f'<div class="only-sm"><a class="menu-item" href="/sales-orders/{order.pk}/edit/"' in page


def test_another_item_brings_its_own_name_price_and_taxes(
    browser: Client, things: dict[str, Any], company: Any
) -> None:
    browser.post("/quotes/new/", form(things, panel(things)))
    [line] = only().lines_in_order()
    with acting(company.admin):
        other = make("catalog.Service", name="Survei", price=250_000)
    row = {"key": "l1", "id": line.pk, "item": f"service:{other.pk}", "was-item": f"product:{things['panel'].pk}",
           "name": "Panel surya", "price": "1.000.000", "was-price": "1.000.000", "quantity": "2", "was-taxes": "PPN",
           "taxes": ["PPN"]}  # fmt: skip
    browser.post(f"/quotes/{only().pk}/edit/", form(things, row))
    [line] = only().lines_in_order()
    assert (line.name, line.price, line.product_id, line.service_id) == ("Survei", 250_000, None, other.pk)


def test_the_margin_is_for_those_who_may_see_it(
    browser: Client, things: dict[str, Any], company: Any
) -> None:
    browser.post("/quotes/new/", form(things, panel(things)))
    assert "800\xa0rb" in browser.get(f"/quotes/{only().pk}/edit/").content.decode()
    with acting(company.admin):
        from relasi.engine.records.write import update

        for profile in company.profiles.values():
            update(profile, {"fields": {"sales.quote": {"margin_total": "hidden"}}})
    assert "800\xa0rb" not in browser.get(f"/quotes/{only().pk}/edit/").content.decode()


def test_two_editors_do_not_overwrite_each_other(browser: Client, things: dict[str, Any]) -> None:
    browser.post("/quotes/new/", form(things, panel(things)))
    found = only()
    [line] = found.lines_in_order()
    row = {
        "key": "l1",
        "id": line.pk,
        "name": "Panel surya",
        "item": f"product:{things['panel'].pk}",
        "was-item": f"product:{things['panel'].pk}",
    }
    for quantity, status in (("3", 302), ("4", 409)):
        sent = form(things, dict(row) | {"quantity": quantity}, version=found.version)
        assert browser.post(f"/quotes/{found.pk}/edit/", sent).status_code == status
    assert again(line).quantity == 3


def test_a_sent_quote_has_no_editor(browser: Client, things: dict[str, Any], company: Any) -> None:
    browser.post("/quotes/new/", form(things, panel(things)))
    with acting(company.sales_a):
        only().send()
    assert browser.get(f"/quotes/{only().pk}/edit/").status_code == 403
    assert browser.post(f"/quotes/{only().pk}/edit/", form(things)).status_code == 403
    assert len(only().lines_in_order()) == 1


def test_the_page_shows_lines_and_words(browser: Client, things: dict[str, Any]) -> None:
    browser.post("/quotes/new/", form(things, panel(things)))
    page = browser.get(f"/quotes/{only().pk}/").content.decode()
    assert "Panel surya" in page and "dua juta dua ratus dua puluh ribu rupiah" in page


def test_items_are_found_by_name_and_by_code(browser: Client, things: dict[str, Any]) -> None:
    for text in ("panel", "PNL"):
        page = browser.get("/quotes/new/", {"find": "any", "q": text}).content.decode()
        assert f"product:{things['panel'].pk}" in page


def test_who_sees_nothing_finds_nothing(browser: Client, things: dict[str, Any], company: Any) -> None:
    with acting(company.admin):
        hidden = create(
            Quote, {"subject": "Rahasia", "account": things["account"].pk}, lines=[{"name": "x", "price": 1}]
        )
    for path in (f"/quotes/{hidden.pk}/", f"/quotes/{hidden.pk}/edit/"):
        assert browser.get(path).status_code == 404
    assert browser.post(f"/quotes/{hidden.pk}/edit/", form(things)).status_code == 404
    assert QuoteLine._base_manager.get(quote=hidden).price == Decimal(1)
