"""Coretax: the file holds what the invoices hold, each broken field is found before it is sent, and nothing is sent twice."""

from __future__ import annotations

import io
import zipfile
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree as Xml

import pytest

from relasi.engine.access.acting import acting
from relasi.engine.records.change_set import close_change_set
from relasi.engine.records.refusal import Refused
from relasi.engine.records.undo import revert
from relasi.engine.records.write import create, update
from relasi.features.coretax import exporting
from relasi.features.coretax.checks import Prepared, seller_problems
from relasi.features.coretax.exporting import export, fill_buyers, prepare_all
from relasi.features.coretax.goods import _priced
from relasi.features.coretax.models import CoretaxExport
from relasi.features.coretax.output_tax import output_tax, totals
from relasi.features.coretax.schema import country3, newest, schemas
from relasi.features.coretax.xml_file import files_of
from relasi.kits.pipeline.days import today
from relasi.kits.trade.paper.letterhead import details
from relasi.kits.trade.unit import Unit
from relasi.modules.billing.company_details import CompanyDetails
from relasi.modules.billing.credit_note import CreditNote
from tests.make import again, make
from tests.modules.refused import refusing
from tests.modules.test_billing import new_act
from tests.modules.trading import issued, thing
from tests.people import signed_in

SELLER = "0012345678901000"


@pytest.fixture
def pkp(as_admin: Any) -> Any:
    """A company with a tax number and the taxes of Indonesia."""
    from relasi.modules.catalog.defaults import ensure_defaults

    ensure_defaults()
    return create(CompanyDetails, {"legal_name": "PT Surya", "npwp": SELLER})


def buyer(**values: Any) -> Any:
    address = {"street": "Jl. Asia Afrika 8", "city": "Bandung", "postal_code": "40111"}
    values = {"name": "PT Maju", "npwp": "012345678901001", "billing_address": address, **values}
    return make("customers.Account", **values)


def sold(*lines: Any, account: Any = None, **values: Any) -> Any:
    account = account or buyer()
    return issued(
        *(lines or [ppn(1_000_000)]), account=account, billing_address=account.billing_address, **values
    )


def ppn(
    price: Any, quantity: Any = 1, *, taxes: Any = ("PPN",), unit: str = "piece", **values: Any
) -> dict[str, Any]:
    return thing(price, quantity, taxes=list(taxes), unit=unit, **values)


def prepared(*invoices: Any, schema: Any = None) -> list[Prepared]:
    return prepare_all([again(one) for one in invoices], schema or newest())


def read(content: bytes | str) -> list[dict[str, Any]]:
    """The invoices of a file: element -> text, and their goods."""
    root = Xml.fromstring(content)
    assert (root.tag, root.findtext("TIN")) == ("TaxInvoiceBulk", SELLER)
    found = []
    for row in root.iter("TaxInvoice"):
        one: dict[str, Any] = {part.tag: part.text or "" for part in row}
        one["goods"] = [{part.tag: part.text or "" for part in good} for good in row.iter("GoodService")]
        found.append(one)
    return found


def file_of(*invoices: Any) -> list[dict[str, Any]]:
    rows = prepared(*invoices)
    assert [one.problems for one in rows] == [[] for _one in rows]
    return read(files_of(rows, newest(), details())[0])


def total(goods: list[dict[str, str]], name: str) -> Decimal:
    return sum((Decimal(good[name]) for good in goods), Decimal(0))


CASES = {
    "one": ([ppn(10_000_000)], {}),
    "golden": (
        [ppn(150_000, 10, discount_percent=10), ppn(200_000, 5)],
        {"discount_percent": 5, "shipping": 50_000},
    ),
    "thirds": ([ppn(10_005), ppn(10_005, "1.333"), ppn("33333", 3)], {"discount_amount": 7}),
    "group": ([ppn(10_005), ppn(10_005), ppn(10_005)], {"tax_mode": "group"}),
    "group, reduced": (
        [ppn(1_350_000), ppn(1_000_000, 3)],
        {"tax_mode": "group", "discount_amount": 100_001},
    ),
    "included": ([ppn(111_000), ppn(77_777, 3)], {"includes_tax": True, "discount_amount": 1_000}),
    "exempt beside": ([ppn(6_000_000), thing(4_000_000)], {"discount_amount": 1_000_000}),
    "withheld": ([ppn(10_000_000, taxes=("PPN", "PPH23"))], {}),
    "luxury": ([ppn(500_000_000, taxes=("PPN-MEWAH", "PPNBM-20"), unit="unit")], {}),
    "dollars": ([ppn("99.95", 7, discount_percent=3)], {"currency": "USD", "rate": "16123.45"}),
    "rounded up": ([ppn(333_333, 3)], {"adjustment": 1}),
}


@pytest.mark.parametrize("name", CASES)
def test_the_file_s_sums_are_those_of_the_invoice(pkp: Any, name: str) -> None:
    lines, values = CASES[name]
    invoice = again(sold(*lines, **values))
    [row] = file_of(invoice)
    vat = [tax for tax in invoice.tax_summary if tax["kind"] == "ppn_output"]
    rate, places = invoice.rate, Decimal("0.01")

    def rupiah(value: Any) -> Decimal:
        return Decimal(value) * rate

    close = places * len(row["goods"]) if rate != 1 else Decimal(0)
    assert abs(total(row["goods"], "TaxBase") - sum(rupiah(tax["base"]) for tax in vat)) <= close
    assert abs(total(row["goods"], "VAT") - sum(rupiah(tax["amount"]) for tax in vat)) <= close
    luxury = [tax for tax in invoice.tax_summary if tax["kind"] == "ppnbm"]
    assert abs(total(row["goods"], "STLG") - sum(rupiah(tax["amount"]) for tax in luxury)) <= close
    for good in row["goods"]:
        price, quantity, off, base = (Decimal(good[n]) for n in ("Price", "Qty", "TotalDiscount", "TaxBase"))
        assert off >= 0 and abs(price * quantity - off - base) <= places
        factor = Decimal(1) if name == "luxury" else Decimal(11) / 12
        assert abs(Decimal(good["OtherTaxBase"]) - base * factor) <= places
        assert abs(
            Decimal(good["OtherTaxBase"]) * Decimal(good["VATRate"]) / 100 - Decimal(good["VAT"])
        ) <= max(1, rate)


def test_the_golden_figures_stand_in_the_file(pkp: Any) -> None:
    lines, values = CASES["golden"]
    [row] = file_of(sold(*lines, **values))
    assert [good["Name"] for good in row["goods"]] == ["Panel", "Panel", "Ongkos kirim"] or len(
        row["goods"]
    ) == 3
    first = row["goods"][0]
    assert (first["Price"], first["Qty"], first["TotalDiscount"], first["TaxBase"]) == (
        "150000", "10", "217500", "1282500",
    )  # fmt: skip
    assert (first["OtherTaxBase"], first["VATRate"], first["VAT"], first["STLGRate"]) == (
        "1175625",
        "12",
        "141075",
        "0",
    )
    assert total(row["goods"], "VAT") == 245_575 + 5_500
    assert (row["goods"][2]["Opt"], row["goods"][2]["TaxBase"], row["goods"][2]["Unit"]) == (
        "B",
        "50000",
        "UM.0033",
    )


def test_elements_stand_in_the_order_of_the_schema(pkp: Any) -> None:
    invoice = sold()
    for schema in schemas().values():
        root = Xml.fromstring(files_of(prepared(invoice, schema=schema), schema, details())[0])
        row = next(root.iter("TaxInvoice"))
        assert [part.tag for part in row] == [*schema.invoice, "ListOfGoodService"]
        assert [part.tag for part in next(row.iter("GoodService"))] == list(schema.goods)
    assert (
        "CustomDocMonthYear" in newest().invoice and "CustomDocMonthYear" not in schemas()["2024-11"].invoice
    )


def test_every_unit_has_a_code_in_every_schema() -> None:
    for schema in schemas().values():
        assert set(schema.units) == set(Unit) and all(
            code.startswith("UM.00") for code in schema.units.values()
        )


def test_the_buyer_is_told_by_what_is_known(pkp: Any) -> None:
    company = sold()
    person = sold(account=buyer(name="Sari", kind="person", npwp=None, nik="3273015708900002"))
    abroad = sold(
        account=buyer(name="Acme Pte", npwp=None, billing_address={"street": "1 Orchard Rd", "country": "SG"})
    )
    update(abroad, {"buyer_other_id": "T08LL1234A"})
    rows = file_of(company, person, abroad)
    told = [(one["BuyerTin"], one["BuyerDocument"], one["BuyerDocumentNumber"], one["BuyerIDTKU"], one["BuyerCountry"])
            for one in rows]  # fmt: skip
    zeros = "0" * 16
    assert told == [
        ("0012345678901001", "TIN", "", "0012345678901001000000", "IDN"),
        (zeros, "National ID", "3273015708900002", "000000", "IDN"),
        (zeros, "Other ID", "T08LL1234A", "000000", "SGP"),
    ]
    first = rows[0]
    assert (first["SellerIDTKU"], first["TrxCode"], first["RefDesc"]) == (
        SELLER + "000000",
        "04",
        again(company).number,
    )
    assert first["TaxInvoiceDate"] == today().isoformat() and "Asia Afrika" in first["BuyerAdress"]


def test_what_xml_cannot_hold_is_left_out_and_what_it_must_escape_is(pkp: Any) -> None:
    [row] = file_of(sold(ppn(5, name='Kabel <3> & "x"\ufffe ]]>')))
    assert row["goods"][0]["Name"] == 'Kabel <3> & "x" ]]>'


def broken(**values: Any) -> Any:
    return lambda invoice: update(invoice, values)


def raw(**values: Any) -> Any:
    """Past every rule, as an older version may have left it."""

    def change(invoice: Any) -> None:
        invoice.__dict__.update(values)

    return change


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (broken(buyer_npwp="", buyer_nitku=""), "buyer"), (broken(buyer_nitku=""), "nitku"),
        (broken(buyer_name=""), "buyer_name"),
        (broken(buyer_address=""), "buyer_address"), (broken(buyer_country=""), "country"),
        (broken(transaction_code="01"), "misfit"), (broken(transaction_code="07"), "facility"),
        (broken(transaction_code="08", facility="1"), "misfit"), (raw(buyer_nitku="9" * 22), "nitku"),
        (raw(currency="USD"), "rate"), (raw(grand_total=Decimal(5)), "figures"), (raw(tax_total=Decimal(5)), "figures"),
    ],
)  # fmt: skip
def test_each_broken_field_is_found(pkp: Any, change: Any, code: str) -> None:
    invoice = again(sold())
    assert prepared(invoice)[0].is_ready
    change(invoice)
    [found] = prepare_all([invoice if change.__qualname__.startswith("raw") else again(invoice)], newest())
    assert code in {one.code for one in found.problems}
    assert all(one.text and "%(" not in one.text and "%%" not in one.text for one in found.problems)
    assert all(
        one.url.startswith(f"/invoices/{invoice.pk}/") for one in found.problems if one.code != "figures"
    )


@pytest.mark.parametrize(
    ("lines", "code"),
    [([ppn(100, discount_percent=100)], "zero"), ([ppn(100, taxes=("PPN-EKSPOR",))], "no_code"),
     ([ppn(100), ppn(100, taxes=("PPN-MEWAH",))], "codes")],
)  # fmt: skip
def test_lines_no_tax_invoice_can_hold_are_found(pkp: Any, lines: Any, code: str) -> None:
    [found] = prepared(sold(*lines))
    assert [one.code for one in found.problems] == [code]


def test_an_unknown_unit_is_found(pkp: Any) -> None:
    from dataclasses import replace

    schema = replace(newest(), units={})
    assert [one.code for one in prepared(sold(), schema=schema)[0].problems] == ["unit"]


def test_a_company_without_tax_number_exports_nothing(as_admin: Any, company: Any) -> None:
    from relasi.modules.catalog.defaults import ensure_defaults

    ensure_defaults()
    assert [one.code for one in seller_problems(details())] == ["seller_npwp"]
    invoice = sold()
    with refusing("REQUIRED"):
        export(company.admin, [invoice.pk], newest(), again=False)
    assert again(invoice).tax_invoice_status == "not_made" and not CoretaxExport.objects.exists()


def test_a_facility_tells_the_ppn_it_covers(pkp: Any) -> None:
    invoice = sold(ppn(1_200_000, taxes=("PPN-BEBAS",)))
    update(invoice, {"facility": "1"})
    [row] = file_of(invoice)
    assert (row["TrxCode"], row["AddInfo"], row["FacilityStamp"]) == ("08", "TD.00501", "TD.01101")
    good = row["goods"][0]
    assert (good["TaxBase"], good["OtherTaxBase"], good["VATRate"], good["VAT"]) == (
        "1200000",
        "1100000",
        "12",
        "132000",
    )


def test_whole_rupiah_where_the_company_says_so(pkp: Any) -> None:
    update(pkp, {"coretax_rounding": "rupiah"})
    [row] = file_of(sold(ppn(10_000_000)))
    assert row["goods"][0]["OtherTaxBase"] == "9166667"


def test_exported_once_and_again_only_when_asked_for(pkp: Any, company: Any) -> None:
    good, bad = sold(), sold(account=buyer(name="Tanpa NPWP", npwp=None))
    new_act()
    made = export(company.admin, [good.pk, bad.pk], newest(), again=False)
    assert (made.count, made.base, made.vat) == (1, 1_000_000, 110_000)
    assert (again(good).tax_invoice_status, again(bad).tax_invoice_status) == ("exported", "not_made")
    act = new_act()
    with refusing("REQUIRED"):
        export(company.admin, [good.pk], newest(), again=False)
    second = export(company.admin, [good.pk], newest(), again=True)
    assert second.files.get().content == made.files.get().content
    assert read(made.files.get().content)[0]["RefDesc"] == again(good).number
    revert(act)
    assert again(good).tax_invoice_status == "not_made"
    update(again(good), {"tax_invoice_number": "04002600012345678"})
    with refusing("REQUIRED"):
        export(company.admin, [good.pk], newest(), again=True)


def test_a_rejected_one_is_exported_again(pkp: Any, company: Any) -> None:
    invoice = sold()
    export(company.admin, [invoice.pk], newest(), again=False)
    update(again(invoice), {"tax_invoice_status": "rejected"})
    assert export(company.admin, [invoice.pk], newest(), again=False).count == 1


def test_many_invoices_are_several_files(pkp: Any, company: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    invoices = [sold() for _each in range(5)]
    made = export(company.admin, [one.pk for one in invoices], replace(newest(), most=2), again=False)
    close_change_set()
    answer = signed_in(company.admin).get(f"/coretax/files/{made.pk}/")
    assert answer["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as zipped:
        found = [row["RefDesc"] for name in zipped.namelist() for row in read(zipped.read(name))]
        assert len(zipped.namelist()) == 3 and sorted(found) == sorted(again(one).number for one in invoices)


def test_missing_buyers_come_from_the_accounts_and_what_stands_stays(pkp: Any) -> None:
    account = buyer(npwp=None)
    invoice = sold(account=account)
    update(invoice, {"buyer_name": "PT Maju (Persero)"})
    update(account, {"npwp": "0999888777666000"})
    fill_buyers([again(invoice)])
    found = again(invoice)
    assert (found.buyer_name, found.buyer_npwp, found.buyer_nitku) == (
        "PT Maju (Persero)", "0999888777666000", "0999888777666000000000",
    )  # fmt: skip
    assert prepared(found)[0].is_ready


def test_who_sees_no_invoice_of_a_seller_exports_none(pkp: Any, company: Any) -> None:
    invoice = sold()
    with pytest.raises(Refused):
        export(company.sales_a, [invoice.pk], newest(), again=False)
    assert again(invoice).tax_invoice_status == "not_made"


def test_the_list_of_output_tax_is_invoices_less_what_came_back(pkp: Any, company: Any) -> None:
    invoice = sold(ppn(10_000_000))
    update(invoice, {"tax_invoice_number": "0100012412345678"})
    values = {"subject": "Retur", "account": invoice.account_id, "return_note_number": "NR-1"}
    create(CreditNote, values, lines=[ppn(1_000_000)])
    rows, more = output_tax(company.admin, today(), today())
    assert not more and {row.number for row in rows} == {"0100012412345678", "NR-1"}
    assert totals(rows)["base"] == 9_000_000 and totals(rows)["vat"] == 990_000


@pytest.mark.parametrize(
    ("base", "quantity", "price"),
    [("100", "3", None), ("0", "3", None), ("99.99", "0.001", "5"), ("10", "1.5", "6.67")],
)
def test_a_price_and_a_discount_give_the_base(base: str, quantity: str, price: str | None) -> None:
    found, off = _priced(Decimal(base), Decimal(quantity), Decimal(price) if price else None, 2)
    assert off >= 0 and abs(found * Decimal(quantity) - off - Decimal(base)) <= Decimal("0.005")


def test_countries_have_three_letters() -> None:
    assert [country3(code) for code in ("ID", "US", "DE", "GB", "")] == ["IDN", "USA", "DEU", "GBR", ""]


def test_pages_and_files_tell_the_same(company: Any) -> None:
    with acting(company.admin):
        from relasi.modules.catalog.defaults import ensure_defaults

        ensure_defaults()
        create(CompanyDetails, {"legal_name": "PT Surya", "npwp": SELLER})
        good, bad = sold(), sold(account=buyer(name="Tanpa NPWP", npwp=None))
    close_change_set()
    browser = signed_in(company.admin)
    page = browser.get("/coretax/").content.decode()
    assert again(good).number in page and f"/invoices/{bad.pk}/#fact-buyer_npwp" in page
    answer = browser.post("/coretax/export/", {"all": "1"})
    assert answer.status_code == 302 and "made=" in answer["Location"]
    close_change_set()
    assert (again(good).tax_invoice_status, again(bad).tax_invoice_status) == ("exported", "not_made")
    made = CoretaxExport.objects.get()
    xml = browser.get(f"/coretax/files/{made.pk}/")
    assert xml["Content-Type"] == "application/xml" and len(read(xml.content)) == 1
    assert f"/coretax/files/{made.pk}/" in browser.get(answer["Location"]).content.decode()
    assert again(good).number in browser.get("/coretax/?tab=exported").content.decode()
    assert browser.get("/coretax/?tab=done&first=x&last=y").status_code == 200
    listed = browser.get("/coretax/output-tax/?format=csv").content.decode("utf-8-sig")
    assert again(good).number in listed and "110000" in listed.replace(".", "").replace(",00", "")
    assert browser.get("/coretax/output-tax/?format=xlsx").status_code == 200
    assert signed_in(company.sales_a).get(f"/coretax/files/{made.pk}/").status_code == 404
    assert exporting.MOST >= 1000
