"""Invoices, payments and credit notes: numbers without gaps, balances that follow, books that stay closed."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from relasi.engine.access.acting import acting, current_acting
from relasi.engine.records.change_set import ChangeSet, close_change_set
from relasi.engine.records.undo import revert
from relasi.engine.records.write import create, restore, trash, update
from relasi.kits.pipeline.days import today
from relasi.kits.trade.terbilang import terbilang
from relasi.modules.billing.closed_period import ClosedPeriod
from relasi.modules.billing.credit_note import CreditNote
from relasi.modules.billing.invoice import Invoice
from relasi.modules.billing.payment import Payment
from tests.make import again, make
from tests.modules.refused import refusing
from tests.modules.trading import document, is_sound, issued, line_of, paid, thing

pytestmark = pytest.mark.usefixtures("as_admin")


@pytest.fixture
def ppn() -> None:
    from relasi.modules.catalog.defaults import ensure_defaults

    ensure_defaults()


def new_act() -> ChangeSet | None:
    found = ChangeSet.objects.filter(pk=current_acting().change_set or 0).first()
    close_change_set()
    current_acting().change_set = None
    return found


# The acceptance checks of invoices.
@pytest.mark.parametrize(
    ("lines", "values", "figures"),
    [
        ([(10_000_000, ["PPN"])], {}, (10_000_000, 1_100_000, 11_100_000, 11_100_000)),
        ([(10_000_000, ["PPN", "PPH23"])], {}, (10_000_000, 1_100_000, 11_100_000, 10_900_000)),
        ([(10_000_000, ["PPN-MEWAH"])], {}, (10_000_000, 1_200_000, 11_200_000, 11_200_000)),
        (
            [(6_000_000, ["PPN"]), (4_000_000, [])],
            {"discount_amount": 1_000_000},
            (9_000_000, 594_000, 9_594_000, 9_594_000),
        ),
        (
            [(1_350_000, ["PPN"]), (1_000_000, ["PPN"])],
            {"discount_amount": 100_000},
            (2_250_000, 247_500, 2_497_500, 2_497_500),
        ),
        ([(10_005, ["PPN"])] * 3, {"tax_mode": "individual"}, (30_015, 3_303, 33_318, 33_318)),
    ],
)  # fmt: skip
def test_figures_of_the_specification(ppn: None, lines: Any, values: Any, figures: Any) -> None:
    found = issued(*(thing(price, taxes=taxes) for price, taxes in lines), **values)
    assert (found.goods_total, found.tax_total, found.grand_total, found.payable) == figures
    assert again(found).balance == figures[3]
    is_sound()


def test_a_total_that_is_sent_along_is_refused(ppn: None) -> None:
    with refusing("NO_PERMISSION", "grand_total"):
        document(Invoice, thing(6_000_000), grand_total=1)


def test_part_payments_make_it_paid_and_a_reversal_opens_it_again(ppn: None) -> None:
    invoice = issued(thing(10_000_000, taxes=["PPN"]))
    invoice.pay(amount=5_000_000)
    assert (again(invoice).status, again(invoice).balance) == ("partly_paid", 6_100_000)
    second = invoice.pay(amount=6_100_000)
    assert (again(invoice).status, again(invoice).balance) == ("paid", 0)
    second.reverse("Giro ditolak")
    assert (again(invoice).status, again(invoice).balance) == ("partly_paid", 6_100_000)
    with refusing("INVALID_TRANSITION"):
        again(second).reverse("lagi")
    is_sound()


def test_numbers_are_given_on_issue_and_have_no_gap() -> None:
    drafts = [document(Invoice, thing(1000), date="2026-03-01") for _each in range(4)]
    assert all(one.number.startswith("DRAFT-") for one in drafts)
    trash(Invoice, [drafts[0].pk])
    drafts[2].issue()
    drafts[1].issue().cancel("Salah alamat")
    empty = create(Invoice, {"subject": "x", "account": drafts[3].account_id, "date": "2026-03-01"}, lines=[])
    with refusing("REQUIRED", "lines"):
        empty.issue()
    drafts[3].issue()
    assert [again(one).number for one in (drafts[2], drafts[1], drafts[3])] == [
        "INV/2026/00001", "INV/2026/00002", "INV/2026/00003",
    ]  # fmt: skip
    assert issued(thing(1), date="2025-12-31").number == "INV/2025/00001"
    is_sound()


def test_an_issued_invoice_takes_notes_and_nothing_else() -> None:
    invoice = issued(thing(1000))
    line = line_of(invoice)
    update(invoice, {"notes": "Telepon Jumat"})
    for values, lines in (({"due_date": "2030-01-01"}, None), ({}, [{"id": line.pk, "price": 5}]), ({}, [])):
        with refusing("CLOSED_RECORD"):
            update(invoice, values, lines=lines)
    with refusing("LOCKED"):
        trash(Invoice, [invoice.pk])
    assert (again(invoice).grand_total, again(line).price) == (1000, 1000)


def test_an_invoice_with_a_payment_is_not_cancelled() -> None:
    invoice = issued(thing(1000))
    payment = invoice.pay(amount=1)
    with refusing("INVALID_TRANSITION", "status"):
        again(invoice).cancel("x")
    payment.reverse("x")
    cancelled = again(invoice).cancel("Salah alamat")
    assert (cancelled.status, cancelled.balance, cancelled.number) == ("cancelled", 0, again(invoice).number)
    with refusing("REQUIRED", "cancel_reason"):
        issued(thing(1)).cancel()


def test_the_due_date_follows_the_terms_of_the_customer() -> None:
    account = make("customers.Account", payment_terms_days=30)
    assert document(Invoice, account=account, date="2026-01-31").due_date == date(2026, 3, 2)
    with refusing("OUT_OF_RANGE", "due_date"):
        document(Invoice, account=account, date="2026-01-31", due_date="2026-01-30")


def test_overdue_is_worked_out() -> None:
    late = issued(thing(1000), date=today() - timedelta(days=9), due_date=today() - timedelta(days=1))
    due = issued(thing(1000), due_date=today())
    assert (late.overdue, due.overdue) == (True, False)
    late.pay(amount=1000)
    assert again(late).overdue is False


# Payments.
def test_a_payment_pays_the_oldest_invoices_first_and_keeps_the_rest_as_credit() -> None:
    account = make("customers.Account")
    invoices = [
        issued(thing(1000), account=account, date="2026-01-01", due_date=f"2026-0{n}-01") for n in (3, 2)
    ]
    payment = paid(account, 2500).spread()
    assert [again(one).status for one in invoices] == ["paid", "paid"]
    assert (payment.allocated, payment.unallocated) == (2000, 500)
    third = issued(thing(1000), account=account)
    payment.allocate(third.pk)
    assert (again(third).balance, again(payment).unallocated) == (500, 0)
    payment.release(third.pk)
    assert (again(third).status, again(payment).unallocated) == ("issued", 500)
    with refusing("BAD_REFERENCE", "invoice"):
        payment.release(third.pk)
    is_sound()


def test_more_than_the_balance_stays_with_the_payment() -> None:
    invoice = issued(thing(1000))
    payment = invoice.pay(amount=1500)
    assert (again(invoice).status, again(invoice).balance, payment.unallocated) == ("paid", 0, 500)
    is_sound()


@pytest.mark.parametrize(("amount", "code"), [(1001, "OVER_ALLOCATED"), (0, "OUT_OF_RANGE"), (-5, "OUT_OF_RANGE"),
                                              ("dua", "INVALID_VALUE")])  # fmt: skip
def test_a_wrong_amount_is_refused_and_nothing_changes(amount: Any, code: str) -> None:
    account = make("customers.Account")
    invoice, payment = issued(thing(1000), account=account), paid(account, 5000)
    with refusing(code, "amount"):
        payment.allocate(invoice.pk, amount)
    assert (again(invoice).balance, again(payment).unallocated) == (1000, 5000)


def test_an_invoice_of_another_customer_or_currency_is_not_paid() -> None:
    payment = paid(make("customers.Account"), 1000)
    with refusing("BAD_REFERENCE", "invoice"):
        payment.allocate(issued(thing(1000)).pk)
    with refusing("BAD_REFERENCE", "invoice"):
        payment.allocate(issued(thing(1000), account=payment.account, currency="USD", rate=16000).pk)
    with refusing("REQUIRED", "invoice"):
        payment.allocate(999_999_999)


def test_a_recorded_payment_does_not_change_and_one_in_use_is_not_deleted() -> None:
    payment = paid(make("customers.Account"), 1000)
    update(payment, {"notes": "x", "reference": "TRF 1"})
    for values in ({"amount": 5}, {"date": "2026-01-01"}, {"account": make("customers.Account").pk}):
        with refusing("CLOSED_RECORD"):
            update(payment, values)
    payment.allocate(issued(thing(10), account=payment.account).pk)
    with refusing("LOCKED"):
        trash(Payment, [payment.pk])
    trash(Payment, [paid(payment.account, 5).pk])
    is_sound()
    with refusing("OUT_OF_RANGE", "amount"):
        paid(payment.account, 0)


def test_a_payment_is_undone_with_all_that_followed_and_comes_back() -> None:
    invoice = issued(thing(1000))
    new_act()
    invoice.pay(amount=400)
    first = new_act()
    invoice.pay(amount=600)
    new_act()
    undo = revert(first).change_set
    assert (again(invoice).received, again(invoice).status) == (600, "partly_paid")
    is_sound()
    new_act()
    revert(ChangeSet.objects.get(pk=undo))
    assert again(invoice).status == "paid"
    is_sound()


def test_an_undone_payment_does_not_come_back_over_another_one() -> None:
    invoice = issued(thing(1000))
    new_act()
    payment = invoice.pay(amount=1000)
    revert(new_act())
    new_act()
    invoice.pay(amount=700)
    new_act()
    with refusing("OVER_ALLOCATED"):
        restore(Payment, [payment.pk])
    assert again(payment).trashed_at is not None
    is_sound()


def test_issuing_is_not_undone() -> None:
    invoice = document(Invoice, thing(1000))
    new_act()
    invoice.issue()
    with refusing("INVALID_TRANSITION"):
        revert(new_act())
    assert (again(invoice).status, again(invoice).number[:4]) == ("issued", "INV/")


# Credit notes: the acceptance checks.
def test_a_credit_note_is_applied_paid_back_and_redeemed() -> None:
    account = make("customers.Account")
    origin = issued(thing(3_000_000), account=account)
    other = issued(thing(2_500_000), account=account)
    note = origin.credit()
    note.apply(other.pk, 2_000_000)
    assert again(other).balance == 500_000
    note.refund(amount=500_000)
    assert (again(note).available, again(note).status) == (500_000, "partly")
    with refusing("OVER_ALLOCATED", "amount"):
        note.apply(other.pk, 600_000)
    with refusing("INVALID_TRANSITION", "status"):
        again(note).void("x")
    with refusing("CLOSED_RECORD"):
        update(again(note), {"subject": "lain"})
    note.apply(other.pk, 500_000)
    assert (again(other).status, again(note).status) == ("paid", "fully")
    is_sound()
    note.release(other.pk)
    assert (again(other).balance, again(note).available, again(note).status) == (
        2_500_000,
        2_500_000,
        "partly",
    )
    is_sound()


def test_a_refund_that_is_reversed_gives_the_credit_back() -> None:
    note = issued(thing(1000)).credit()
    refund = note.refund(amount=1000)
    assert again(note).status == "fully"
    refund.reverse("Salah rekening")
    assert (again(note).status, again(note).available) == ("open", 1000)
    with refusing("OVER_ALLOCATED", "amount"):
        note.refund(amount=1001)
    is_sound()


def test_credit_pays_the_invoice_it_came_from_first() -> None:
    account = make("customers.Account")
    older = issued(thing(1000), account=account, date="2026-01-01")
    origin = issued(thing(1000), account=account)
    assert origin.credit().spread().status == "fully"
    assert (again(older).balance, again(origin).balance) == (1000, 0)


# Closed books.
def test_a_closed_month_takes_nothing() -> None:
    account = make("customers.Account")
    draft = document(Invoice, thing(1000), account=account, date="2026-09-15")
    old = issued(thing(1000), account=account, date="2026-09-10")
    note = old.credit()
    update(note, {"date": "2026-09-20"})
    period = create(ClosedPeriod, {"until": "2026-09-30"})
    for refused in (
        draft.issue,
        lambda: old.cancel("x"),
        lambda: paid(account, 100, date="2026-09-30"),
        lambda: again(note).void("x"),
        lambda: document(CreditNote, thing(5), account=account, date="2026-09-01"),
        lambda: trash(CreditNote, [note.pk]),
    ):
        with refusing("PERIOD_CLOSED"):
            refused()
    paid(account, 100, date="2026-10-01")
    trash(type(period), [period.pk])
    assert draft.issue().status == "issued"


def test_an_undo_moves_no_credit_into_a_closed_month_and_no_payment_back_into_one() -> None:
    account = make("customers.Account")
    new_act()
    note = document(CreditNote, thing(5), account=account, date="2026-09-20", reason="price")
    new_act()
    update(again(note), {"date": "2026-10-02"})
    moved = new_act()
    payment = paid(account, 1000, date="2026-09-01")
    new_act()
    again(payment).reverse("Salah catat")
    reversal = new_act()
    create(ClosedPeriod, {"until": again(payment).reversed_on})
    new_act()
    for change_set in (moved, reversal):
        with refusing("PERIOD_CLOSED"):
            revert(change_set)
    assert (str(again(note).date), again(payment).status) == ("2026-10-02", "reversed")


def test_an_undo_does_not_reach_into_a_closed_month() -> None:
    new_act()
    payment = paid(make("customers.Account"), 1000, date="2026-09-01")
    made = new_act()
    create(ClosedPeriod, {"until": "2026-09-30"})
    new_act()
    with refusing("PERIOD_CLOSED"):
        revert(made)
    assert again(payment).trashed_at is None


def test_the_amount_is_said_in_words() -> None:
    assert terbilang(Decimal(11_100_000)) == "sebelas juta seratus ribu rupiah"


def test_who_may_not_see_an_invoice_pays_nothing_of_it(company: Any) -> None:
    invoice = issued(thing(1000))
    with acting(company.sales_a):
        own = paid(make("customers.Account"), 1000)
        with refusing("REQUIRED", "invoice"):
            own.allocate(invoice.pk)
        with refusing("BAD_REFERENCE", "account"):
            paid(invoice.account, 10)
    assert again(invoice).balance == 1000
