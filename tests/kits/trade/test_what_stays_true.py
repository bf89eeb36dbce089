"""Whatever a document holds, its figures add up."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from relasi.kits.trade.figures import Charge, Component, Discount, Document, Line, LineKind, TaxMode, Totals
from relasi.kits.trade.rounding import rounded, shares
from relasi.kits.trade.totals import mirrored, totals_of
from tests.kits.trade.figures_by_hand import ELEVEN, EXPORT, FIVE_ON_TEN, LUXURY, PPH23, PPN, TEN

TAXES = st.sampled_from([(), (PPN,), (LUXURY,), (EXPORT,), (ELEVEN, PPH23), (TEN, FIVE_ON_TEN), (PPN, PPH23)])
PERCENTS = st.decimals(0, 100, places=2)
DISCOUNTS = st.one_of(st.just(Discount()), PERCENTS.map(lambda p: Discount(percent=p)))


def money(most: int = 5_000_000_000) -> st.SearchStrategy[Decimal]:
    return st.one_of(st.integers(0, most).map(Decimal), st.decimals(0, 10_000, places=2))


COMPONENTS = st.lists(
    st.builds(Component, st.decimals(1, 100, places=3), money(), money(), TAXES), min_size=1, max_size=4
)
LINES = st.builds(
    Line,
    quantity=st.decimals("0.001", 5000, places=3),
    price=money(),
    discount=DISCOUNTS,
    taxes=TAXES,
    cost=money(),
    components=st.one_of(st.just([]), COMPONENTS),
    kind=st.sampled_from([LineKind.ITEM] * 5 + [LineKind.SECTION, LineKind.NOTE]),
    counts=st.sampled_from([True, True, True, False]),
)
CHARGES = st.one_of(
    st.builds(Charge, st.just("c"), money(1_000_000), st.none(), st.sampled_from([(), (PPN,)])),
    st.builds(Charge, st.just("c"), st.none(), PERCENTS, st.sampled_from([(), (PPN,)])),
)
DOCUMENTS = st.builds(
    Document,
    lines=st.lists(LINES, min_size=1, max_size=8),
    decimals=st.sampled_from([0, 2]),
    discount=DISCOUNTS,
    mode=st.sampled_from(list(TaxMode)),
    group_taxes=st.sampled_from([(), (PPN,), (TEN, FIVE_ON_TEN)]),
    charges=st.lists(CHARGES, max_size=2),
    adjustment=st.integers(-500, 500).map(Decimal),
    includes_tax=st.booleans(),
)


def counting(document: Document, totals: Totals) -> list:
    both = zip(document.lines, totals.lines, strict=True)
    return [figure for line, figure in both if line.kind == LineKind.ITEM and line.counts]


@given(DOCUMENTS)
@settings(max_examples=300)
def test_lines_add_up_to_the_document(document: Document) -> None:
    totals = totals_of(document)
    lines = counting(document, totals)
    assert sum(one.share for one in lines) == totals.discount
    assert sum(one.net for one in lines) == totals.subtotal == totals.gross - totals.line_discount
    assert sum(one.taxed.net for one in lines) == totals.goods.net
    assert sum(one.taxed.tax for one in lines) == totals.goods.tax == sum(one.amount for one in totals.taxes)
    assert totals.charged.tax == sum(one.amount for one in totals.charge_taxes)
    before_or_with_tax = totals.goods.gross if document.includes_tax else totals.goods.net
    assert before_or_with_tax == totals.subtotal - totals.discount
    assert totals.grand_total == (
        totals.goods.net + totals.goods.tax + totals.charged.net + totals.charged.tax + totals.adjustment
    )


@given(DOCUMENTS)
def test_no_figure_has_more_decimals_than_the_currency(document: Document) -> None:
    totals = totals_of(document)
    for one in (totals.goods.net, totals.goods.tax, totals.grand_total, totals.payable, totals.margin):
        assert one == rounded(one, document.decimals)


@given(DOCUMENTS)
def test_no_line_gets_more_discount_than_it_is_worth(document: Document) -> None:
    for one in counting(document, totals_of(document)):
        assert 0 <= one.share <= one.net


@given(DOCUMENTS)
def test_taking_all_back_is_the_same_with_the_other_sign(document: Document) -> None:
    there, back = totals_of(document), totals_of(mirrored(document))
    for name in ("subtotal", "discount", "grand_total", "withheld_total", "payable", "margin"):
        assert getattr(back, name) == -getattr(there, name)
    assert [one.amount for one in back.taxes] == [-one.amount for one in there.taxes]
    for one, other in zip(there.lines, back.lines, strict=True):
        assert (one.taxed.net, one.taxed.tax, one.share) == (-other.taxed.net, -other.taxed.tax, -other.share)


@given(st.integers(1, 10**12), st.sampled_from([(PPN,), (LUXURY,), (ELEVEN,), (TEN, FIVE_ON_TEN)]))
def test_a_price_with_tax_inside_and_the_same_price_without_meet(net: int, taxes: tuple) -> None:
    """Tax put on a price and taken out again gives the price again; several taxes rounded on each other may move a unit."""
    without = Document([Line(Decimal(1), Decimal(net), taxes=taxes)], 0)
    gross = totals_of(without).goods
    inside = Document([Line(Decimal(1), gross.gross, taxes=taxes)], 0, includes_tax=True)
    back = totals_of(inside).goods
    assert back.gross == gross.gross
    assert abs(back.net - gross.net) <= len(taxes) - 1


@given(DOCUMENTS, st.randoms())
def test_the_order_of_lines_changes_no_total_by_more_than_remainders(
    document: Document, chance: object
) -> None:
    lines = list(document.lines)
    chance.shuffle(lines)
    before, after = totals_of(document), totals_of(replace(document, lines=lines))
    assert (before.subtotal, before.discount) == (after.subtotal, after.discount)


@given(st.integers(-(10**12), 10**12), st.lists(money(), min_size=1, max_size=20))
def test_shares_add_up_and_stay_within_one_unit(total: int, weights: list[Decimal]) -> None:
    found = shares(Decimal(total), weights, 0)
    assert sum(found) == total
    whole = sum(map(Fraction, weights))
    for share, weight in zip(found, weights, strict=True):
        exact = Fraction(total) * (Fraction(weight) / whole if whole else Fraction(1, len(weights)))
        assert abs(Fraction(share) - exact) < 1


@given(st.fractions(), st.integers(0, 3))
def test_rounding_is_half_away_from_zero_and_the_same_on_both_sides(value: Fraction, decimals: int) -> None:
    found = rounded(value, decimals)
    assert abs(Fraction(found) - value) * 2 * 10**decimals <= 1
    assert rounded(-value, decimals) == found.copy_negate()


def test_a_half_goes_away_from_zero() -> None:
    assert [rounded(Decimal(t), 0) for t in ("0.5", "1.5", "2.5", "-0.5", "0.49")] == [1, 2, 3, -1, 0]
