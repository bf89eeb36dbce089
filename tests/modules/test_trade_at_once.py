"""Two connections at once: one conversion too many, two issues, two payments of the same balance."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from relasi.engine.access.acting import acting
from relasi.engine.activity.public_link import make_link
from relasi.engine.records.refusal import Refused
from relasi.engine.records.write import trash
from relasi.features.month_end.models import Snapshot
from relasi.kits.trade.public.answering import accept
from relasi.modules.billing.invoice import Invoice
from relasi.modules.billing.payment import Payment
from relasi.modules.sales.quote import Quote
from relasi.modules.sales.sales_order import SalesOrder
from tests.commits import real_commits
from tests.company import found_company
from tests.make import again, make
from tests.modules.trading import accepted, document, is_sound, issued, line_of, paid, thing


def at_once(user: Any, *calls: Callable[[], Any]) -> list[Any]:
    """What each call gave, or the codes it was refused for."""
    start = Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        try:
            with acting(user):
                start.wait()
                return call()
        except Refused as refused:
            return sorted(refused.codes)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result() for future in [pool.submit(run, call) for call in calls]]


@pytest.fixture
def admin(django_db_setup: None, django_db_blocker: Any) -> Any:
    with django_db_blocker.unblock(), real_commits():
        user = found_company().admin
        with acting(user):
            yield user
            is_sound()


def test_one_of_two_who_convert_the_same_quote_is_refused(admin: Any) -> None:
    quote = accepted(thing(1000, 10), thing(500, 4))
    for _round in range(3):
        found = at_once(admin, quote.order, quote.invoice, quote.order)
        made = [one for one in found if not isinstance(one, list)]
        assert len(made) == 1
        assert [one for one in found if isinstance(one, list)] == [["INVALID_TRANSITION"]] * 2
        assert line_of(quote).taken == 10
        trash(type(made[0]), [made[0].pk])
        assert line_of(quote).taken == 0


def test_invoices_issued_at_once_have_numbers_without_a_gap(admin: Any) -> None:
    drafts = [document(Invoice, thing(1000), date="2026-04-01") for _each in range(6)]
    at_once(admin, *(draft.issue for draft in drafts))
    assert sorted(again(one).number for one in drafts) == [f"INV/2026/{n:05}" for n in range(1, 7)]


def test_two_payments_of_one_balance_do_not_pay_it_twice(admin: Any) -> None:
    account = make("customers.Account")
    invoice = issued(thing(1000), account=account)
    payments = [paid(account, 1000) for _each in range(3)]
    found = at_once(admin, *(lambda one=one: one.allocate(invoice.pk, 800) for one in payments))
    assert [one for one in found if isinstance(one, list)] == [["OVER_ALLOCATED"]] * 2
    assert again(invoice).balance == 200


def test_one_payment_is_not_spent_twice(admin: Any) -> None:
    account = make("customers.Account")
    invoices = [issued(thing(1000), account=account) for _each in range(3)]
    payment = paid(account, 1000)
    found = at_once(admin, *(lambda one=one: payment.allocate(one.pk, 700) for one in invoices))
    assert len([one for one in found if isinstance(one, list)]) == 2
    assert again(payment).unallocated == 300


def test_an_order_is_not_cancelled_while_it_is_invoiced(admin: Any) -> None:
    for _round in range(3):
        order = document(SalesOrder, thing(1000, 10)).approve()
        at_once(admin, order.invoice, lambda order=order: order.cancel("x"))
        taken = line_of(order).invoiced
        assert (again(order).status, taken) in (("approved", 10), ("cancelled", 0))


def test_one_of_two_who_accept_the_same_quote_by_its_link_is_refused(admin: Any) -> None:
    quote = document(Quote, thing(1000, 10)).send()
    link = make_link(quote.pk)

    def say_yes(name: str) -> Callable[[], Any]:
        return lambda: accept(link, quote, name, True, set(), "203.0.113.7")

    found = at_once(admin, say_yes("Ratna"), say_yes("Bayu"))
    assert [one for one in found if isinstance(one, list)] == [["INVALID_TRANSITION"]]
    assert again(quote).accepted_by == again(link).answered_by


def test_invoices_issued_at_once_have_different_transfer_codes(admin: Any) -> None:
    make("billing.BankAccount", transfer_code="taken_off")
    drafts = [document(Invoice, thing(1_000_000)) for _each in range(6)]
    at_once(admin, *(draft.issue for draft in drafts))
    assert sorted(again(one).transfer_code for one in drafts) == [-6, -5, -4, -3, -2, -1]


def test_a_period_that_closes_waits_for_its_documents_and_they_for_it(admin: Any) -> None:
    """Each payment stands in the snapshot or is refused: none comes into the period behind it."""
    account = make("customers.Account")
    for month in range(1, 5):
        until = f"2026-0{month}-28"
        calls: list[Callable[[], Any]] = [
            lambda day=until: paid(account, 100, date=day) for _each in range(4)
        ]  # type: ignore[misc]
        calls.insert(2, lambda day=until: make("billing.ClosedPeriod", until=day))  # type: ignore[misc]
        found = at_once(admin, *calls)
        there = [one for one in found if isinstance(one, Payment)]
        assert found.count(["PERIOD_CLOSED"]) == 4 - len(there)
        rows = Snapshot.objects.get(until=until).balancerows.filter(kind="payment")
        assert sum(row.documents for row in rows) == Payment._base_manager.count()
