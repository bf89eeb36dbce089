"""Money: in full in tables, short on cards, in the currency of its record; other currencies are never mistaken."""

from decimal import Decimal
from types import SimpleNamespace

import pytest

from relasi.engine.fields import CurrencyField, MoneyField
from relasi.engine.fields.kind import Invalid
from relasi.engine.fields.reader import ENGLISH, INDONESIAN
from tests.engine.fields.conftest import bound

AMOUNT = bound(MoneyField(currency_field="currency"), "amount")
OURS = bound(MoneyField(), "ours")
CURRENCY = bound(CurrencyField(), "currency")


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("1.250.000", "1250000"),
        ("1250000", "1250000"),
        ("1,5jt", "1500000"),
        ("2 M", "2000000000"),
        ("Rp 1.000", "1000"),
        ("Rp1.000", "1000"),
        ("rp. 1.000,-", "1000"),
        ("IDR 1,000,000", "1000000"),
        ("250.000 rupiah", "250000"),
        ("−Rp\u00a05.000", "-5000"),
        ("Rp -5.000", "-5000"),
        ("(Rp 5.000)", "-5000"),
        ("250rb", "250000"),
        ("1.250 jt", "1250000000"),
        ("1,5 miliar", "1500000000"),
        ("12.500,75", "12500.75"),
    ],
)
def test_an_amount_is_understood_as_indonesians_write_it(text, stored):
    assert OURS.parse(text, INDONESIAN) == Decimal(stored)


@pytest.mark.parametrize("text", ["USD 5", "$5", "5 USD", "S$ 5", "€5", "RM 5"])
def test_an_amount_in_another_currency_does_not_pass_for_one_in_ours(text):
    for kind in (OURS, AMOUNT):
        with pytest.raises(Invalid):
            kind.parse(text, INDONESIAN)


@pytest.mark.parametrize("text", ["Rp", "5 apel", "jt", "1,5 xyz", "12.345,678"])
def test_what_is_no_amount_is_refused_with_what_was_typed(text):
    with pytest.raises(Invalid):
        OURS.parse(text, INDONESIAN)


def test_the_refusal_quotes_what_was_typed():
    with pytest.raises(Invalid) as refused:
        OURS.parse("Rp abc", INDONESIAN)
    assert "“Rp abc”" in str(refused.value.message)


@pytest.mark.parametrize(
    ("value", "full", "brief", "brief_english"),
    [
        (0, "Rp 0", "Rp 0", "Rp 0"),
        (999, "Rp 999", "Rp 999", "Rp 999"),
        (1500, "Rp 1.500", "Rp 1,5 rb", "Rp 1.5k"),
        (250_000, "Rp 250.000", "Rp 250 rb", "Rp 250k"),
        (999_999, "Rp 999.999", "Rp 1 jt", "Rp 1 mn"),
        (742_800_000, "Rp 742.800.000", "Rp 742,8 jt", "Rp 742.8 mn"),
        (999_960_000, "Rp 999.960.000", "Rp 1 M", "Rp 1 bn"),
        (3_240_500_000, "Rp 3.240.500.000", "Rp 3,24 M", "Rp 3.24 bn"),
        (1_100_000_000_000, "Rp 1.100.000.000.000", "Rp 1,1 T", "Rp 1.1 tn"),
        (-57_701_000, "−Rp 57.701.000", "−Rp 57,7 jt", "−Rp 57.7 mn"),
    ],
)
def test_an_amount_is_shown_in_full_and_short(value, full, brief, brief_english):
    def plain(text):
        return text.replace("\u00a0", " ")

    assert plain(OURS.show(Decimal(value), INDONESIAN)) == full
    assert plain(OURS.short(Decimal(value), None, INDONESIAN)) == brief
    assert plain(OURS.short(Decimal(value), None, ENGLISH)) == brief_english


def test_a_fraction_of_a_rupiah_is_not_hidden():
    assert OURS.show(Decimal("12.50"), INDONESIAN) == "Rp\u00a012,50"


def test_the_record_names_the_currency():
    record = SimpleNamespace(amount=Decimal(12500), currency="USD")
    assert AMOUNT.cell(record.amount, record, INDONESIAN) == "USD\u00a012.500,00"
    assert AMOUNT.text_of(record, INDONESIAN) == "USD\u00a012.500,00"
    assert AMOUNT.cell(Decimal(5), SimpleNamespace(currency=None), INDONESIAN) == "Rp\u00a05"
    assert AMOUNT.cell(Decimal(5), SimpleNamespace(currency="<b>"), INDONESIAN).startswith("&lt;b&gt;")


def test_a_negative_amount_is_red():
    assert OURS.cell(Decimal(-5), None, INDONESIAN) == '<span class="neg">−Rp\u00a05</span>'


def test_an_export_keeps_the_number():
    assert OURS.export(Decimal("12.50"), INDONESIAN) == Decimal("12.50")


@pytest.mark.parametrize("text", ["usd", "USD", "Dolar Amerika Serikat", "US Dollar", "$"])
def test_a_currency_is_found_by_code_name_or_sign(text):
    assert CURRENCY.parse(text) == "USD"


def test_a_currency_nobody_pays_with_is_refused():
    for text in ("XXX", "DEM", "abc"):
        with pytest.raises(Invalid):
            CURRENCY.parse(text)
