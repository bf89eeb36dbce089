"""Withholding: the slip of what a customer kept back for the tax office comes later, and what has none is listed."""

from __future__ import annotations

from typing import Any

import pytest

from relasi.engine.records.write import update
from relasi.modules.billing.invoice import Invoice
from tests.engine.api.program import Program
from tests.make import again, make
from tests.modules.refused import refusing
from tests.modules.test_billing import new_act
from tests.modules.trading import document, issued, thing
from tests.people import signed_in

pytestmark = pytest.mark.usefixtures("as_admin")
SLIP = "BP23-0000012345"


@pytest.fixture(autouse=True)
def taxes(as_admin: Any) -> None:
    from relasi.modules.catalog.defaults import ensure_defaults

    ensure_defaults()


def withheld(amount: int = 10_000_000, **values: Any) -> Any:
    return issued(thing(amount, taxes=["PPN", "PPH23"]), **values)


def test_the_slip_comes_after_issue_and_leaves_every_figure(company: Any) -> None:
    invoice = withheld()
    assert (invoice.withheld_total, invoice.payable, invoice.awaits_slip) == (200_000, 10_900_000, True)
    assert invoice.withheld_taxes.startswith("PPh 23")
    invoice.note_slip(SLIP, "2026-11-05")
    kept = again(invoice)
    assert (kept.slip_number, str(kept.slip_date), kept.awaits_slip) == (SLIP, "2026-11-05", False)
    assert (kept.withheld_total, kept.balance) == (200_000, 10_900_000)


@pytest.mark.parametrize(
    ("values", "field", "code"),
    [
        ({"slip_date": "2026-11-05"}, "slip_number", "REQUIRED"),
        ({"slip_number": "x" * 51}, "slip_number", "OUT_OF_RANGE"),
        ({"slip_number": SLIP, "slip_date": "31-31-2026"}, "slip_date", "INVALID_VALUE"),
    ],
)
def test_a_wrong_slip_is_refused_by_its_field(values: dict[str, Any], field: str, code: str) -> None:
    invoice = withheld()
    with refusing(code, field):
        update(invoice, values)
    assert again(invoice).slip_number is None


def test_where_nothing_is_withheld_or_nothing_is_issued_there_is_no_slip() -> None:
    with refusing("INVALID_VALUE", "slip_number"):
        update(issued(thing(1000)), {"slip_number": SLIP})
    with refusing("INVALID_TRANSITION", "slip_number"):
        update(document(Invoice, thing(1000, taxes=["PPH23"])), {"slip_number": SLIP})


def test_the_list_tells_what_has_no_slip_yet_with_its_columns(company: Any) -> None:
    account = make("customers.Account", name="PT Pemotong")
    waiting, done = (
        withheld(account=account, subject="Menunggu"),
        withheld(account=account, subject="Diterima"),
    )
    issued(thing(1000), account=account, subject="Tanpa potongan")
    done.note_slip(SLIP)
    new_act()
    client = signed_in(company.admin)
    page = client.get("/invoices/?view=slips_missing").content.decode()
    assert waiting.number in page and done.number not in page and "PPh 23" in page and "200.000" in page
    whole = client.get("/invoices/?view=withheld").content.decode()
    assert waiting.number in whole and SLIP in whole
    assert "Tanpa potongan" not in whole


def test_by_api_a_slip_is_noted_and_read(company: Any) -> None:
    invoice = withheld()
    new_act()
    api = Program(company.admin)
    assert api.post(f"invoices/{invoice.pk}/do/note_slip", {"slip_number": SLIP}).status_code == 200
    assert api.get(f"invoices/{invoice.pk}").data["slip_number"] == SLIP
    assert api.post(f"invoices/{invoice.pk}/do/note_slip", {"slip_number": "2"}).status_code == 404
