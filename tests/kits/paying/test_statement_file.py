"""Statement files: the layouts of banks are read to the same rows, and nothing is taken for money that is none."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relasi.engine.transfer.bad_file import BadFile
from relasi.kits.paying.statement_file import amount_of, day_of, read_statement

TODAY = date(2026, 11, 30)


@pytest.mark.parametrize(
    ("text", "mark", "amount"),
    [
        ("1,110,000.00 CR", "", "1110000"),
        ("1,110,000.00 DB", "", "-1110000"),
        ("1.110.000,00", "", "1110000"),
        ("1110000.00", "K", "1110000"),
        ("1110000", "D", "-1110000"),
        ("Rp 250.000", "", "250000"),
        ("IDR 250,000.50", "CR", "250000.50"),
        ("(75.000)", "", "-75000"),
        ("-75000", "", "-75000"),
        (75000, "", "75000"),
        (Decimal("75000.25"), "DB", "-75000.25"),
    ],
)
def test_amounts_of_banks(text: object, mark: str, amount: str) -> None:
    assert amount_of(text, mark) == Decimal(amount)


@given(st.integers(1, 10**14), st.sampled_from(["{:,.2f}", "{:,.2f} CR", "{:.2f}"]), st.booleans())
def test_an_amount_written_in_either_style_is_read_back(sen: int, form: str, indonesian: bool) -> None:
    value = Decimal(sen) / 100
    text = form.format(value)
    if indonesian:
        text = text.translate({ord(","): ".", ord("."): ","})
    assert amount_of(text) == value


@pytest.mark.parametrize("text", ["", "abc", "1,2,3", "CR"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        amount_of(text)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("01/11/2026", date(2026, 11, 1)),
        ("2026-11-01 10:22:11", date(2026, 11, 1)),
        ("01 Nov 2026, 10:22", date(2026, 11, 1)),
        ("01-Nov-26", date(2026, 11, 1)),
        ("01/11", date(2026, 11, 1)),
        ("31/12", date(2025, 12, 31)),
        ("29/02", date(2024, 2, 29)),
        (date(2026, 1, 2), date(2026, 1, 2)),
    ],
)
def test_days_of_banks(text: object, day: date) -> None:
    assert day_of(text, TODAY) == day


def test_a_statement_with_titles_marks_and_sums_is_read() -> None:
    rows = [
        ["No. rekening", "=", "'0123456789"],
        ["Periode", "=", "01/10/2025 - 31/10/2025"],
        ["Tanggal Transaksi", "Keterangan", "Cabang", "Jumlah", "", "Saldo"],
        [
            "'05/10",
            "TRSF E-BANKING CR PT MAJU JAYA INV/2025/00012",
            "0000",
            "1,110,000.00",
            "CR",
            "5,110,000.00",
        ],
        ["'06/10", "BIAYA ADM", "0000", "15,000.00", "DB", "5,095,000.00"],
        ["PEND", "SWITCHING CR", "0000", "20,000.00", "CR", ""],
        ["'40/10", "SALAH", "0000", "20,000.00", "CR", ""],
        ["'07/10", "RUSAK", "0000", "2x,000", "CR", ""],
        ["Saldo Awal", "", "", "4,000,000.00", "", ""],
        ["", "", "", "", "", ""],
    ]
    found = read_statement(rows, TODAY)
    (only,) = found.incoming
    assert (only.row, only.day, only.amount) == (4, date(2025, 10, 5), Decimal(1_110_000))
    assert only.description.endswith("INV/2025/00012")
    assert found.outgoing == 1
    assert [row for row, _why in found.faults] == [6, 7, 8]


def test_credit_and_debit_in_columns_of_their_own() -> None:
    rows = [
        ["Date", "Description", "Reference No.", "Debit", "Credit", "Balance"],
        ["02/11/2026", "Listrik", "1", "500.000,00", "", "1"],
        ["02/11/2026", "Setoran", "2", "0,00", "750.000,00", "1"],
        ["03/11/2026", "Biaya", "3", "6.500,00", "0,00", "1"],
    ]
    found = read_statement(rows, TODAY)
    assert [(one.amount, one.reference) for one in found.incoming] == [(Decimal(750_000), "2")]
    assert found.outgoing == 2
    assert found.faults == []


def test_a_report_of_a_payment_service_brings_its_fees() -> None:
    rows = [
        ["Order ID", "Transaction Time", "Gross Amount", "Fee", "VA Number", "Customer Name"],
        ["INV-2026-00007-ab12", "2026-11-20 09:00", 1_110_000, "4,440", 8808123400000012, "PT Maju"],
    ]
    (only,) = read_statement(rows, TODAY).incoming
    assert (only.amount, only.fee) == (Decimal(1_110_000), Decimal(4_440))
    assert (only.reference, only.virtual_account, only.payer) == (
        "INV-2026-00007-ab12", "8808123400000012", "PT Maju",
    )  # fmt: skip


@pytest.mark.parametrize("rows", [[], [["a", "b"]], [["Tanggal", "Keterangan"], ["1/1/2026", "x"]]])
def test_a_file_without_such_a_table_is_refused(rows: list[list[str]]) -> None:
    with pytest.raises(BadFile):
        read_statement(rows, TODAY)


_CELLS = st.one_of(
    st.none(), st.text(max_size=12), st.integers(), st.dates(), st.sampled_from(["CR", "DB", "0", "1/1/26"])
)


@given(st.lists(st.lists(_CELLS, max_size=6), max_size=8))
def test_whatever_stands_below_the_heading_nothing_breaks(body: list[list[object]]) -> None:
    found = read_statement([["Tanggal", "Keterangan", "Jumlah", "Kredit", "Debet"], *body], TODAY)
    assert all(one.amount > 0 for one in found.incoming)
    assert len(found.incoming) + found.outgoing + len(found.faults) <= len(body)
