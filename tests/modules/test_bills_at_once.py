"""Bills of one order, what is received of it and what is paid, all at once: nobody waits in a ring, and the bills compare
with what is there in the end."""

from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from django.db import transaction

from relasi.engine.access.acting import acting
from relasi.engine.records.change_set import ChangeSet
from relasi.engine.records.undo import revert
from relasi.engine.records.write import create
from relasi.kits.trade.conversion import convert
from relasi.modules.purchasing.bill import Bill
from relasi.modules.purchasing.matching import match_bills
from relasi.modules.purchasing.receipt_note import ReceiptNote
from relasi.modules.purchasing.vendor_payment import VendorPayment
from tests.commits import real_commits
from tests.company import found_company
from tests.make import again
from tests.modules import buying
from tests.modules.buying import approved_vendor, ordered, take_bill
from tests.modules.test_stock_at_once import at_once
from tests.modules.trading import thing
from tests.tying import everything_ties_out

ROUNDS = 4


@pytest.fixture
def admin(django_db_setup: None, django_db_blocker: Any) -> Any:
    with django_db_blocker.unblock(), real_commits():
        user = found_company().admin
        with acting(user):
            yield user
            everything_ties_out()
            buying.is_sound()


def came(order: Any, quantity: int) -> ReceiptNote:
    [line] = order.lines_in_order()
    return convert(order, ReceiptNote, {line.pk: Decimal(quantity)}, vendor_note_number=None)


def compared_anew(order: Any) -> list[str]:
    """How its bills compare; and whether they do so when they are compared once more."""
    bills = Bill._base_manager.filter(purchase_order=order.pk).exclude(status="cancelled").order_by("pk")
    before = list(bills.values_list("match_status", flat=True))
    with transaction.atomic():
        match_bills([order.pk])
    assert list(bills.values_list("match_status", flat=True)) == before
    return before


def test_receipts_and_cancelled_bills_of_one_order_do_not_wait_for_each_other(admin: Any) -> None:
    for _round in range(ROUNDS):
        order = ordered(thing(quantity=40))
        bills = [take_bill(order, 5) for _n in range(6)]
        notes = [came(order, 5) for _n in range(4)]
        calls: list[Callable[[], Any]] = [note.receive for note in notes]
        calls += [lambda bill=bill: bill.cancel("Salah") for bill in bills[:4]]
        calls += [partial(take_bill, order, 3), bills[4].approve]
        found = at_once(admin, calls)
        assert [one for one in found if isinstance(one, list)] == []
        assert compared_anew(order) == ["matched"] * 3


def test_payments_of_several_bills_and_receipts_do_not_wait_for_each_other(admin: Any) -> None:
    for _round in range(ROUNDS):
        vendor = approved_vendor()
        order = ordered(thing(1000, 30), vendor=vendor)
        first = came(order, 20).receive()
        bills = [take_bill(order, 5).approve() for _n in range(4)]
        payments = [_payment(vendor, 6000) for _n in range(3)]
        calls: list[Callable[[], Any]] = [payment.spread for payment in payments]
        calls += [came(order, 5).receive, partial(take_bill, order, 5), first.reopen]
        at_once(admin, calls)
        assert sum(again(one).paid for one in bills) == 18_000
        compared_anew(order)


def test_what_is_undone_waits_for_nobody_who_waits_for_it(admin: Any) -> None:
    for _round in range(ROUNDS):
        order = ordered(thing(quantity=30))
        bills = [take_bill(order, 5) for _n in range(4)]
        notes = [came(order, 5) for _n in range(2)]
        acts = [
            in_one_act(admin, call)
            for call in (*(one.receive for one in notes), *(one.approve for one in bills[:2]))
        ]
        calls: list[Callable[[], Any]] = [lambda act=act: revert(act) for act in acts]
        calls += [lambda bill=bill: bill.cancel("Salah") for bill in bills[2:]]
        found = at_once(admin, [*calls, partial(take_bill, order, 2)])
        assert all(one is not None for one in found)
        compared_anew(order)


def in_one_act(user: Any, call: Callable[[], Any]) -> ChangeSet:
    with acting(user) as stretch:
        call()
    return ChangeSet.objects.get(pk=stretch.change_set)


def _payment(vendor: Any, amount: int) -> VendorPayment:
    return create(VendorPayment, {"vendor": vendor.pk, "amount": amount, "date": "2026-10-05"})
