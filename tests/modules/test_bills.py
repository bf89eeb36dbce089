"""Bills: three-way match, the vendor's invoice once, part payments that follow, and books that stay closed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from relasi.engine.access.acting import acting, current_acting
from relasi.engine.declare.registry import registry
from relasi.engine.records.change_set import close_change_set, open_change_set
from relasi.engine.records.undo import revert
from relasi.engine.records.write import Draft, create, restore, trash, update, write
from relasi.kits.pipeline.days import today
from relasi.modules.purchasing.bill import FLOW, Bill, BillStatus
from relasi.modules.purchasing.matching import price_differs
from relasi.modules.purchasing.order_body import body_of
from relasi.modules.purchasing.purchase_settings import PurchaseSettings
from relasi.modules.purchasing.vendor_payment import VendorPayment
from tests.make import again, make, put
from tests.modules.buying import approved_vendor, bill, come, is_sound, ordered, purchase, take_bill
from tests.modules.refused import refusing
from tests.modules.test_trade_chain import new_act
from tests.modules.trading import line_of, thing
from tests.people import signed_in

pytestmark = pytest.mark.usefixtures("as_admin")

S = BillStatus


# The acceptance checks of bills.
def test_no_more_is_billed_than_was_ordered_and_cancelling_frees_it() -> None:
    order = ordered(thing(100_000, 10))
    first = take_bill(order, 6)
    with refusing("QTY_EXCEEDED", f"lines.{line_of(order).pk}"):
        take_bill(order, 5)
    assert (line_of(order).billed, again(order).billed_percent) == (6, 60)
    first.cancel("Salah pemasok")
    assert (line_of(order).billed, again(order).billed_percent) == (0, 0)
    assert take_bill(order, 10).purchase_order_id == order.pk
    with refusing("INVALID_TRANSITION"):
        take_bill(order, 1)
    is_sound()


def test_more_billed_than_received_is_kept_and_not_paid_until_somebody_accepts_it() -> None:
    order = come(ordered(thing(100_000, 10)), 6)
    found = take_bill(order, 8).approve()
    assert again(found).match_status == "quantity"
    for act in (lambda: again(found).pay(amount=1), lambda: _paying(found, 1)):
        with refusing("INVALID_TRANSITION", "match_status"):
            act()
    with refusing("REQUIRED", "variance_note"):
        again(found).accept_variance()
    again(found).accept_variance("Sisanya dikirim besok")
    again(found).pay(amount=1)
    assert again(found).status == "partly_paid"
    with refusing("INVALID_TRANSITION"):
        again(found).accept_variance("lagi")
    is_sound()


def test_part_payments_make_it_paid_and_not_a_rupiah_more() -> None:
    found = bill(thing(11_100_000)).approve()
    again(found).pay(amount=5_000_000)
    assert (again(found).status, again(found).balance) == ("partly_paid", 6_100_000)
    payment = again(found).pay(amount=6_100_000)
    assert (again(found).status, again(found).balance) == ("paid", 0)
    more = _paid(found.vendor, 1)
    with refusing("OVER_ALLOCATED", "amount"):
        more.allocate(found.pk, 1)
    payment.reverse("Transfer ditolak bank")
    assert (again(found).status, again(found).balance) == ("partly_paid", 6_100_000)
    is_sound()


def test_it_is_overdue_from_the_midnight_after_its_due_date() -> None:
    found = bill(thing(1000), date="2026-01-01", due_date="2026-01-31").approve()
    for moment, late in (("2026-01-31 16:59", False), ("2026-01-31 17:00", True)):
        with time_machine.travel(datetime.fromisoformat(moment).replace(tzinfo=UTC), tick=False):
            assert again(found).overdue is late, moment


def test_an_invoice_of_a_vendor_is_entered_once() -> None:
    first = bill(vendor_invoice_number="INV-77")
    for text in ("INV-77", "inv-77"):
        with refusing("NOT_UNIQUE", "vendor_invoice_number"):
            bill(vendor=first.vendor, vendor_invoice_number=text)
    assert bill(vendor=approved_vendor(), vendor_invoice_number="INV-77").pk
    other = bill(vendor=first.vendor, vendor_invoice_number="INV-78")
    with refusing("NOT_UNIQUE", "vendor_invoice_number"):
        update(other, {"vendor_invoice_number": "INV-77"})
    open_change_set()
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE purchasing_bill SET vendor_invoice_number = 'Inv-77' WHERE id = %s", [other.pk]
        )
    again(first).cancel("Dobel")
    assert bill(vendor=first.vendor, vendor_invoice_number="INV-77").pk


def test_what_we_withhold_is_not_paid() -> None:
    from relasi.modules.catalog.defaults import ensure_defaults

    ensure_defaults()
    found = bill(thing(10_000_000, taxes=["PPN", "PPH23"])).approve()
    assert (found.tax_total, found.withheld_total, found.payable) == (1_100_000, 200_000, 10_900_000)
    assert again(found).balance == 10_900_000


# Matching.
@pytest.mark.parametrize(
    ("received", "billed", "price", "match"),
    [
        (4, 4, 100_000, "matched"), (4, 4, 102_000, "matched"), (4, 4, 98_000, "matched"),
        (4, 4, 102_500, "price"), (4, 4, 97_900, "price"), (4, 5, 100_000, "quantity"),
        (0, 1, 100_000, "no_receipt"), (4, 5, 102_500, "quantity"), (10, 10, 102_001, "price"),
    ],
)  # fmt: skip
def test_how_a_bill_compares(received: Any, billed: Any, price: Any, match: str) -> None:
    order = come(ordered(thing(100_000, 10)), received)
    found = take_bill(order, billed)
    update(found, {}, lines=[{"id": line_of(found).pk, "price": price}])
    assert (again(found).match_status, again(found).is_held) == (match, match != "matched")


def test_a_bill_without_an_order_is_compared_with_nothing() -> None:
    found = bill(thing(5000)).approve()
    assert (found.match_status, found.is_held) == ("no_order", False)


def test_a_company_may_take_bills_only_for_what_it_ordered() -> None:
    make("purchasing.PurchaseSettings", direct_bills=False)
    with refusing("REQUIRED", "purchase_order"):
        bill(thing(5000))
    assert Bill._base_manager.count() == 0
    assert take_bill(come(ordered(thing(1000, 10)), 10), 4).approve().status == "approved"


def test_what_comes_later_settles_the_difference_and_what_goes_back_opens_it() -> None:
    order = come(ordered(thing(100_000, 10)), 4)
    found = take_bill(order, 6)
    again(found).accept_variance("Sudah di jalan")
    come(again(order), 6)
    from relasi.modules.purchasing.matching import match_bills

    match_bills([order.pk])
    assert (again(found).match_status, again(found).variance_accepted_at) == ("matched", None)
    come(again(order), 3)
    match_bills([order.pk])
    assert (again(found).match_status, again(found).is_held) == ("quantity", True)


def test_the_bills_entered_first_have_the_first_claim_on_what_came() -> None:
    order = come(ordered(thing(100_000, 10)), 6)
    first, second = take_bill(order, 6), take_bill(order, 2)
    assert (again(first).match_status, again(second).match_status) == ("matched", "quantity")
    first.cancel("x")
    assert again(second).match_status == "matched"


def test_tolerances_are_those_of_the_settings() -> None:
    make("purchasing.PurchaseSettings", price_tolerance=0, amount_tolerance=500)
    order = come(ordered(thing(100_000, 10)), 10)
    found = take_bill(order, 10)
    for price, match in ((100_500, "matched"), (100_501, "price"), (99_500, "matched")):
        update(again(found), {}, lines=[{"id": line_of(found).pk, "price": price}])
        assert again(found).match_status == match, price


@given(
    ordered_at=st.integers(0, 10**9),
    billed_at=st.integers(0, 10**9),
    percent=st.integers(0, 100),
    amount=st.integers(0, 10**6),
)
def test_a_price_differs_the_same_way_up_and_down_and_never_within_either_tolerance(
    ordered_at: int, billed_at: int, percent: int, amount: int
) -> None:
    settings = PurchaseSettings(price_tolerance=Decimal(percent), amount_tolerance=Decimal(amount))
    one, other = Fraction(billed_at), Fraction(ordered_at)
    mirrored = 2 * other - one
    assert price_differs(one, other, settings) == price_differs(mirrored, other, settings)
    gap = abs(one - other)
    assert price_differs(one, other, settings) == (gap > amount and gap * 100 > other * percent)


def test_only_what_stands_on_the_order_is_billed() -> None:
    order = come(ordered(thing(100_000, 10)), 10)
    found = take_bill(order, 5)
    line = {"id": line_of(found).pk}
    with refusing("BAD_REFERENCE", "lines.1.name"):
        update(found, {}, lines=[line, thing(5)])
    with refusing("BAD_REFERENCE", "lines.0.name"):
        update(found, {}, lines=[{**line, "product": make("catalog.Product").pk}])
    with refusing("BAD_REFERENCE", "vendor"):
        update(found, {"vendor": approved_vendor().pk})
    with refusing("QTY_EXCEEDED", "lines"):
        update(found, {}, lines=[{**line, "quantity": 11}])
    update(again(found), {}, lines=[line, {"kind": "note", "name": "Dikirim dua kali"}])
    assert (line_of(order).billed, len(again(found).lines_in_order())) == (5, 2)


def test_what_is_billed_first_is_what_was_received_and_not_billed() -> None:
    order = come(ordered(thing(100_000, 10), thing(500, 4)), 6, 0)
    found = order.bill()
    assert [line.quantity for line in found.lines_in_order()] == [6]
    assert [line.quantity for line in again(order).bill().lines_in_order()] == [4, 4]
    closed = come(ordered(thing(1000, 10)), 4).close_short("Habis")
    assert line_of(closed.bill()).quantity == 4


def test_who_entered_it_does_not_accept_its_difference(company: Any) -> None:
    def as_seller(act: Any) -> Any:
        close_change_set()
        with acting(company.sales_a):
            found = act()
        close_change_set()
        return found

    order = come(ordered(thing(100_000, 10), owner=company.sales_a.pk), 2)
    close_change_set()
    found = as_seller(lambda: take_bill(again(order), 4))
    with refusing("NO_PERMISSION"):
        as_seller(lambda: again(found).accept_variance("x"))
    assert again(found).is_held
    with acting(company.manager):
        assert not again(found).accept_variance("Disetujui gudang").is_held


# Payments.
def _paid(vendor: Any, amount: Any, **values: Any) -> VendorPayment:
    return create(VendorPayment, {"vendor": vendor.pk, "amount": amount, "date": "2026-10-05", **values})


def _paying(found: Bill, amount: Any) -> VendorPayment:
    return _paid(found.vendor, amount).allocate(found.pk, amount)


def test_one_payment_pays_the_oldest_bills_and_keeps_the_rest() -> None:
    first = bill(thing(1000), date="2026-01-05").approve()
    second = bill(thing(500), vendor=first.vendor, date="2026-02-05").approve()
    draft = bill(thing(700), vendor=first.vendor, date="2026-01-01")
    payment = _paid(first.vendor, 1_800).spread()
    assert (payment.allocated, payment.unallocated) == (1500, 300)
    assert [again(one).status for one in (first, second, draft)] == ["paid", "paid", "draft"]
    payment.release(second.pk)
    assert (again(payment).unallocated, again(second).status) == (800, "approved")
    with refusing("INVALID_TRANSITION", "bill"):
        again(payment).allocate(draft.pk, 1)
    is_sound()


def test_a_payment_pays_nobody_elses_bill_and_no_other_currency() -> None:
    found = bill(thing(1000)).approve()
    with refusing("BAD_REFERENCE", "bill"):
        _paid(approved_vendor(), 5).allocate(found.pk)
    with refusing("BAD_REFERENCE", "bill"):
        _paid(found.vendor, 5, currency="USD", rate="16000").allocate(found.pk)
    for amount, code in (("-1", "OUT_OF_RANGE"), ("x", "INVALID_VALUE"), ("1001", "OVER_ALLOCATED")):
        with refusing(code, "amount"):
            _paid(found.vendor, 5000).allocate(found.pk, amount)
    assert (again(found).paid, again(found).status) == (0, "approved")


def test_what_is_paid_more_stays_with_the_payment() -> None:
    found = bill(thing(1000)).approve()
    payment = found.pay(amount=1200)
    assert (again(found).status, again(payment).unallocated) == ("paid", 200)


def test_a_payment_keeps_the_account_it_went_to() -> None:
    vendor = approved_vendor()
    account = make("purchasing.VendorBankAccount", vendor=vendor, number="111122223333")
    with refusing("INVALID_TRANSITION", "bank_account"):
        _paid(vendor, 5, bank_account=account.pk)
    assert _paid(vendor, 5).to_number is None
    put(account, confirmed=True)
    payment = _paid(vendor, 5)
    put(account, number="999988887777")
    assert (again(payment).to_number, again(payment).bank_account_id) == ("111122223333", account.pk)
    with refusing("BAD_REFERENCE", "bank_account"):
        _paid(approved_vendor(), 5, bank_account=account.pk)


def test_a_recorded_payment_takes_notes_and_nothing_else() -> None:
    found = bill(thing(1000)).approve()
    payment = found.pay(amount=400)
    update(again(payment), {"notes": "Bukti di map"})
    with refusing("CLOSED_RECORD"):
        update(again(payment), {"amount": 5})
    with refusing("LOCKED"):
        trash(VendorPayment, [payment.pk])
    assert again(payment).amount == 400


def test_undoing_a_payment_opens_the_bill_again() -> None:
    found = bill(thing(1000)).approve()
    new_act()
    again(found).pay(amount=1000)
    revert(new_act())
    assert (again(found).status, again(found).balance) == ("approved", 1000)
    is_sound()


# States, the bin, closed books.
def reach(status: str) -> Bill:
    found = bill(thing(1000))
    if status == S.CANCELLED:
        return found.cancel("x")
    if status != S.DRAFT:
        found = found.approve()
    if status in (S.PARTLY_PAID, S.PAID):
        found.pay(amount=400 if status == S.PARTLY_PAID else 1000)
    return again(found)


@pytest.mark.parametrize("before", list(S))
def test_every_move_outside_the_table_is_refused_by_code_and_database(before: Any) -> None:
    found = reach(before)
    assert found.status == before
    for after in set(S) - {before}:
        if not FLOW.by_hand(before, after):
            for via in ("ui", "import", "api"):
                with acting(current_acting().user, via=via):
                    draft = Draft({"status": after, "cancel_reason": "x"}, id=found.pk)
                    result = write(registry.of(Bill), [draft], partial=True)
                assert [one.code for one in result.refusals] == ["INVALID_TRANSITION"], (before, after)
        if after not in FLOW.moves.get(before, ()):
            open_change_set()
            with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("UPDATE purchasing_bill SET status = %s WHERE id = %s", [after, found.pk])
    assert again(found).status == before
    is_sound()


def test_a_bill_with_a_payment_is_not_cancelled_and_cancelling_asks_why() -> None:
    found = reach(S.PARTLY_PAID)
    with refusing("INVALID_TRANSITION", "status"):
        found.cancel("x")
    draft = reach(S.DRAFT)
    for act in (draft.cancel, lambda: update(draft, {"status": "cancelled"})):
        with refusing("REQUIRED", "cancel_reason"):
            act()
    assert (again(found).status, again(draft).status) == ("partly_paid", "draft")


def test_closed_books_take_no_bill_and_no_payment() -> None:
    found, late = bill(date="2026-01-10"), bill(date="2026-01-11").approve()
    create(registry.module("billing.ClosedPeriod").model, {"until": "2026-01-31"})
    for act in (
        found.approve,
        lambda: again(late).cancel("x"),
        lambda: _paid(found.vendor, 5, date="2026-01-31"),
    ):
        with refusing("PERIOD_CLOSED", "date"):
            act()
    assert (again(found).status, again(late).status) == ("draft", "approved")
    create(registry.module("billing.ClosedPeriod").model, {"until": str(today())})
    with refusing("PERIOD_CLOSED"):
        again(late).pay(amount=1)
    assert again(late).paid == 0


def test_deleting_a_draft_gives_back_and_restoring_takes_again() -> None:
    order = ordered(thing(100_000, 10))
    draft = take_bill(order, 4)
    trash(Bill, [draft.pk])
    assert (line_of(order).billed, again(order).billed_percent) == (0, 0)
    restore(Bill, [draft.pk])
    assert (line_of(order).billed, again(order).billed_percent) == (4, 40)
    is_sound()


def test_due_is_the_date_and_the_terms_of_the_vendor() -> None:
    vendor = approved_vendor(payment_terms_days=30)
    found = bill(vendor=vendor, date="2026-03-01")
    assert found.due_date == date(2026, 3, 31)
    assert update(found, {"date": "2026-03-11"}).due_date == date(2026, 3, 11) + timedelta(days=30)
    with refusing("OUT_OF_RANGE", "due_date"):
        update(found, {"due_date": "2026-03-10"})


def test_approving_asks_for_lines_and_the_number_of_the_invoice() -> None:
    with refusing("REQUIRED", "vendor_invoice_number"):
        bill(vendor_invoice_number=None).approve()
    numberless = bill(vendor_invoice_number=None)
    assert numberless.approve_as("FKT/9").status == "approved"
    empty = create(
        Bill, {"subject": "x", "vendor": approved_vendor().pk, "vendor_invoice_number": "1"}, lines=[]
    )
    with refusing("REQUIRED", "lines"):
        empty.approve()
    assert again(empty).status == "draft"


def test_the_button_asks_for_the_number_where_there_is_none(company: Any) -> None:
    found = bill(vendor_invoice_number=None)
    close_change_set()
    client = signed_in(company.admin)
    page = client.get(f"/bills/{found.pk}/").content.decode()
    assert "do/approve_as/" in page and "do/approve/" not in page
    asked = client.post(f"/bills/{found.pk}/do/approve_as/", {"vendor_invoice_number": ""})
    assert (asked.status_code, again(found).status) == (422, "draft")
    assert 'name="vendor_invoice_number"' in asked.content.decode()
    client.post(f"/bills/{found.pk}/do/approve_as/", {"vendor_invoice_number": "FKT/77"})
    assert (again(found).status, again(found).vendor_invoice_number) == ("approved", "FKT/77")


def test_the_page_of_an_order_tells_how_far_it_is_received_billed_and_paid(company: Any) -> None:
    order = come(ordered(thing(100_000, 10)), 6)
    found = take_bill(order, 5).approve()
    found.pay(date=today(), amount=250_000, method="transfer")
    steps = {label: percent for label, percent, _text in body_of(again(order), company.admin)["progress"]}
    assert list(steps.values()) == [60, 50, 25]
    close_change_set()
    page = signed_in(company.admin).get(f"/purchase-orders/{order.pk}/").content.decode()
    assert "25% · Rp" in page
    assert body_of(purchase(), company.admin)["progress"] == []


def test_the_page_tells_what_was_ordered_received_and_billed(company: Any) -> None:
    order = come(ordered(thing(100_000, 10)), 6)
    found = take_bill(order, 6)
    close_change_set()
    page = signed_in(company.admin).get(f"/bills/{found.pk}/").content.decode()
    assert "dipesan 10" in page and "diterima 6" in page and "/pdf/" not in page
    made = signed_in(company.admin).post(
        f"/purchase-orders/{order.pk}/convert/bills/", {f"take-{line_of(order).pk}": "2"}
    )
    assert (made.status_code, Bill._base_manager.count()) == (302, 2)
