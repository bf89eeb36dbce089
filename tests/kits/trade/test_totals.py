"""Totals: every golden number of the conventions and of the files about documents."""

from decimal import Decimal

import pytest

from relasi.engine.declare.refusal import Refusal
from relasi.kits.trade.figures import Charge, Component, TaxMode
from relasi.kits.trade.tax_rule import TaxRule
from relasi.kits.trade.taxed import Taxed
from relasi.kits.trade.totals import instalments, totals_of
from tests.kits.trade.figures_by_hand import (
    ELEVEN,
    FIVE_ON_TEN,
    LUXURY,
    PPH23,
    PPN,
    TEN,
    document,
    line,
    section,
)

GOLDEN = document(
    line(10, 150_000, PPN, off=10), line(5, 200_000, PPN), off=5,
    charges=[Charge("Ongkos kirim", Decimal(50_000), taxes=(PPN,))],
)  # fmt: skip


def test_the_golden_document() -> None:
    totals = totals_of(GOLDEN)
    assert (totals.subtotal, totals.discount, totals.goods.net) == (2_350_000, 117_500, 2_232_500)
    assert totals.taxes[0].shown_base(0) == 2_046_458
    assert (totals.goods.tax, totals.charged.tax) == (245_575, 5_500)
    assert totals.grand_total == 2_533_575


def test_tax_is_rounded_on_each_line_or_once_on_the_document() -> None:
    lines = [line(1, 10_005, ELEVEN)] * 3
    assert totals_of(document(*lines)).goods.tax == 3303
    group = totals_of(document(*lines, mode=TaxMode.GROUP, group_taxes=(ELEVEN,)))
    assert group.goods.tax == 3302
    assert sum(one.taxed.tax for one in group.lines) == 3302


def test_the_document_discount_lowers_the_tax_too() -> None:
    lines = [line(1, 1_350_000, ELEVEN), line(1, 1_000_000, ELEVEN)]
    assert totals_of(document(*lines, less=100_000)).grand_total == 2_497_500


def test_ordinary_and_luxury_ppn() -> None:
    ordinary = totals_of(document(line(1, 10_000_000, PPN)))
    assert (ordinary.taxes[0].shown_base(0), ordinary.goods.tax) == (9_166_667, 1_100_000)
    assert totals_of(document(line(1, 10_000_000, LUXURY))).goods.tax == 1_200_000


def test_a_compound_tax_stands_on_the_tax_below_it() -> None:
    totals = totals_of(document(line(1, 1_000_000, FIVE_ON_TEN, TEN)))
    assert [(one.rule.code, one.amount) for one in totals.taxes] == [("A", 100_000), ("B", 55_000)]


def test_a_price_that_includes_tax() -> None:
    totals = totals_of(document(line(1, 111_000, PPN), includes_tax=True))
    assert totals.goods == Taxed(Decimal(100_000), Decimal(11_000), Decimal(111_000))


def test_withheld_tax_stands_on_services_alone_and_never_on_ppn() -> None:
    services = totals_of(document(line(1, 10_000_000, PPN, PPH23)))
    assert (services.withheld_total, services.payable) == (200_000, 10_900_000)
    both = totals_of(document(line(1, 10_000_000, PPN, PPH23), line(1, 5_000_000, PPN)))
    assert (both.grand_total, both.withheld_total, both.payable) == (16_650_000, 200_000, 16_450_000)


def test_part_of_an_hour() -> None:
    totals = totals_of(document(line("1.5", 350_000, PPN)))
    assert (totals.subtotal, totals.goods.tax) == (525_000, 57_750)


def test_the_discount_is_spread_over_taxed_and_exempt_lines() -> None:
    totals = totals_of(document(line(1, 6_000_000, PPN), line(1, 4_000_000), less=1_000_000))
    assert [one.share for one in totals.lines] == [600_000, 400_000]
    assert (totals.goods.tax, totals.grand_total) == (594_000, 9_594_000)


def test_two_returned_units() -> None:
    assert totals_of(document(line(2, 100_000, PPN))).grand_total == 222_000


def test_a_discount_on_a_discount() -> None:
    """6 % on the lines and 5 % on the document are 10,7 % of the list price."""
    totals = totals_of(document(line(1, 1_000_000, off=6), off=5))
    assert 1 - totals.goods.net / totals.gross == Decimal("0.107")


def test_a_bundle_is_taxed_by_what_it_holds() -> None:
    """B 4.000.000 with PPN and a service of 1.000.000 without, sold together for 4.500.000."""
    parts = [Component(Decimal(1), Decimal(4_000_000), Decimal(3_000_000), (PPN,)),
             Component(Decimal(1), Decimal(1_000_000), Decimal(500_000))]  # fmt: skip
    totals = totals_of(document(line(1, 4_500_000, components=parts)))
    assert totals.goods.tax == 396_000  # 3.600.000 of B at 11 %
    assert totals.margin == 1_000_000


def test_the_margin_of_a_bundle() -> None:
    parts = [Component(Decimal(1), Decimal(4_000_000), Decimal(2_900_000)),
             Component(Decimal(2), Decimal(1_500_000), Decimal(1_000_000))]  # fmt: skip
    totals = totals_of(document(line(1, 6_300_000, components=parts)))
    assert (totals.cost, totals.margin, totals.margin_percent) == (4_900_000, 1_400_000, Decimal("22.22"))


def test_a_whole_offer_with_sections_charges_and_instalments() -> None:
    lines = [
        section(), line(1, 1_380_000_000, PPN), line(2, 612_000_000, PPN, off=5), line(1, 38_500_000, PPN),
        section(), line(250, 1_150_000, PPN, PPH23, off=10), line(1, 45_000_000, PPN, PPH23),
        line(12, 7_500_000, PPN, PPH23, off=100),
    ]  # fmt: skip
    totals = totals_of(
        document(*lines, off=2, charges=[Charge("Ongkos kirim", Decimal(25_000_000), taxes=(PPN,))])
    )
    assert (totals.gross, totals.line_discount, totals.discount) == (3_065_000_000, 179_950_000, 57_701_000)
    assert totals.goods.net + totals.charged.net == 2_852_349_000
    assert (totals.grand_total, totals.withheld_total) == (3_166_107_390, 5_953_500)
    assert [totals.lines[place].subtotal for place in (0, 4)] == [2_581_300_000, 303_750_000]
    parts = instalments(totals.grand_total, [Decimal(30), Decimal(40), Decimal(30)], 0)
    assert parts == [949_832_217, 1_266_442_956, 949_832_217]


def test_an_option_nobody_chose_shows_its_price_and_adds_nothing() -> None:
    totals = totals_of(document(line(1, 100_000, PPN), line(1, 50_000, PPN, counts=False), off=10))
    assert totals.grand_total == 99_900
    assert totals.lines[1].taxed.gross == 55_500


def test_a_free_line_has_no_margin_percent() -> None:
    totals = totals_of(document(line(12, 7_500_000, off=100, cost=Decimal(10))))
    assert (totals.margin, totals.margin_percent) == (-120, None)


def test_dollars_have_cents() -> None:
    totals = totals_of(document(line(3, "19.99", ELEVEN), decimals=2))
    assert (totals.subtotal, totals.goods.tax) == (Decimal("59.97"), Decimal("6.60"))


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (document(line(1, 100, less=101)), "lines.0.discount"),
        (document(line(1, 100), line(1, 100, off=101)), "lines.1.discount"),
        (document(line(1, 100), less=101), "discount"),
        (document(line(1, 100), off=-1), "discount"),
    ],
)
def test_a_discount_beyond_the_price_is_refused(wrong: object, field: str) -> None:
    with pytest.raises(Refusal) as caught:
        totals_of(wrong)
    assert (caught.value.field, caught.value.code) == (field, "OUT_OF_RANGE")


def test_taxes_in_a_circle_are_refused() -> None:
    one = TaxRule("A", "A", Decimal(1), compounds_on=("B",))
    other = TaxRule("B", "B", Decimal(1), compounds_on=("A",))
    with pytest.raises(Refusal):
        totals_of(document(line(1, 100, one, other)))


def test_a_withheld_tax_cannot_stand_on_a_charge() -> None:
    with pytest.raises(Refusal):
        totals_of(document(line(1, 100), charges=[Charge("x", Decimal(1), taxes=(PPH23,))]))


def test_amounts_that_do_not_add_up_cannot_exist() -> None:
    with pytest.raises(ValueError):
        Taxed(Decimal(100), Decimal(11), Decimal(112))


def test_a_tax_is_the_same_after_it_was_stored() -> None:
    for rule in (PPN, PPH23, FIVE_ON_TEN):
        assert TaxRule.from_json(rule.as_json()) == rule
