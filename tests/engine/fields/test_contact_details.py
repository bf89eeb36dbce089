"""E-mail, phone, web address and postal address: normalised, linked, found however they are written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relasi.engine.fields import AddressField, EmailField, PhoneField, UrlField
from relasi.engine.fields.kind import EMPTY_CELL, Invalid
from relasi.engine.fields.reader import ENGLISH, INDONESIAN
from tests.engine.fields.conftest import bound

EMAIL = bound(EmailField())
PHONE = bound(PhoneField())
URL = bound(UrlField())
ADDRESS = bound(AddressField(), "home")


def test_an_email_is_trimmed_and_its_domain_lowered():
    assert EMAIL.parse(" Budi@Contoh.CO.ID ") == "Budi@contoh.co.id"
    assert EMAIL.parse("  ") is None
    for raw in ("ratna@", "abc", "a@b", "a b@x.id"):
        with pytest.raises(Invalid):
            EMAIL.parse(raw)
    assert EMAIL.cell("a@x.id") == '<a class="link trunc" href="mailto:a@x.id">a@x.id</a>'


@pytest.mark.parametrize(
    "raw", ["0812-3456-7890", "+62 812 3456 7890", "62812 34567890", "0812.3456.7890", "81234567890"]
)
def test_every_usual_form_of_a_phone_number_is_stored_the_same(raw):
    assert PHONE.parse(raw) == "+6281234567890"


@pytest.mark.parametrize("piece", ["0812", "812-3456", "81234567890", "+62812", "62812", "7890", "0812 3456"])
def test_a_phone_number_is_found_by_any_part_however_written(piece):
    assert PHONE.holds("+6281234567890", "contains", PHONE.operand("contains", piece))


@pytest.mark.parametrize("piece", ["0812", "+62812", "62812", "812"])
def test_a_phone_number_starts_as_people_say_it(piece):
    assert PHONE.holds("+6281234567890", "starts", PHONE.operand("starts", piece))
    assert not PHONE.holds("+6221081234", "starts", PHONE.operand("starts", piece))


def test_a_phone_number_is_shown_to_each_reader_and_exported_as_stored():
    assert PHONE.show("+6281234567810", INDONESIAN) == "0812-3456-7810"
    assert PHONE.show("+6281234567810", ENGLISH) == "+62 812-3456-7810"
    assert PHONE.export("+6281234567810", INDONESIAN) == "+6281234567810"
    assert 'href="tel:+6281234567810"' in PHONE.cell("+6281234567810", None, INDONESIAN)
    with pytest.raises(Invalid):
        PHONE.parse("0812")


@pytest.mark.parametrize(
    ("raw", "stored"),
    [
        ("www.contoh.co.id", "https://www.contoh.co.id"),
        ("HTTP://Contoh.ID/", "http://contoh.id"),
        ("contoh.id:8080/a?b=1#c", "https://contoh.id:8080/a?b=1#c"),
        ("//contoh.id", "https://contoh.id"),
        ("https://münchen.example/ü", "https://münchen.example/ü"),
        ("", None),
    ],
)
def test_a_web_address_gets_its_scheme(raw, stored):
    assert URL.parse(raw) == stored


@pytest.mark.parametrize(
    "raw",
    ["javascript:alert(1)", "data:text/html,x", "ftp://x.id", "http://", "x", "a b.id", "https://bank.id@evil.id",
     "http://x.id:99999", "mailto:a@x.id", "https://x..id", "https://x.id/\u0000 y", "http://[::1", "x" * 600 + ".id"],
)  # fmt: skip
def test_what_leads_to_no_page_is_refused(raw):
    with pytest.raises(Invalid):
        URL.parse(raw)


def test_a_stored_script_never_becomes_a_link():
    assert URL.cell("javascript:alert(1)") == "javascript:alert(1)"
    assert URL.cell('https://x.id/"><b>').count("<b>") == 0


@given(st.text(max_size=40))
def test_a_web_address_once_taken_stays_as_it_is(raw):
    try:
        value = URL.parse(raw)
    except Invalid:
        return
    assert URL.parse(value) == value
    assert value is None or value.startswith(("https://", "http://"))


FULL = {
    "street": "Jl. Melati 5", "rt_rw": "001/002", "kelurahan": "Gambir", "kecamatan": "Gambir", "city": "Jakarta Pusat",
    "province": "DKI Jakarta", "postal_code": "10110", "country": "ID", "po_box": "12",
}  # fmt: skip


def test_an_address_keeps_its_parts_in_order_and_drops_empty_ones():
    raw = {"postal_code": "10 110", "city": " Jakarta Pusat ", "street": "", "country": "indonesia"}
    assert list(ADDRESS.parse(raw).items()) == [
        ("city", "Jakarta Pusat"),
        ("postal_code", "10110"),
        ("country", "ID"),
    ]
    assert ADDRESS.parse(FULL) == FULL
    assert ADDRESS.parse({"city": " "}) is None
    assert ADDRESS.parse("Jl. Melati 5\nBogor") == {"street": "Jl. Melati 5 Bogor"}


@pytest.mark.parametrize(
    "raw",
    [
        {"postal_code": "1234"},
        {"postal_code": "SW1A 1AA"},
        {"country": "Narnia"},
        {"planet": "Mars"},
        {"city": "x" * 101},
    ],
)
def test_an_address_that_cannot_be_is_refused(raw):
    with pytest.raises(Invalid):
        ADDRESS.parse(raw)


@pytest.mark.parametrize(
    ("written", "code"),
    [("SG", "SG"), ("Singapura", "SG"), ("singapore", "SG"), ("USA", "US"), ("Inggris", "GB")],
)
def test_a_country_is_written_in_any_usual_way(written, code):
    assert ADDRESS.parse({"country": written, "postal_code": "SW1A 1AA"})["country"] == code


def test_an_address_is_one_line_in_a_list_and_a_block_on_a_page():
    assert ADDRESS.show(FULL, INDONESIAN) == (
        "Jl. Melati 5, RT/RW 001/002, Kel. Gambir, Kec. Gambir, PO Box 12, Jakarta Pusat 10110, DKI Jakarta"
    )
    assert (
        ADDRESS.fact({"street": "<b>", "country": "SG"}, None, INDONESIAN)
        == "<span>&lt;b&gt;<br>Singapura</span>"
    )
    assert ADDRESS.cell(None) == EMPTY_CELL


def test_a_part_of_an_address_is_a_value_of_its_own():
    class Bird:
        home = FULL

    city = ADDRESS.part("city")
    assert city.value_of(Bird) == "Jakarta Pusat"
    assert city.holds("Jakarta Pusat", "is", "jakarta pusat")
    assert ADDRESS.part("country").show("ID", ENGLISH) == "Indonesia"
    assert ADDRESS.part("country").operand("is", "Singapura") == "SG"
    with pytest.raises(LookupError):
        ADDRESS.part("planet")


def test_a_form_gives_the_parts_of_an_address():
    assert ADDRESS.given({"home.city": "Bogor", "home.street": "", "other": "x"}) == {
        "street": "",
        "city": "Bogor",
    }
    assert ADDRESS.given({"other": "x"}) is None
