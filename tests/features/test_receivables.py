"""Receivables: every figure is the sum of the rows it opens, and a statement closes with what is unpaid."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from relasi.engine.access.acting import acting
from relasi.engine.records.change_set import close_change_set
from relasi.engine.records.write import create, update
from relasi.features.receivables.ageing import BANDS, ageing, rows_behind, unpaid
from relasi.features.receivables.owed_then import OwedThen
from relasi.features.receivables.owing import LARGEST, OLDEST, Owing
from relasi.features.receivables.sides import RECEIVABLES
from relasi.features.receivables.statement import statement
from relasi.kits.pipeline.days import today
from relasi.modules.billing.payment import Payment
from tests.make import again, make
from tests.modules.trading import issued, thing
from tests.people import signed_in

DAY = timedelta(days=1)


def owed(account: Any, amount: int, late: int, **values: Any) -> Any:
    """An issued invoice so many days past its due date; less than nothing: not due yet."""
    due = today() - late * DAY
    return issued(thing(amount), account=account, date=str(due - 30 * DAY), due_date=str(due), **values)


@pytest.fixture
def maju(as_admin: Any) -> Any:
    return make("customers.Account", name="PT Maju")


def bands(rows: list[Any]) -> dict[str, int]:
    return {band: int(amount) for row in rows for band, amount in row.bands.items()}


def test_an_invoice_stands_in_the_band_of_its_age(as_admin: Any, maju: Any, company: Any) -> None:
    for place, late in enumerate((-5, 0, 1, 30, 31, 60, 61, 90, 91, 400)):
        owed(maju, 10**place, late)
    assert bands(ageing(company.admin, today())) == {
        "not_due": 11, "d30": 1_100, "d60": 110_000, "d90": 11_000_000, "over": 1_100_000_000,
    }  # fmt: skip


def test_every_figure_is_the_sum_of_the_rows_it_opens(as_admin: Any, maju: Any, company: Any) -> None:
    other = make("customers.Account", name="PT Jaya")
    for account, amount, late in ((maju, 500, 5), (maju, 700, 45), (other, 900, 100), (other, 1100, -3)):
        owed(account, amount, late)
    owed(maju, 40, 10, currency="USD", rate=16_000).pay(amount=15)
    for on in (today(), today() - 20 * DAY):
        for row in ageing(company.admin, on):
            for band, amount in row.bands.items():
                behind = rows_behind(company.admin, on, band, row.party, row.currency)
                assert sum(one.left for one in behind) == amount > 0
            whole = rows_behind(company.admin, on, "all", row.party, row.currency)
            assert sum(one.left for one in whole) == row.total
            late = rows_behind(company.admin, on, "late", row.party, row.currency)
            assert sum(one.left for one in late) == row.late


def test_as_of_a_past_day_what_was_paid_since_is_unpaid(as_admin: Any, maju: Any, company: Any) -> None:
    invoice = owed(maju, 1_000, 10)
    invoice.pay(amount=400, date=str(today() - 3 * DAY))
    payment = Payment._base_manager.get()
    assert bands(ageing(company.admin, today())) == {"d30": 600}
    assert bands(ageing(company.admin, today() - 3 * DAY)) == {"d30": 600}
    assert bands(ageing(company.admin, today() - 4 * DAY)) == {"d30": 1_000}
    payment.reverse(reversal_reason="Giro tolak")
    assert bands(ageing(company.admin, today())) == {"d30": 1_000}
    assert bands(ageing(company.admin, today() - DAY)) == {"d30": 600}
    assert bands(ageing(company.admin, today() - 100 * DAY)) == {}


def test_ageing_asks_one_query_for_all_invoices(as_admin: Any, maju: Any, company: Any) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as found:
            ageing(company.admin, today())
        return len(found)

    owed(maju, 5, 1)
    before = queries()
    for _n in range(4):
        owed(make("customers.Account"), 5, 1)
    assert queries() == before <= 5


def test_the_page_shows_who_owes_most_first_and_the_sum_of_all(
    as_admin: Any, company: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("relasi.features.receivables.page.PARTIES", 2)
    for price in (100, 300, 200):
        issued(thing(price), account=make("customers.Account", name=f"PT Utang {price}"))
    page = signed_in(company.admin)
    first = page.get("/receivables/?order=largest").content.decode()
    last = page.get("/receivables/?order=largest&page=2").content.decode()
    assert first.index("PT Utang 300") < first.index("PT Utang 200") and "PT Utang 100" not in first
    assert "PT Utang 100" in last and "PT Utang 300" not in last
    assert "Rp\u00a0600" in page.get("/receivables/totals/").content.decode()


def shown(user: Any, most: int) -> list[list[tuple[str, int, int]]]:
    """(title, total, credit) of every row, page by page."""
    found: list[list[tuple[str, int, int]]] = []
    while True:
        rows, count = Owing(user, today(), RECEIVABLES).rows(OLDEST, len(found) * most, most)
        found.append([(row.title, int(row.total), int(row.credit)) for row in rows])
        if len(found) * most >= count:
            return found


def test_whoever_waits_longest_comes_first_and_each_stands_once_on_the_pages(
    as_admin: Any, company: Any
) -> None:
    names = {late: make("customers.Account", name=f"PT {late}") for late in (40, 10, 90, -5)}
    for late in (10, 90, 40, -5):
        owed(names[late], 100, late)
    owed(names[90], 1, -20)
    owed(names[40], 1, 2)
    paid = make("customers.Account", name="PT Titip")
    owed(paid, 50, 100).pay(amount=70)
    with acting(company.admin):
        pages = shown(company.admin, 2)
        assert pages == [
            [("PT 90", 101, 0), ("PT 40", 101, 0)], [("PT 10", 100, 0), ("PT -5", 100, 0)], [("PT Titip", 0, 20)],
        ]  # fmt: skip
        assert shown(company.admin, 3) == [pages[0] + pages[1][:1], pages[1][1:] + pages[2]]


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(-30, 120)), max_size=9), st.integers(1, 4))
def test_pages_of_the_oldest_hold_who_the_largest_hold(company: Any, debts: Any, most: int) -> None:
    with transaction.atomic(), acting(company.admin):
        accounts = [make("customers.Account", name=f"PT {n}") for n in range(5)]
        for place, late in debts:
            owed(accounts[place], 10, late)
        pages = [row for page in shown(company.admin, most) for row in page]
        waited = {place: max(late for other, late in debts if other == place) for place, _late in debts}
        assert [int(title[3:]) for title, _total, _credit in pages] == sorted(
            waited, key=lambda place: (-waited[place], place)
        )
        of_all, _count = OwedThen(company.admin, today(), RECEIVABLES).rows(LARGEST)
        assert sorted(pages) == sorted((row.title, int(row.total), int(row.credit)) for row in of_all)
        close_change_set()
        transaction.set_rollback(True)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(1, 40), st.integers(0, 45)), max_size=8),
    st.integers(0, 45),
)
def test_a_past_day_holds_what_was_invoiced_by_then_less_what_was_paid_by_then(
    company: Any, payments: Any, ago: int
) -> None:
    with transaction.atomic(), acting(company.admin):
        accounts = [make("customers.Account", name=f"PT {n}") for n in range(3)]
        invoices = [owed(account, 100, -20) for account in accounts]  # of ten days ago
        made = []
        for place, amount, days in payments:
            invoice = again(invoices[place])
            if amount <= invoice.balance:
                made.append((place, amount, days))
                invoice.pay(amount=amount, date=str(today() - days * DAY))
        on = today() - ago * DAY
        due = [100 - sum(a for p, a, days in made if p == place and days >= ago) for place in range(3)]
        rows, count = OwedThen(company.admin, on, RECEIVABLES).rows(LARGEST, 0, 10)
        told = {row.title: int(row.total) for row in rows}
        assert told == ({f"PT {n}": left for n, left in enumerate(due) if left} if ago <= 10 else {})
        assert sum(int(row.total) for row in OwedThen(company.admin, on, RECEIVABLES).sums()) == sum(
            told.values()
        )
        assert count == len(told)
        close_change_set()
        transaction.set_rollback(True)


def test_credit_of_a_past_day_is_what_was_paid_by_then_and_paid_nothing(
    as_admin: Any, maju: Any, company: Any
) -> None:
    def credit(days_ago: int) -> int:
        return sum(int(row.credit) for row in ageing(company.admin, today() - days_ago * DAY))

    owed(maju, 1_000, 20).pay(amount=1_300, date=str(today() - 10 * DAY))
    assert (credit(11), credit(10), credit(1), credit(0)) == (0, 300, 300, 300)
    Payment._base_manager.get().reverse(reversal_reason="Salah transfer")
    assert (credit(11), credit(10), credit(1), credit(0)) == (0, 300, 300, 0)


def test_credit_of_a_past_day_holds_what_a_credit_note_paid_back_since(
    as_admin: Any, maju: Any, company: Any
) -> None:
    from relasi.modules.billing.credit_note import CreditNote

    day = str(today() - 8 * DAY)
    note = create(CreditNote, {"subject": "Retur", "account": maju.pk, "date": day}, lines=[thing(400)])
    note.refund(amount=150, date=str(today() - 2 * DAY))
    found = [sum(int(r.credit) for r in ageing(company.admin, today() - n * DAY)) for n in (9, 8, 3, 2, 0)]
    assert found == [0, 400, 400, 250, 250]


def test_a_statement_opens_with_what_was_before_and_closes_with_what_is_unpaid(
    as_admin: Any, maju: Any, company: Any
) -> None:
    old = owed(maju, 1_000, 60)
    old.pay(amount=300, date=str(today() - 50 * DAY))
    new = owed(maju, 500, -20)
    old.pay(amount=900, date=str(today()))
    found = statement(company.admin, maju, today() - 40 * DAY, today(), "IDR")
    assert found.opening == 700
    assert [(one.number, one.amount, one.balance) for one in found.movements] == [
        (new.number, 500, 1200), (Payment._base_manager.latest("pk").number, -900, 300),
    ]  # fmt: skip
    assert found.closing == 300 == found.opening + found.charged - found.settled
    row = ageing(company.admin, today(), maju.pk)[0]
    assert row.total - row.credit == found.closing
    nothing = statement(company.admin, maju, date(2001, 1, 1), date(2001, 2, 1), "IDR")
    assert (nothing.opening, nothing.closing, nothing.movements) == (0, 0, [])


def test_a_reversed_payment_stands_in_the_statement_twice(as_admin: Any, maju: Any, company: Any) -> None:
    owed(maju, 1_000, 5).pay(amount=400, date=str(today() - DAY))
    Payment._base_manager.get().reverse(reversal_reason="Giro tolak")
    found = statement(company.admin, maju, today() - DAY, today(), "IDR")
    assert [one.amount for one in found.movements] == [-400, 400] and found.closing == 1_000


def test_credit_notes_and_refunds_are_in_the_statement(as_admin: Any, maju: Any, company: Any) -> None:
    from relasi.modules.billing.credit_note import CreditNote

    invoice = owed(maju, 1_000, 5)
    note = create(CreditNote, {"subject": "Retur", "account": maju.pk}, lines=[thing(300)])
    note.refund(amount=100)
    found = statement(company.admin, maju, today(), today(), "IDR")
    assert sorted(one.amount for one in found.movements) == [-300, 100]
    row = ageing(company.admin, today(), maju.pk)[0]
    assert (row.total, row.credit) == (1_000, 200) and found.closing == 800
    assert invoice.balance == 1_000


def test_who_sees_no_invoice_of_a_seller_sees_nothing_of_it(as_admin: Any, maju: Any, company: Any) -> None:
    owed(maju, 1_000, 5)
    assert not unpaid(company.sales_a, today()).exists()
    assert ageing(company.sales_a, today()) == []


@pytest.mark.parametrize("asked", ["x", "-1", "0", "2", "9", "9" * 18, "9" * 40, ""])
@pytest.mark.parametrize("order", ["oldest", "largest", "never"])
def test_a_page_that_is_not_there_is_the_last_or_the_first(
    as_admin: Any, maju: Any, company: Any, asked: str, order: str
) -> None:
    owed(maju, 1_000, 5)
    page = signed_in(company.admin).get(f"/receivables/?order={order}&page={asked}")
    assert page.status_code == 200 and "PT Maju" in page.content.decode()


def test_pages_and_files_tell_the_same(company: Any) -> None:
    with acting(company.admin):
        maju = make("customers.Account", name="PT Maju")
        owed(maju, 1_500_000, 5)
        update(company.admin, {"language": "id"}) if company.admin.language != "id" else None
    close_change_set()
    browser = signed_in(company.admin)
    page = browser.get("/receivables/").content.decode()
    assert "PT Maju" in page and "1.500.000" in page
    rows = browser.get(f"/receivables/rows/?band=d30&account={maju.pk}&currency=IDR").content.decode()
    assert "1.500.000" in rows and "INV/" in rows
    assert "1.500.000" in browser.get(f"/receivables/statement/{maju.pk}/").content.decode()
    assert "1.500.000" in browser.get(f"/accounts/{maju.pk}/").content.decode()
    for address in ("/receivables/", f"/receivables/statement/{maju.pk}/"):
        text = browser.get(f"{address}?format=csv").content.decode("utf-8-sig")
        table = list(csv.reader(io.StringIO(text), delimiter=";"))
        assert len({len(row) for row in table}) == 1
        assert any("1500000" in cell for row in table for cell in row), table
        book = browser.get(f"{address}?format=xlsx")
        assert book.status_code == 200 and book.content[:2] == b"PK"
    assert browser.get("/receivables/?format=exe").status_code == 404
    assert browser.get("/receivables/rows/?band=never").status_code == 404
    assert browser.get("/receivables/?on=31-31-31").status_code == 200


def test_the_bands_leave_no_gap() -> None:
    most = [limit for _label, limit in BANDS.values()]
    assert most == [0, 30, 60, 90, None] and Decimal(0) == 0
