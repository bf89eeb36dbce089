"""Bank movements: each becomes one payment once, whoever presses, and none that does not stand any more."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from relasi.engine.access.acting import acting
from relasi.engine.records.change_set import ChangeSet, close_change_set
from relasi.engine.records.refusal import Refused
from relasi.engine.records.undo import revert
from relasi.engine.records.write import create, trash, update
from relasi.kits.pipeline.days import today
from relasi.kits.trade.credit import owed_by
from relasi.modules.billing.bank_movement import BankMovement
from relasi.modules.billing.bank_pairing import suggestions, take_certain
from relasi.modules.billing.payment import Payment
from tests.make import again, make
from tests.modules.trading import is_sound, issued, paid, thing
from tests.people import signed_in


def told(amount: Any = 1_110_000, **values: Any) -> BankMovement:
    return create(BankMovement, {"date": today(), "amount": amount, **values})


@pytest.fixture
def invoice(as_admin: Any) -> Any:
    return issued(thing(1_110_000))


def test_two_transfers_pay_one_invoice(as_admin: Any, invoice: Any) -> None:
    for amount in (600_000, 510_000):
        movement = told(amount, description=f"TRSF {invoice.number}").match(invoice.pk)
        assert (movement.status, movement.payment.amount) == ("matched", amount)
    assert (again(invoice).status, again(invoice).balance) == ("paid", 0)
    is_sound()


def test_what_is_more_than_the_invoice_stays_as_credit(as_admin: Any, invoice: Any) -> None:
    movement = told(1_200_000).match(invoice.pk)
    assert again(invoice).status == "paid"
    assert movement.payment.unallocated == 90_000
    is_sound()


def test_a_movement_becomes_a_payment_once(as_admin: Any, invoice: Any) -> None:
    seen = told(100)
    same = again(seen)
    seen.match(invoice.pk)
    with pytest.raises(Refused) as no:
        same.match(invoice.pk)
    assert "INVALID_TRANSITION" in no.value.codes
    assert Payment._base_manager.count() == 1


def test_a_recorded_payment_is_linked_and_not_booked_again(as_admin: Any, invoice: Any) -> None:
    payment = paid(invoice.account, 1_110_000)
    movement = told().link(payment.pk)
    assert movement.payment_id == payment.pk
    assert Payment._base_manager.count() == 1
    with pytest.raises(Refused) as no:
        told().link(payment.pk)
    assert "NOT_UNIQUE" in no.value.codes


@pytest.mark.parametrize(("amount", "code"), [(7, "OUT_OF_RANGE"), (None, "REQUIRED")])
def test_a_payment_that_differs_is_refused_and_nothing_changes(
    as_admin: Any, invoice: Any, amount: int | None, code: str
) -> None:
    payment, movement = paid(invoice.account, amount or 1), told()
    with pytest.raises(Refused) as no:
        movement.link(payment.pk if amount else 0)
    assert (no.value.refusals[0].field, no.value.refusals[0].code) == ("payment", code)
    assert again(movement).version == movement.version


def test_an_invoice_that_owes_nothing_is_refused(as_admin: Any, invoice: Any) -> None:
    invoice.pay(amount=1_110_000)
    movement = told()
    with pytest.raises(Refused) as no:
        movement.match(invoice.pk)
    assert (no.value.refusals[0].field, no.value.refusals[0].code) == ("invoice", "INVALID_TRANSITION")
    assert (again(movement).status, Payment._base_manager.count()) == ("open", 1)


def test_money_of_a_customer_who_owes_nothing_is_kept(as_admin: Any) -> None:
    account = make("customers.Account")
    movement = told(50_000).book(account.pk)
    assert (movement.payment.account_id, movement.payment.unallocated) == (account.pk, 50_000)


def test_a_reversed_or_deleted_payment_opens_the_movement_again(as_admin: Any, invoice: Any) -> None:
    movement = told(100).match(invoice.pk)
    movement.payment.reverse(reversal_reason="Salah")
    assert (again(movement).status, again(movement).payment_id) == ("open", None)
    held = again(movement).book(invoice.account_id)
    trash(Payment, [held.payment_id])
    assert (again(movement).status, again(movement).payment_id) == ("open", None)


def test_setting_aside_wants_a_reason_and_is_taken_back(as_admin: Any) -> None:
    movement = told(100)
    with pytest.raises(Refused) as no:
        movement.set_aside()
    assert (no.value.refusals[0].field, no.value.refusals[0].code) == ("set_aside_reason", "REQUIRED")
    aside = movement.set_aside("Setoran modal")
    assert aside.status == "set_aside"
    assert aside.reopen().status == "open"


def test_what_is_matched_is_neither_changed_nor_deleted(as_admin: Any, invoice: Any) -> None:
    movement = told(100).match(invoice.pk)
    with pytest.raises(Refused) as no:
        update(movement, {"amount": 200})
    assert (no.value.refusals[0].field, no.value.refusals[0].code) == ("amount", "CLOSED_RECORD")
    with pytest.raises(Refused) as kept:
        trash(BankMovement, [movement.pk])
    assert "LOCKED" in kept.value.codes
    assert again(movement).unlink().status == "open"
    trash(BankMovement, [movement.pk])


def test_an_undone_match_leaves_no_payment(as_admin: Any, invoice: Any, company: Any) -> None:
    movement = told(100)
    with acting(company.admin) as stretch:
        movement.match(invoice.pk)
    revert(ChangeSet.objects.get(pk=stretch.change_set))
    assert (again(movement).status, again(movement).payment_id) == ("open", None)
    assert again(invoice).balance == 1_110_000
    is_sound()


def test_money_in_another_currency_becomes_credit_at_the_rate_that_is_written(
    as_admin: Any, company: Any
) -> None:
    account = make("customers.Account", name="PT Ekspor")
    movement = told(100, currency="USD")
    for rate, code in (
        (None, "REQUIRED"),
        ("", "REQUIRED"),
        ("enam belas", "INVALID_VALUE"),
        (-1, "OUT_OF_RANGE"),
    ):
        with pytest.raises(Refused) as error:
            movement.book_foreign(account.pk, rate)
        assert [(one.field, one.code) for one in error.value.refusals] == [("rate", code)]
        assert again(movement).status == "open" and not Payment._base_manager.exists()
    close_change_set()
    browser = signed_in(company.admin)
    dialog = browser.get(f"/bank-movements/{movement.pk}/do/book_foreign/").content.decode()
    assert (
        'name="rate"' in dialog and browser.get(f"/bank-movements/{movement.pk}/do/book/").status_code != 200
    )
    browser.post(f"/bank-movements/{movement.pk}/do/book_foreign/", {"account": account.pk, "rate": "16.000"})
    payment = again(movement).payment
    assert (payment.rate, payment.unallocated, owed_by(account.pk, "IDR")) == (16_000, 100, -1_600_000)
    is_sound()


def test_the_certain_ones_are_booked_and_others_wait(as_admin: Any, company: Any) -> None:
    first, other, third = (issued(thing(amount)) for amount in (300_000, 400_000, 500_000))
    movements = [
        told(300_000, description=f"TRSF {first.number}"),
        told(400_000, description="TRSF TANPA BERITA"),
        told(200_000, description=f"cicil {third.number}"),
        told(300_000, description=f"sisa {third.number}"),
    ]
    assert take_certain(company.admin) == (3, [])
    assert [again(one).status for one in movements] == ["matched", "open", "matched", "matched"]
    assert [again(one).status for one in (first, other, third)] == ["paid", "issued", "paid"]
    assert take_certain(company.admin) == (0, [])
    is_sound()


def test_a_closed_month_refuses_one_and_keeps_the_others(as_admin: Any, company: Any, invoice: Any) -> None:
    old = told(100, date=today() - timedelta(40), description=invoice.number)
    told(200, description=invoice.number)
    make("billing.ClosedPeriod", until=(today().replace(day=1) - timedelta(1)))
    taken, refused = take_certain(company.admin)
    assert (taken, [number for number, _why in refused]) == (1, [old.number])
    assert again(invoice).received == 200


def test_a_payment_somebody_recorded_is_proposed_instead_of_the_invoice(
    as_admin: Any, company: Any, invoice: Any
) -> None:
    payment = paid(invoice.account, 1_110_000, date=str(today()))
    movement = told(description=invoice.number)
    found = suggestions(company.admin, [movement])[movement.pk]
    assert (found.kind, found.id, found.is_certain) == ("payment", payment.pk, False)
    movement.link(payment.pk)
    second = told(description=invoice.number)
    assert suggestions(company.admin, [second])[second.pk].kind == "invoice"


def test_suggestions_take_as_many_queries_for_many(
    as_admin: Any, company: Any, invoice: Any, django_assert_max_num_queries: Any
) -> None:
    movements = [told(amount, description=f"8808000011112{amount:03}") for amount in range(1, 40)]
    with django_assert_max_num_queries(4):
        suggestions(company.admin, movements)


def test_the_fee_is_not_more_than_the_amount(as_admin: Any) -> None:
    with pytest.raises(Refused) as no:
        told(100, fee=Decimal(101))
    assert (no.value.refusals[0].field, no.value.refusals[0].code) == ("fee", "OUT_OF_RANGE")
    assert not BankMovement._base_manager.exists()
