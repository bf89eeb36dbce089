"""The catalog: taxes by date and region, products, services, bundles and what they hold."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from relasi.engine.records.refusal import Refused
from relasi.engine.records.write import trash, update
from relasi.kits.trade.shelf import Ref, Terms, shelf
from relasi.kits.trade.totals import totals_of
from relasi.modules.catalog.defaults import ensure_defaults
from relasi.modules.catalog.tax import Tax, TaxRegion
from relasi.modules.catalog.tax_rules import rate_on, rules_of
from tests.kits.trade.figures_by_hand import document, line
from tests.make import again, make
from tests.modules.refused import refusing

pytestmark = pytest.mark.usefixtures("as_admin")
TODAY = date(2026, 6, 1)


@pytest.fixture
def taxes() -> dict[str, Tax]:
    ensure_defaults()
    return {tax.code: tax for tax in Tax._base_manager.all()}


def rules(taxes: dict[str, Tax], *codes: str, day: date = TODAY, region: int | None = None) -> Any:
    return rules_of([taxes[code].pk for code in codes], day, region)


def test_the_taxes_of_indonesia_are_ready(taxes: dict[str, Tax]) -> None:
    ordinary = totals_of(document(line(1, 10_000_000, *rules(taxes, "PPN"))))
    assert (ordinary.taxes[0].shown_base(0), ordinary.goods.tax) == (9_166_667, 1_100_000)
    assert totals_of(document(line(1, 10_000_000, *rules(taxes, "PPN-MEWAH")))).goods.tax == 1_200_000
    withheld = totals_of(document(line(1, 10_000_000, *rules(taxes, "PPN", "PPH23"))))
    assert withheld.withheld_total == 200_000


def test_making_the_defaults_twice_makes_them_once(taxes: dict[str, Tax]) -> None:
    ensure_defaults()
    assert Tax._base_manager.count() == len(taxes)


def test_a_new_rate_holds_from_its_day_on(taxes: dict[str, Tax]) -> None:
    usual = rate_on(taxes["PPN"].pk, TODAY, None)
    update(usual, {"valid_to": "2026-12-31"})
    make("catalog.TaxRate", tax=taxes["PPN"], rate="13", valid_from="2027-01-01")
    before, after = (rules(taxes, "PPN", day=day)[0] for day in (date(2026, 12, 31), date(2027, 1, 1)))
    assert (before.share, after.rate) == (Decimal(11) / 100, 13)


def test_two_rates_for_one_day_are_refused(taxes: dict[str, Tax]) -> None:
    with refusing("INVALID_VALUE"):
        make("catalog.TaxRate", tax=taxes["PPN"], rate="13", valid_from="2027-01-01")


def test_a_free_zone_pays_nothing_and_back_again(taxes: dict[str, Tax]) -> None:
    batam = TaxRegion._base_manager.get()
    amounts = [
        totals_of(document(line(1, 1_000_000, *rules(taxes, "PPN", region=where)))).goods.tax
        for where in (None, batam.pk, None)
    ]
    assert amounts == [110_000, 0, 110_000]


def test_a_tax_cannot_stand_on_itself(taxes: dict[str, Tax]) -> None:
    one = make("catalog.Tax", name="A", code="A")
    other = make("catalog.Tax", name="B", code="B", method="compound", compounds_on=[one.pk])
    with refusing("OUT_OF_RANGE", "compounds_on"):
        update(one, {"method": "compound", "compounds_on": [other.pk]})


def test_a_withheld_tax_cannot_be_compound_or_on_charges(taxes: dict[str, Tax]) -> None:
    with refusing("INVALID_VALUE", "compounds_on"):
        update(taxes["PPH23"], {"compounds_on": [taxes["PPN"].pk]})
    with refusing("INVALID_VALUE", "applies_to"):
        update(taxes["PPH23"], {"applies_to": ["charges"]})


def test_new_items_have_the_usual_taxes_unless_somebody_says_otherwise(taxes: dict[str, Tax]) -> None:
    assert make("catalog.Product").taxes == [taxes["PPN"].pk]
    assert make("catalog.Service", taxes=[]).taxes is None


def test_a_code_names_one_product(taxes: dict[str, Tax]) -> None:
    make("catalog.Product", code="A-1")
    make("catalog.Product"), make("catalog.Product")
    with refusing("NOT_UNIQUE", "code"):
        make("catalog.Product", code="A-1")


def test_a_free_service_costs_nothing() -> None:
    assert make("catalog.Service", free=True, price=500).price == 0


def test_an_hour_of_a_package() -> None:
    assert make("catalog.Service", price=7_000_000, units_in_one=20).unit_rate == 350_000


def test_a_time_of_sale_must_not_end_before_it_begins() -> None:
    with refusing("OUT_OF_RANGE", "sales_end"):
        make("catalog.Product", sales_start="2026-02-01", sales_end="2026-01-31")


def bundle(**values: Any) -> Any:
    return make("catalog.ProductBundle", **values)


def hold(outer: Any, quantity: int, **what: Any) -> Any:
    return make("catalog.BundleComponent", bundle=outer, quantity=quantity, **what)


def test_a_bundle_less_ten_percent() -> None:
    b = make("catalog.Product", price=4_000_000, cost=2_900_000)
    c = make("catalog.Product", price=1_500_000, cost=1_000_000)
    a = bundle(pricing="percent_off", discount_percent=10)
    hold(a, 1, product=b), hold(a, 2, product=c)
    a = again(a)
    assert (a.price, a.cost, a.price - a.cost) == (6_300_000, 4_900_000, 1_400_000)
    update(b, {"price": 5_000_000})
    assert again(a).price == 7_200_000
    outer = bundle(pricing="sum")
    hold(outer, 2, inner=a)
    assert again(outer).price == 14_400_000
    update(c, {"price": 1_000_000})
    assert (again(a).price, again(outer).price) == (6_300_000, 12_600_000)


def test_a_bundle_in_itself_is_refused() -> None:
    a, b = bundle(pricing="sum"), bundle(pricing="sum")
    hold(a, 1, inner=b)
    with refusing("OUT_OF_RANGE", "inner"):
        hold(b, 1, inner=a)
    with refusing("OUT_OF_RANGE", "inner"):
        hold(a, 1, inner=a)


def test_bundles_go_three_levels_deep() -> None:
    a, b, c, d = (bundle(pricing="sum") for _n in range(4))
    hold(a, 1, inner=b), hold(b, 1, inner=c)
    with refusing("OUT_OF_RANGE", "inner"):
        hold(c, 1, inner=d)


def test_a_component_is_one_active_thing() -> None:
    off = make("catalog.Product", active=False)
    with refusing("INVALID_TRANSITION", "product"):
        hold(bundle(pricing="sum"), 1, product=off)
    with refusing("REQUIRED", "product"):
        hold(bundle(pricing="sum"), 1)


def test_the_shelf_opens_a_bundle_with_the_taxes_of_its_parts(taxes: dict[str, Tax]) -> None:
    goods = make("catalog.Product", price=4_000_000, cost=3_000_000)
    work = make("catalog.Service", price=1_000_000, taxes=[taxes["PPN-BEBAS"].pk])
    a = bundle(pricing="amount_off", discount_amount=500_000)
    hold(a, 1, product=goods), hold(a, 1, service=work)
    ref = Ref("bundle", a.pk)
    offer = shelf().offers({ref: Decimal(1)}, Terms("IDR", Decimal(1), TODAY))[ref]
    assert (offer.price, [part.taxes[0].code for part in offer.parts]) == (4_500_000, ["PPN", "PPN-BEBAS"])


def test_what_is_inactive_says_why_it_is_not_sold() -> None:
    off = make("catalog.Service", name="Survei", active=False)
    later = make("catalog.Product", name="Panel", sales_start="2027-01-01")
    refs = {Ref("service", off.pk): Decimal(1), Ref("product", later.pk): Decimal(1)}
    offers = shelf().offers(refs, Terms("IDR", Decimal(1), TODAY))
    assert all(offers[ref].sellable for ref in refs)


def test_deleting_an_item_of_no_document_is_fine() -> None:
    product = make("catalog.Product")
    trash(type(product), [product.pk])
    assert again(product).trashed_at is not None
    with pytest.raises(Refused):
        trash(type(product), [product.pk])


def test_a_bundle_is_available_as_often_as_its_scarcest_product() -> None:
    b, c = make("catalog.Product", name="B"), make("catalog.Product", name="C")
    bundle = make("catalog.ProductBundle", name="A", price=1000)
    for product, quantity, counted in ((b, 1, 10), (c, 2, 7)):
        make("catalog.BundleComponent", bundle=bundle, product=product, quantity=quantity)
        make("inventory.StockAdjustment", product=product, counted=counted)
    make("catalog.BundleComponent", bundle=bundle, service=make("catalog.Service"), quantity=1)
    ref = Ref("bundle", bundle.pk)
    there = shelf().stock([ref, Ref("product", c.pk)])
    assert {one: stock.available for one, stock in there.items()} == {ref: 3, Ref("product", c.pk): 7}
    assert (there[ref].on_hand, there[Ref("product", c.pk)].on_hand) == (None, 7)
