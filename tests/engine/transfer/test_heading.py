"""Headings of offices and of other programs, brought to one form."""

from decimal import Decimal

import pytest

from relasi.engine.transfer.heading import plain, read_heading


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("No. HP*", "no hp"), ("MailingCity", "mailing city"), ("E-mail", "email"), ("e mail", "email"),
        ("Annual_Revenue", "annual revenue"), ("Tgl. Lahir", "tanggal lahir"), ("Nomor  Telp", "no telepon"),
        ("Número", "numero"), ("Ibu's name", "ibus name"), ("KODE POS", "kodepos"),
    ],
)  # fmt: skip
def test_spellings_of_one_heading_meet(written, meant):
    assert plain(written) == meant


@pytest.mark.parametrize(
    ("written", "bare", "factor"),
    [
        ("Omzet (ribu)", "omzet", 1000), ("Omzet (dalam jutaan rupiah)", "omzet", 1_000_000),
        ("Omzet dlm juta Rp", "omzet", 1_000_000), ("Revenue (in thousands)", "revenue", 1000),
        ("Omzet ('000)", "omzet", 1000), ("Omzet (Rp)", "omzet", 1), ("Omzet", "omzet", 1),
        ("Revenue bn", "revenue", 10**9), ("Limit [Rp ribu]", "limit", 1000),
    ],
)  # fmt: skip
def test_a_unit_in_the_heading_is_understood(written, bare, factor):
    found = read_heading(written)
    assert (found.bare, found.factor, found.hint) == (bare, Decimal(factor), "")


@pytest.mark.parametrize(
    ("written", "hint"), [("Omzet (USD)", "usd"), ("Telepon (kantor)", "kantor"), ("Email (2)", "2")]
)
def test_what_else_stands_in_brackets_is_only_a_hint(written, hint):
    assert read_heading(written).hint == hint
