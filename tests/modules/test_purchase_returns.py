"""Purchase returns: rejected and accepted goods go back to the vendor, and what went back is outstanding again."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from relasi.engine.access.acting import current_acting
from relasi.engine.activity.notification import News
from relasi.engine.records.change_set import ChangeSet, close_change_set
from relasi.engine.records.refusal import Refused
from relasi.engine.records.undo import revert
from relasi.engine.records.write import create, restore, trash, update
from relasi.kits.trade.conversion import convert
from relasi.modules.inventory.delivery_note import DeliveryNote
from relasi.modules.inventory.serial_number import SerialNumber
from relasi.modules.inventory.stock_move import StockMove
from relasi.modules.purchasing.bill_body import body_of
from relasi.modules.purchasing.purchase_flow import OUTSTANDING
from relasi.modules.purchasing.purchase_order import PurchaseOrder
from relasi.modules.purchasing.purchase_return import PurchaseReturn
from relasi.modules.purchasing.receipt_note import ReceiptNote
from relasi.modules.purchasing.return_flow import FLOW
from relasi.modules.purchasing.scorecard import tally_of
from relasi.modules.sales.sales_order import SalesOrder
from tests.make import again, make
from tests.modules.buying import approved_vendor, is_sound, ordered, take_bill
from tests.modules.refused import refused, refusing
from tests.modules.stocking import counted, goods, of, stock_is_sound
from tests.modules.test_receipt_notes import incoming_is_true, receipt, stock
from tests.modules.trading import document, line_of
from tests.tying import everything_ties_out

WHICH = st.integers(0, 20)
FEW = st.integers(1, 5)
pytestmark = pytest.mark.usefixtures("as_admin")


@pytest.fixture(autouse=True)
def sound(as_admin: Any) -> Any:
    yield
    stock_is_sound()
    incoming_is_true()
    is_sound()


def returns(note: ReceiptNote) -> list[PurchaseReturn]:
    return list(PurchaseReturn._base_manager.filter(receipt_note=note, trashed_at=None).order_by("pk"))


def going_back(note: ReceiptNote, quantity: Any, **line: Any) -> PurchaseReturn:
    made = convert(note, PurchaseReturn, {line_of(note).pk: Decimal(quantity)}, reason="damaged")
    return update(made, {}, lines=[{"id": line_of(made).pk, **line}]) if line else made


def alone() -> None:
    """What follows is an act of its own."""
    close_change_set()
    current_acting().change_set = None


def undo() -> None:
    act = current_acting().change_set
    alone()
    revert(ChangeSet.objects.get(pk=act))
    alone()


def test_what_was_rejected_makes_a_draft_return_and_stays_outstanding() -> None:
    product = goods()
    order = ordered(of(product, 100))
    note = receipt(order, 40, rejected=2, reject_reason="damaged").receive()
    assert (stock(product), again(order).status) == ((38, 62), "partly_received")
    [made] = returns(note)
    line = line_of(made)
    assert (made.status, made.reason, made.vendor_id) == ("draft", "damaged", order.vendor_id)
    assert (line.quantity, line.rejected, line.accepted) == (2, 2, 0)
    assert (made.purchase_order_id, made.receipt_note_id) == (order.pk, note.pk)
    assert line_of(again(order)).outstanding == 62
    made.send_back()
    assert (stock(product), line_of(again(order)).outstanding) == ((38, 62), 62)
    assert not StockMove._base_manager.filter(purchase_return=made).exists()
    everything_ties_out()


def test_a_note_without_rejected_goods_makes_no_return() -> None:
    assert returns(receipt(ordered(of(goods(), 4))).receive()) == []


def test_the_draft_is_made_in_the_same_act_and_is_undone_with_it() -> None:
    product = goods()
    note = receipt(ordered(of(product, 10)), 10, rejected=3, reject_reason="wrong")
    alone()
    note.receive()
    [made] = returns(note)
    undo()
    assert (again(note).status, returns(note), stock(product)) == ("draft", [], (0, 10))
    assert again(made).trashed_at is not None and line_of(again(note)).returned == 0


def test_a_reopened_note_takes_its_draft_back_and_the_undo_of_that_brings_it_again() -> None:
    product = goods()
    note = receipt(ordered(of(product, 10)), 10, rejected=3, reject_reason="wrong").receive()
    [made] = returns(note)
    alone()
    again(note).reopen()
    assert returns(note) == [] and line_of(again(note)).returned == 0
    undo()
    assert [one.pk for one in returns(note)] == [made.pk]
    assert (again(note).status, stock(product)) == ("received", (7, 3))
    again(note).reopen()
    again(note).receive()
    assert [one.pk for one in returns(note)] != [made.pk] and len(returns(note)) == 1


def test_accepted_goods_leave_the_stock_at_the_average_cost_and_are_outstanding_again() -> None:
    product = goods()
    counted(product, 10, unit_cost=10_000)
    order = ordered(of(product, 10) | {"price": 12_000})
    note = receipt(order).receive()
    assert (stock(product), again(product).average_cost) == ((20, 0), 11_000)
    made = going_back(note, 4)
    assert (stock(product), line_of(made).accepted) == ((20, 0), 4)
    made.send_back()
    assert (stock(product), again(product).average_cost) == ((16, 4), 11_000)
    line = line_of(again(order))
    assert (line.received, line.returned, line.outstanding) == (6, 4, 4)
    assert again(order).status == "partly_received"
    again(made).cancel("Pemasok menolak")
    assert (stock(product), again(product).average_cost) == ((20, 0), 11_000)
    assert (again(order).status, line_of(again(order)).returned) == ("received", 0)
    moves = StockMove._base_manager.filter(purchase_return=made).order_by("step")
    assert [(m.received, m.issued, m.takes_back) for m in moves] == [(0, 4, False), (4, 0, True)]
    everything_ties_out()


def test_an_order_that_went_back_whole_can_be_cancelled() -> None:
    order = ordered(of(goods(), 5))
    note = receipt(order).receive()
    assert refused(again(order).cancel, "x") == [("status", "INVALID_TRANSITION")]
    going_back(note, 5).send_back()
    assert again(order).status == "approved"
    assert again(order).cancel("Tidak jadi").status == "cancelled"
    assert stock(line_of(order).product) == (0, 0)


def test_of_a_closed_order_nothing_is_outstanding_whatever_goes_back() -> None:
    product = goods()
    order = ordered(of(product, 5))
    note = receipt(order).receive()
    again(order).close()
    going_back(note, 2).send_back()
    assert (again(order).status, stock(product)) == ("closed", (3, 0))


def test_no_more_goes_back_than_was_rejected_and_accepted() -> None:
    product = goods()
    note = receipt(ordered(of(product, 10)), 10, rejected=3, reject_reason="wrong").receive()
    assert refused(convert, note, PurchaseReturn, {line_of(note).pk: Decimal(8)}) == [
        (f"lines.{line_of(note).pk}", "QTY_EXCEEDED")
    ]
    made = going_back(note, 7)
    assert (line_of(made).accepted, line_of(made).rejected) == (7, 0)
    with refusing("INVALID_TRANSITION"):
        convert(note, PurchaseReturn)
    [draft, _made] = returns(note)
    for values in ({"quantity": 4}, {"rejected": 2}):
        with refusing("QTY_EXCEEDED", "lines"):
            update(draft, {}, lines=[{"id": line_of(draft).pk, **values}])
    trash(PurchaseReturn, [draft.pk])
    assert line_of(again(note)).rejected_left == 3
    restore(PurchaseReturn, [draft.pk])
    assert line_of(again(note)).rejected_left == 0


def test_what_has_left_meanwhile_does_not_go_back() -> None:
    product = goods()
    note = receipt(ordered(of(product, 5))).receive()
    counted(product, 3)
    made = going_back(note, 4)
    assert refused(made.send_back) == [("lines.0.quantity", "INSUFFICIENT_STOCK")]
    assert (again(made).status, stock(product)) == ("draft", (3, 0))
    make("inventory.StockSettings", below_zero="warn")
    with refusing("INSUFFICIENT_STOCK"):
        made.send_back()
    again(made).send_back(confirmed=["stock"])
    assert stock(product) == (-1, 4)


def test_a_note_of_which_goods_went_back_is_not_reopened() -> None:
    product = goods()
    note = receipt(ordered(of(product, 5))).receive()
    made = going_back(note, 1).send_back()
    assert refused(again(note).reopen) == [("status", "INVALID_TRANSITION")]
    assert refused(again(note).cancel, "x") == [("status", "INVALID_TRANSITION")]
    assert stock(product) == (4, 1)
    again(made).cancel("x")
    again(note).reopen()
    assert stock(product) == (0, 5)


def test_a_return_of_a_note_that_is_not_received_any_more_stays_a_draft() -> None:
    note = receipt(ordered(of(goods(), 5))).receive()
    made = going_back(note, 1)
    again(note).reopen()
    restore(PurchaseReturn, [made.pk])
    assert refused(again(made).send_back) == [("status", "INVALID_TRANSITION")]


def test_what_came_again_meanwhile_keeps_a_return_from_being_cancelled() -> None:
    order = ordered(of(goods(), 5))
    made = going_back(receipt(order).receive(), 2).send_back()
    receipt(again(order)).receive()
    assert again(order).status == "received"
    with refusing("OUT_OF_RANGE", "lines"):
        again(made).cancel("x")
    assert again(made).status == "returned"


def test_numbered_pieces_leave_and_come_back_by_their_numbers() -> None:
    product = goods(serial_tracking="serial")
    order = ordered(of(product, 2))
    note = receipt(order, 2, serials="SN-1\nSN-2").receive()
    made = going_back(note, 1)
    assert refused(made.send_back) == [("lines.0.serials", "INVALID_VALUE")]
    update(made, {}, lines=[{"id": line_of(made).pk, "serials": "SN-9"}])
    assert refused(again(made).send_back) == [("lines.0.serials", "BAD_REFERENCE")]
    update(again(made), {}, lines=[{"id": line_of(made).pk, "serials": "sn-1"}])
    again(made).send_back()
    assert states(product) == {"SN-1": "returned", "SN-2": "here"}
    sale = make_order(product)
    leaving = convert(sale, DeliveryNote)
    update(leaving, {}, lines=[{"id": line_of(leaving).pk, "serials": "SN-1"}])
    assert refused(again(leaving).deliver) == [("lines.0.serials", "NOT_UNIQUE")]
    again(made).cancel("x")
    assert states(product) == {"SN-1": "here", "SN-2": "here"}


def make_order(product: Any) -> Any:
    return document(SalesOrder, of(product, 1), account=make("customers.Account")).approve()


def states(product: Any) -> dict[str, str]:
    return dict(
        SerialNumber._base_manager.filter(product=product, trashed_at=None).values_list("serial", "state")
    )


def test_what_is_billed_and_went_back_is_told_on_the_bill(company: Any) -> None:
    order = ordered(of(goods(), 10))
    note = receipt(order).receive()
    bill = take_bill(again(order), 10)
    assert again(bill).match_status == "matched"
    made = going_back(note, 4).send_back()
    assert (again(bill).match_status, again(bill).is_held) == ("quantity", True)
    [said] = body_of(again(bill), company.admin)["compared"].values()
    assert "diretur 4" in said and "yang ditagih lebih banyak" in said
    again(made).cancel("x")
    assert again(bill).match_status == "matched"


def test_only_what_stayed_is_proposed_to_be_billed() -> None:
    order = ordered(of(goods(), 10))
    going_back(receipt(order, 6).receive(), 2).send_back()
    assert line_of(again(order).bill()).quantity == 4


def test_the_buyer_hears_of_what_was_rejected_and_of_what_is_missing(company: Any) -> None:
    buyer = company.sales_a
    order = ordered(of(goods(), 10), owner=buyer.pk)
    receipt(order, 6, rejected=1, reject_reason="poor").receive()
    [told] = News.objects.filter(kind="receipt_lacking")
    assert (told.user_id, Decimal(told.facts["rejected"]), Decimal(told.facts["short"])) == (buyer.pk, 1, 5)
    receipt(again(order)).receive()
    assert News.objects.filter(kind="receipt_lacking").count() == 1


def test_goods_may_go_back_without_a_note_and_need_a_reason() -> None:
    product = goods(5)
    made = create(
        PurchaseReturn, {"subject": "Retur", "vendor": approved_vendor().pk}, lines=[of(product, 2)]
    )
    assert refused(made.send_back) == [("reason", "REQUIRED")]
    update(made, {"reason": "surplus"})
    again(made).send_back()
    assert stock(product) == (3, 0)
    assert refused(update, again(made), {"reason": "wrong"}) == [("reason", "CLOSED_RECORD")]
    assert update(again(made), {"acknowledgement_number": "TT-9"}).acknowledgement_number == "TT-9"
    assert refused(trash, PurchaseReturn, [made.pk]) == [("", "LOCKED")]


def test_what_went_back_still_counts_as_delivered_in_the_scorecard() -> None:
    order = ordered(of(goods(), 10))
    note = receipt(order, 10, rejected=1, reject_reason="poor").receive()
    going_back(note, 2).send_back()
    tally = tally_of(order.vendor_id)
    assert (tally.delivered, tally.rejected) == (10, 1)


@pytest.mark.parametrize("before", list(FLOW.moves))
@pytest.mark.parametrize("after", list(FLOW.moves))
def test_each_pair_of_states_that_is_not_in_the_table_is_refused(before: str, after: str) -> None:
    allowed = {("draft", "returned"), ("draft", "cancelled"), ("returned", "cancelled")}
    made = going_back(receipt(ordered(of(goods(), 3))).receive(), 1)
    if before == "returned":
        made = made.send_back()
    elif before == "cancelled":
        made = made.cancel("x")
    change = {"status": after, "cancel_reason": "x"}
    if before == after or (before, after) in allowed:
        assert update(made, change).status == after
        return
    with refusing("INVALID_TRANSITION", "status"):
        update(made, change)
    assert again(made).status == before


class Gate(RuleBasedStateMachine):
    """Goods come and go back; every rule is an act of its own, which may be undone."""

    def __init__(self) -> None:
        super().__init__()
        self.product = goods(3)
        self.acts: list[int] = []

    def act(self, call: Any, *args: Any, **how: Any) -> None:
        alone()
        try:
            call(*args, **how)
        except Refused:
            return
        if current_acting().change_set:
            self.acts.append(current_acting().change_set)

    def pick(self, model: Any, which: int, **fits: Any) -> Any:
        rows = list(model._base_manager.filter(**fits).order_by("pk"))
        return rows[which % len(rows)] if rows else None

    @rule(n=FEW)
    def order(self, n: int) -> None:
        self.act(ordered, of(self.product, n))

    @rule(which=WHICH, rejected=st.integers(0, 2))
    def receive(self, which: int, rejected: int) -> None:
        def come(order: Any) -> None:
            note = convert(order, ReceiptNote)
            line = {"id": line_of(note).pk, "rejected": rejected, "reject_reason": "poor"}
            update(note, {}, lines=[line]).receive()

        if order := self.pick(PurchaseOrder, which, status__in=sorted(OUTSTANDING), trashed_at=None):
            self.act(come, order)

    @rule(which=WHICH, n=FEW)
    def go_back(self, which: int, n: int) -> None:
        if note := self.pick(ReceiptNote, which, status="received"):
            self.act(going_back, note, n)

    @rule(which=WHICH)
    def send_back(self, which: int) -> None:
        if made := self.pick(PurchaseReturn, which, status="draft", trashed_at=None):
            self.act(made.send_back)

    @rule(which=WHICH, model=st.sampled_from([PurchaseReturn, ReceiptNote, PurchaseOrder]))
    def cancel(self, which: int, model: Any) -> None:
        if record := self.pick(model, which, trashed_at=None):
            self.act(record.cancel, "x")

    @rule(which=WHICH)
    def reopen(self, which: int) -> None:
        if note := self.pick(ReceiptNote, which, status="received"):
            self.act(note.reopen)

    @rule(n=st.integers(0, 9))
    def count(self, n: int) -> None:
        self.act(counted, self.product, n)

    @rule(which=WHICH, gone=st.booleans())
    def bin(self, which: int, gone: bool) -> None:
        if made := self.pick(PurchaseReturn, which, trashed_at__isnull=not gone):
            self.act(trash if gone else restore, PurchaseReturn, [made.pk])

    @precondition(lambda self: self.acts)
    @rule(which=WHICH)
    def undo(self, which: int) -> None:
        self.act(revert, ChangeSet.objects.get(pk=self.acts[-1 - which % len(self.acts)]))

    def teardown(self) -> None:
        stock_is_sound()
        incoming_is_true()
        is_sound()
        everything_ties_out()


def test_whatever_comes_and_goes_back_stock_orders_and_counts_stay_true() -> None:
    class Run(Gate):
        """Each example in a transaction of its own, which is rolled back."""

        def __init__(self) -> None:
            self.held = transaction.atomic()
            self.held.__enter__()
            alone()
            super().__init__()

        def teardown(self) -> None:
            try:
                super().teardown()
            finally:
                transaction.set_rollback(True)
                self.held.__exit__(None, None, None)
                current_acting().memo.clear()

    run_state_machine_as_test(
        Run,
        settings=settings(max_examples=6, stateful_step_count=16, deadline=None,
                          suppress_health_check=list(HealthCheck)),
    )  # fmt: skip
