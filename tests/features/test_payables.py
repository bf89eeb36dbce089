"""Payables: what is owed to vendors by age, as of a day, and what falls due soon."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from relasi.engine.access.acting import acting
from relasi.engine.records.change_set import close_change_set
from relasi.features.receivables.ageing import SOON, ageing, due_soon, rows_behind
from relasi.features.receivables.sides import PAYABLES
from relasi.kits.pipeline.days import today
from relasi.modules.purchasing.bill import Bill
from tests.make import again
from tests.modules.buying import approved_vendor, bill
from tests.modules.trading import thing
from tests.people import signed_in

pytestmark = pytest.mark.usefixtures("as_admin")
DAY = timedelta(days=1)


def owing(vendor: Any, amount: int, due: int) -> Bill:
    """A bill of a hundred days ago that falls due so many days from now."""
    made = bill(
        thing(amount), vendor=vendor, date=str(today() - 200 * DAY), due_date=str(today() + due * DAY)
    )
    return made.approve()


def bands(rows: list[Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for row in rows:
        for band, amount in row.bands.items():
            found[band] = found.get(band, 0) + amount
    return found


def test_every_bill_stands_in_its_band_and_figures_equal_their_rows(company: Any) -> None:
    one, other = approved_vendor(), approved_vendor()
    for amount, due in (
        (10, 0),
        (20, -1),
        (30, -30),
        (40, -31),
        (50, -60),
        (60, -61),
        (70, -90),
        (80, -91),
        (90, 20),
    ):
        owing(one if due % 2 else other, amount, due)
    bill(thing(5))  # a draft is owed by nobody
    owing(one, 7, 5).cancel("x")
    rows = ageing(company.admin, today(), side=PAYABLES)
    assert bands(rows) == {"not_due": 100, "d30": 50, "d60": 90, "d90": 130, "over": 80}
    for row in rows:
        for band, amount in row.bands.items():
            behind = rows_behind(company.admin, today(), band, row.party, row.currency, PAYABLES)
            assert sum(found.left for found in behind) == amount > 0


def test_what_was_paid_since_counts_as_unpaid_then(company: Any) -> None:
    found = owing(approved_vendor(), 1000, -10)
    again(found).pay(amount=400, date=str(today() - 3 * DAY))
    assert bands(ageing(company.admin, today(), side=PAYABLES)) == {"d30": 600}
    assert bands(ageing(company.admin, today() - 4 * DAY, side=PAYABLES)) == {"d30": 1000}


def test_what_is_paid_ahead_stands_as_credit(company: Any) -> None:
    found = owing(approved_vendor(), 1000, 5)
    again(found).pay(amount=1500)
    row = ageing(company.admin, today(), found.vendor_id, PAYABLES)[0]
    assert (row.total, row.credit) == (0, 500)


def test_what_falls_due_within_a_week_and_a_month(company: Any) -> None:
    vendor = approved_vendor()
    for amount, due in ((1, -1), (10, 0), (100, 7), (1000, 8), (10_000, 30), (100_000, 31)):
        owing(vendor, amount, due)
    assert due_soon(company.admin, today(), PAYABLES) == {"IDR": {"week": 110, "month": 11_110}}
    for key, sum_of_it in (("week", 110), ("month", 11_110)):
        behind = rows_behind(company.admin, today(), key, None, "IDR", PAYABLES)
        assert key in SOON and sum(found.left for found in behind) == sum_of_it


def test_pages_and_files_tell_the_same_and_strangers_nothing(company: Any) -> None:
    found = owing(approved_vendor(name="PT Sumber Panel"), 1_234_000, -3)
    close_change_set()
    client = signed_in(company.admin)
    page = client.get("/payables/").content.decode()
    assert "PT Sumber Panel" in page and "1.234.000" in page and f"vendor={found.vendor_id}" in page
    rows = client.get(f"/payables/rows/?band=late&vendor={found.vendor_id}").content.decode()
    assert found.number in rows and "1.234.000" in rows
    assert "1234000" in client.get("/payables/?format=csv").content.decode("utf-8-sig")
    assert client.get("/payables/rows/?band=nothing").status_code == 404
    assert "PT Sumber Panel" not in signed_in(company.sales_b).get("/payables/").content.decode()
    with acting(company.sales_b):
        assert ageing(company.sales_b, today(), side=PAYABLES) == []
