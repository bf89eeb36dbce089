"""Transactions and the bank: what a bank told of is reconciled, and is not any more where the match is taken back."""

from __future__ import annotations

from typing import Any

import pytest

from relasi.engine.access.acting import acting
from relasi.engine.records.change_set import ChangeSet
from relasi.engine.records.undo import revert
from relasi.engine.records.write import create
from relasi.kits.pipeline.days import today
from relasi.modules.billing.bank_movement import BankMovement
from relasi.modules.subscribing.billing_run import bill_due
from tests.make import again
from tests.modules.subscribing import invoices, on, plan, running, transactions
from tests.modules.trading import is_sound, paid
from tests.people import make_admin

pytestmark = pytest.mark.usefixtures("as_admin")


@pytest.fixture
def found() -> Any:
    with on("2026-01-01"):
        return running(plan(1_110_000), start="2026-01-01")


def told(amount: Any = 1_110_000, **values: Any) -> BankMovement:
    return create(BankMovement, {"date": today(), "amount": amount, **values})


def states(found: Any) -> list[tuple[str, int, bool, Any, Any]]:
    return [(one.status, int(one.amount), one.reconciled, one.fee, one.net) for one in transactions(found)]


def test_a_movement_that_pays_an_invoice_marks_its_transaction(found: Any) -> None:
    told(fee=4_000).match(invoices(found)[0].pk)
    assert states(found) == [("succeeded", 1_110_000, True, 4_000, 1_106_000)]
    is_sound()


def test_two_transfers_mark_a_transaction_each(found: Any) -> None:
    for amount in (600_000, 510_000):
        told(amount).match(invoices(found)[0].pk)
    assert again(invoices(found)[0]).status == "paid"
    assert sorted(states(found)) == [
        ("succeeded", 510_000, True, None, None),
        ("succeeded", 600_000, True, None, None),
    ]


def test_a_recorded_payment_is_marked_when_the_bank_tells_of_it(found: Any) -> None:
    invoice = invoices(found)[0]
    payment = paid(invoice.account, 1_110_000)
    payment.allocate(invoice.pk)
    assert states(found) == [("succeeded", 1_110_000, False, None, None)]
    movement = told().link(payment.pk)
    assert states(found)[0][2]
    again(movement).unlink()
    assert states(found) == [("succeeded", 1_110_000, False, None, None)]


def test_money_that_was_reconciled_before_it_paid_marks_what_it_pays_later(found: Any) -> None:
    invoice = invoices(found)[0]
    movement = told().book(invoice.account_id)
    assert states(found) == [("pending", 1_110_000, False, None, None)]
    again(movement).payment.allocate(invoice.pk)
    assert states(found) == [("succeeded", 1_110_000, True, None, None)]


def test_a_fee_is_spread_over_the_transactions_of_its_payment(found: Any) -> None:
    with on("2026-02-01"):
        bill_due()
    first, second = invoices(found)
    movement = told(2_220_000, fee=5_001).book(first.account_id)
    for invoice in (first, second):
        again(movement).payment.allocate(invoice.pk)
    fees = [one.fee for one in transactions(found) if one.status == "succeeded"]
    assert sum(fees) == 5_001 and len(fees) == 2 and all(one.reconciled for one in transactions(found))


def test_an_undone_match_takes_the_mark_back(found: Any) -> None:
    admin, movement = make_admin("undoer"), told(fee=4_000)
    with acting(admin) as stretch:
        movement.match(invoices(found)[0].pk)
    with acting(admin):
        revert(ChangeSet.objects.get(pk=stretch.change_set))
    assert again(movement).status == "open" and again(invoices(found)[0]).balance == 1_110_000
    assert [one for one in states(found) if one[2]] == []
    is_sound()


def test_an_undone_link_takes_the_mark_back_and_leaves_the_payment(found: Any) -> None:
    admin, invoice = make_admin("undoer"), invoices(found)[0]
    payment = paid(invoice.account, 1_110_000)
    payment.allocate(invoice.pk)
    movement = told(fee=4_000, amount=1_106_000)
    with acting(admin) as stretch:
        movement.link(payment.pk)
    assert states(found) == [("succeeded", 1_110_000, True, 4_000, 1_106_000)]
    with acting(admin):
        revert(ChangeSet.objects.get(pk=stretch.change_set))
    assert states(found) == [("succeeded", 1_110_000, False, None, None)]


def test_a_reversed_payment_is_reconciled_no_more(found: Any) -> None:
    movement = told().match(invoices(found)[0].pk)
    again(movement).payment.reverse(reversal_reason="keliru")
    assert again(movement).status == "open"
    assert not any(one.reconciled for one in transactions(found))


def test_what_somebody_marked_by_hand_stays_where_no_bank_told_of_it(found: Any) -> None:
    payment = paid(invoices(found)[0].account, 1_110_000)
    payment.allocate(invoices(found)[0].pk)
    transactions(found)[0].reconcile()
    told(50).book(invoices(found)[0].account_id)
    assert states(found)[0][2]
