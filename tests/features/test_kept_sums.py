"""Kept sums: they always come to what the documents come to, for everybody what they may see, and nobody waits for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from relasi.engine.access.acting import acting, current_acting
from relasi.engine.declare.registry import registry
from relasi.engine.fields.reader import current_reader
from relasi.engine.query.listing import Listing
from relasi.engine.records.change_set import ChangeSet, close_change_set
from relasi.engine.records.merge import merge
from relasi.engine.records.record import CoOwner
from relasi.engine.records.undo import revert
from relasi.engine.records.write import create, update
from relasi.features.receivables.ageing import BANDS, Row, ageing
from relasi.features.receivables.owing import LARGEST, OLDEST, Owing
from relasi.features.receivables.sides import PAYABLES, RECEIVABLES
from relasi.kits.paying.gathering import gather, gather_all
from relasi.kits.paying.kept import CUTS
from relasi.kits.pipeline.days import today, told_as_of
from relasi.kits.trade.credit import owed_by
from relasi.modules.billing.credit_note import CreditNote
from relasi.modules.billing.customer_sum import KEPT, CustomerSum
from relasi.modules.billing.invoice import Invoice
from relasi.modules.billing.payment import Payment
from relasi.modules.customers.account import Account
from tests.commits import real_commits
from tests.company import found_company
from tests.engine.api.program import Program
from tests.make import again, make
from tests.modules.trading import issued, paid, thing
from tests.people import signed_in
from tests.tying import kept_sums_tie_out

DAY = timedelta(days=1)


def owed(account: Any, amount: Any, late: int = 5, **values: Any) -> Any:
    due = today() - late * DAY
    return issued(thing(amount), account=account, date=str(due - 30 * DAY), due_date=str(due), **values)


@pytest.fixture
def maju(as_admin: Any) -> Any:
    return make("customers.Account", name="PT Maju")


def told(rows: list[Row]) -> dict[Any, Any]:
    return {(row.party, row.currency): (row.bands, row.credit) for row in rows}


def same_as_asked_anew(*users: Any) -> None:
    """What each of them reads from kept sums is what the documents themselves say."""
    for user in users:
        with acting(user):
            for side in (RECEIVABLES, PAYABLES):
                for on in (today(), today() + 40 * DAY):
                    asked = ageing(user, on, side=side)
                    rows, count = Owing(user, on, side).rows(LARGEST)
                    assert told(rows) == told(asked) and count == len(asked)
                    owing = [row for row in asked if row.total]
                    assert [(r.party, r.currency) for r in rows if r.total] == [
                        (r.party, r.currency) for r in owing
                    ]
                    assert [one for one in Owing(user, on, side).rows(OLDEST)[0] if one.total] == sorted(
                        (one for one in rows if one.total), key=lambda one: _oldest(user, on, side, one)
                    )


def _oldest(user: Any, on: Any, side: Any, row: Row) -> Any:
    from relasi.features.receivables.ageing import rows_behind

    first = rows_behind(user, on, "all", row.party, row.currency, side)[0]
    return first.due, row.party, row.currency


def test_the_open_balance_is_what_is_unpaid_less_what_is_left_of_credits(as_admin: Any, maju: Any) -> None:
    first, second = owed(maju, 5_500_000), owed(maju, 2_500_000)
    first.pay(amount=500_000)
    create(CreditNote, {"subject": "Retur", "account": maju.pk}, lines=[thing(1_000_000)])
    assert again(maju).open_balance == 6_500_000
    assert owed_by(maju.pk, "IDR") == 6_500_000
    second.cancel("Salah")
    assert again(maju).open_balance == 4_000_000
    assert again(maju).lifetime_revenue == 500_000


def test_lifetime_revenue_is_what_was_received_less_what_was_paid_back(as_admin: Any, maju: Any) -> None:
    owed(maju, 9_000_000).pay(amount=5_000_000)
    wrong = paid(maju, 3_000_000)
    note = create(CreditNote, {"subject": "Retur", "account": maju.pk}, lines=[thing(1_000_000)])
    note.refund(amount=1_000_000)
    assert again(maju).lifetime_revenue == 7_000_000
    wrong.reverse("Giro tolak")
    assert again(maju).lifetime_revenue == 4_000_000


def test_another_currency_counts_by_the_rate_of_its_document(as_admin: Any, maju: Any) -> None:
    owed(maju, 1_000, currency="USD", rate=16_000)
    assert again(maju).open_balance == 16_000_000 == owed_by(maju.pk, "IDR")
    paid(maju, 100, currency="USD", rate=15_500)
    assert again(maju).open_balance == 14_450_000 == owed_by(maju.pk, "IDR")
    assert again(maju).lifetime_revenue == 1_550_000
    assert owed_by(maju.pk, "USD") == 900


def test_the_cuts_are_those_of_the_bands() -> None:
    assert [most for _label, most in BANDS.values()] == [*CUTS, None]


def test_everybody_reads_the_sums_of_what_they_see(company: Any) -> None:
    with acting(company.admin):
        account = make("customers.Account", owner=company.sales_a)
        owed(account, 500, owner=company.sales_a)
        hidden = owed(account, 300, 100, owner=company.sales_b)
        owed(account, 40, owner=company.manager)
    close_change_set()
    everybody = (company.admin, company.manager, company.sales_a, company.sales_b)

    def balance(user: Any) -> Any:
        with acting(user):
            return again(account).open_balance

    same_as_asked_anew(*everybody)
    assert [balance(user) for user in everybody] == [840, 840, 500, 300]
    CoOwner.objects.create(record_id=hidden.pk, user=company.sales_a)
    same_as_asked_anew(*everybody)
    assert balance(company.sales_a) == 800
    gather_all(KEPT)
    same_as_asked_anew(*everybody)
    gather(KEPT, [account.pk], today() - 10 * DAY)
    same_as_asked_anew(*everybody)
    assert balance(company.sales_a) == 800


def test_who_sees_no_invoice_reads_no_balance_and_sorts_by_none(company: Any) -> None:
    with acting(company.admin):
        accounts = [make("customers.Account", owner=company.sales_a) for _n in range(3)]
        for account in accounts:
            owed(account, 500, owner=company.admin)
    blind = company.profile("Tanpa faktur", modules={"customers.Account": ["view"]})
    watcher = company.hire("Wati", company.open_role("Pemantau", under="Manajer", profile=blind).name)
    with acting(company.admin):
        make("customers.Account", owner=watcher)
    close_change_set()
    with acting(watcher):
        module = registry.of(Account)
        rows = Listing(module, watcher, columns=["name", "open_balance"], sort=["-open_balance"]).page().rows
        assert rows and {row.open_balance for row in rows} == {None}
        condition = {"field": "open_balance", "op": "gte", "value": 0}
        assert Listing(module, watcher, condition=condition).count() == 0


def test_accounts_are_listed_sorted_filtered_exported_and_told_by_what_they_owe(
    as_admin: Any, company: Any
) -> None:
    names = {amount: make("customers.Account", name=f"PT {amount}") for amount in (300, 900, 0, 600)}
    for amount, account in names.items():
        if amount:
            owed(account, amount)
    module = registry.of(Account)
    columns, sort = ["name", "open_balance", "lifetime_revenue"], ["-open_balance"]
    listing = Listing(module, company.admin, columns=columns, sort=sort)
    first = listing.page(2)
    assert [row.name for row in first.rows] == ["PT 900", "PT 600"]
    assert listing.page(2, after=first.after).rows[0].name == "PT 300"
    more = {"field": "open_balance", "op": "gt", "value": 300}
    assert Listing(module, company.admin, condition=more).count() == 2
    for amount, account in names.items():
        assert Listing(module, company.admin, condition=more).group.holds(
            again(account), company.admin, current_reader()
        ) == (amount > 300)
    close_change_set()
    browser = signed_in(company.admin)
    page = browser.get("/accounts/?columns=name,open_balance&sort=-open_balance").content.decode()
    assert page.index("PT 900") < page.index("PT 600") < page.index("PT 300")
    api = Program(company.admin)
    answer = api.get("accounts?fields=name,open_balance&sort=-open_balance").data["data"]
    assert [Decimal(str(row["open_balance"])) for row in answer][:4] == [900, 600, 300, 0]
    assert Decimal(str(api.get(f"accounts/{names[600].pk}").data["open_balance"])) == 600
    kept = browser.post(
        "/export/accounts/?columns=name,open_balance&sort=-open_balance", {"format": "csv", "shape": "view"}
    )
    text = b"".join(browser.get(f"{kept['Location']}file/").streaming_content).decode("utf-8-sig")
    assert [line.split(";") for line in text.splitlines()[1:3]] == [["PT 900", "900"], ["PT 600", "600"]]
    refused = api.patch(f"accounts/{names[600].pk}", {"open_balance": 1})
    assert refused.status_code == 403 and again(names[600]).open_balance == 600


def test_a_list_reads_all_its_balances_at_once(as_admin: Any, company: Any) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            listing = Listing(registry.of(Account), company.admin, columns=["name", "open_balance"])
            assert [row.open_balance for row in listing.page().rows]
        return len(found)

    owed(make("customers.Account"), 5)
    before = queries()
    for _n in range(5):
        owed(make("customers.Account"), 5)
    assert queries() == before


def test_merged_customers_owe_together_and_apart_again_after_an_undo(as_admin: Any, company: Any) -> None:
    kept, gone = make("customers.Account"), make("customers.Account")
    owed(kept, 100)
    owed(gone, 40, 50).pay(amount=10)
    paid(gone, 7)
    close_change_set()
    current_acting().change_set = None
    _record, act = merge(registry.of(Account), kept.pk, [gone.pk], {})
    assert again(kept).open_balance == 123
    same_as_asked_anew(company.admin)
    kept_sums_tie_out()
    revert(ChangeSet.objects.get(pk=act))
    assert (again(kept).open_balance, again(gone).open_balance) == (100, 23)
    kept_sums_tie_out()


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["owe", "owe", "owe", "pay", "keep", "credit", "reverse", "give", "gather", "gather", "share"]),
        st.integers(-40, 130), st.integers(0, 30),
    ),
    min_size=3, max_size=14,
)  # fmt: skip


class Play:
    def __init__(self, company: Any) -> None:
        self.company = company
        self.people = [company.admin, company.manager, company.sales_a, company.sales_b]
        self.accounts = [make("customers.Account") for _n in range(3)]

    def one(self, model: Any, n: int) -> Any:
        rows = list(model._base_manager.order_by("pk"))
        return rows[n % len(rows)] if rows else None

    def do_owe(self, late: int, n: int) -> None:
        usd = {"currency": "USD", "rate": 16_000 + n} if n % 4 == 0 else {}
        owed(self.accounts[n % 3], 10 + n, late, owner=self.people[n % 4], **usd)

    def do_pay(self, late: int, n: int) -> None:
        invoice = self.one(Invoice, n)
        if invoice is not None and invoice.balance > 0:
            invoice.pay(amount=invoice.balance if late % 2 else 1)

    def do_keep(self, late: int, n: int) -> None:
        paid(self.accounts[n % 3], 3 + n, owner=self.people[n % 4].pk)

    def do_credit(self, late: int, n: int) -> None:
        note = create(CreditNote, {"subject": "x", "account": self.accounts[n % 3].pk}, lines=[thing(5 + n)])
        invoice = Invoice._base_manager.filter(
            account=note.account_id, currency="IDR", balance__gt=0, status__in=["issued", "partly_paid"]
        ).first()
        if invoice is not None and late % 2:
            note.apply(invoice.pk)

    def do_reverse(self, late: int, n: int) -> None:
        payment = Payment._base_manager.filter(status="recorded").order_by("pk").first()
        if payment is not None:
            payment.reverse("x")

    def do_give(self, late: int, n: int) -> None:
        record = self.one(Invoice if n % 2 else Payment, n)
        if record is not None:
            update(record, {"owner": self.people[late % 4].pk})

    def do_gather(self, late: int, n: int) -> None:
        gather_all(KEPT, today() - late * DAY)

    def do_share(self, late: int, n: int) -> None:
        record = self.one(Invoice if n % 2 else Payment, n)
        if record is not None:
            CoOwner.objects.get_or_create(record_id=record.pk, user=self.company.sales_a)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(STEPS)
def test_whatever_happens_and_whenever_sums_are_put_together_they_tell_what_documents_tell(
    company: Any, steps: Any
) -> None:
    with transaction.atomic():
        with acting(company.admin):
            play = Play(company)
            for what, late, n in steps:
                getattr(play, f"do_{what}")(late, n)
                kept_sums_tie_out()
        same_as_asked_anew(company.admin, company.manager, company.sales_a)
        close_change_set()
        transaction.set_rollback(True)


def test_on_another_day_the_bands_are_those_of_that_day(as_admin: Any, company: Any, maju: Any) -> None:
    for late in (-3, 0, 1, 29, 30, 60, 90):
        owed(maju, 100 + late, late)
    issued(thing(7), account=maju, date=str(today() + 2 * DAY), due_date=str(today() + 9 * DAY))
    gather_all(KEPT)
    assert CustomerSum.objects.filter(gathered=False).count() == 0
    for days in (0, 1, 2, 3, 35):
        with told_as_of(today() + days * DAY):
            same_as_asked_anew(company.admin)
            kept_sums_tie_out()
            gather_all(KEPT)
            same_as_asked_anew(company.admin)


def test_putting_together_leaves_a_row_for_each_band(as_admin: Any, maju: Any) -> None:
    for late in (1, 2, 3, 40, 41):
        owed(maju, 10, late).pay(amount=1)
    assert gather_all(KEPT) == 1
    rows = CustomerSum.objects.filter(party=maju.pk, source="debt").order_by("first_day")
    assert [(int(row.amount), row.documents, (row.last_day - row.first_day).days) for row in rows] == [
        (18, 2, 1), (27, 3, 2),
    ]  # fmt: skip
    assert gather_all(KEPT) == 0


@pytest.fixture
def admin(django_db_setup: None, django_db_blocker: Any) -> Iterator[Any]:
    with django_db_blocker.unblock(), real_commits():
        user = found_company().admin
        with acting(user):
            yield user
            kept_sums_tie_out()


def elsewhere(user: Any, *calls: Callable[[], Any]) -> list[Any]:
    """Each call on a connection of its own, where nobody waits for a lock longer than a second."""

    def run(call: Callable[[], Any]) -> Any:
        try:
            with acting(user):
                with connection.cursor() as cursor:
                    cursor.execute("SET lock_timeout = '1s'")
                return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result(60) for future in [pool.submit(run, call) for call in calls]]


def test_nobody_waits_for_who_pays_for_the_same_customer(admin: Any) -> None:
    account = make("customers.Account")
    invoices = [owed(account, 1000, late) for late in (5, 50, 95)]
    payments = [paid(account, 100), paid(account, 200)]
    gather_all(KEPT)
    with transaction.atomic():
        payments[0].allocate(invoices[0].pk)
        elsewhere(admin, lambda: again(payments[1]).allocate(invoices[1].pk))
        assert again(account).open_balance == 2700
        elsewhere(admin, lambda: gather_all(KEPT))
        assert again(account).open_balance == 2700
        owed(account, 1)
        assert again(account).open_balance == 2701
    assert again(account).open_balance == 2701
    kept_sums_tie_out()
    gather_all(KEPT)
    assert again(account).open_balance == 2701


def test_what_many_pay_and_put_together_at_once_comes_out_right(admin: Any) -> None:
    account = make("customers.Account")
    invoices = [owed(account, 100, late) for late in range(0, 100, 25)]
    start = Barrier(6)

    def pays(invoice: Any) -> Callable[[], Any]:
        def run() -> None:
            start.wait(60)
            for _n in range(5):
                again(invoice).pay(amount=10)

        return run

    def gathers() -> None:
        start.wait(60)
        for late in range(8):
            gather_all(KEPT, today() - late * DAY)

    elsewhere(admin, *map(pays, invoices), gathers, gathers)
    assert again(account).open_balance == 200
    kept_sums_tie_out()


def test_a_payment_that_is_taken_back_before_it_is_kept_leaves_no_row(admin: Any) -> None:
    account = make("customers.Account")
    invoice = owed(account, 1000)
    before = list(CustomerSum.objects.order_by("id").values_list())
    with transaction.atomic():
        invoice.pay(amount=100)
        assert CustomerSum.objects.count() > len(before)
        close_change_set()
        transaction.set_rollback(True)
    current_acting().change_set = None
    assert list(CustomerSum.objects.order_by("id").values_list()) == before
