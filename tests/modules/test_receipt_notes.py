"""Receipt notes: goods of a purchase order come in parts, are looked at, and the stock rises by what was taken in."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from relasi.engine.access.acting import current_acting
from relasi.engine.records.change_set import ChangeSet, close_change_set
from relasi.engine.records.refusal import Refused
from relasi.engine.records.undo import revert
from relasi.engine.records.write import create, restore, trash, update
from relasi.kits.pipeline.days import today
from relasi.kits.trade.conversion import convert
from relasi.kits.trade.editor.body import body_of
from relasi.modules.inventory.serial_number import SerialNumber
from relasi.modules.inventory.stock_move import StockMove
from relasi.modules.purchasing.purchase_order import PurchaseLine, PurchaseOrder
from relasi.modules.purchasing.receipt_flow import FLOW
from relasi.modules.purchasing.receipt_note import ReceiptNote
from tests.make import again, make, put
from tests.modules.buying import approved_vendor, ordered, take_bill
from tests.modules.refused import refused, refusing
from tests.modules.stocking import counted, goods, of, stock_is_sound
from tests.modules.trading import line_of

pytestmark = pytest.mark.usefixtures("as_admin")
ZERO = Decimal(0)


@pytest.fixture(autouse=True)
def sound(as_admin: Any) -> Any:
    yield
    stock_is_sound()
    incoming_is_true()


def incoming_is_true() -> None:
    """What is on its way is what approved orders have outstanding."""
    wanted: dict[int, Decimal] = {}
    rows = PurchaseLine._base_manager.filter(
        order__status__in=["approved", "sent", "partly_received"], order__trashed_at=None, trashed_at=None,
        product__isnull=False,
    )  # fmt: skip
    for line in rows:
        wanted[line.product_id] = wanted.get(line.product_id, ZERO) + max(line.quantity - line.received, ZERO)
    for product in make("catalog.Product")._meta.model._base_manager.all():
        assert product.incoming == wanted.get(product.pk, ZERO), product


def receipt(order: PurchaseOrder, delivered: Any = None, **line: Any) -> ReceiptNote:
    """Of the first line so many, inspected as said."""
    first = line_of(order)
    note = convert(order, ReceiptNote, {first.pk: Decimal(delivered)} if delivered is not None else None)
    return update(note, {}, lines=[{"id": line_of(note).pk, **line}]) if line else note


def stock(product: Any) -> tuple[int, int]:
    """On hand, incoming."""
    found = again(product)
    return int(found.on_hand), int(found.incoming)


def test_an_order_is_received_in_parts_and_what_is_rejected_stays_outstanding() -> None:
    product = goods()
    order = ordered(of(product, 100))
    assert stock(product) == (0, 100)
    receipt(order, 40, rejected=2, reject_reason="damaged").receive()
    assert stock(product) == (38, 62)
    line = line_of(again(order))
    assert (line.received, line.rejected, line.outstanding) == (38, 2, 62)
    assert list(body_of(again(order), current_acting().user)["rejected"].values()) == ["2"]
    assert again(order).status == "partly_received"
    receipt(order).receive()
    assert stock(product) == (100, 0)
    assert again(order).status == "received"


def test_an_order_that_was_received_whole_gives_no_more_receipts() -> None:
    order = ordered(of(goods(), 10))
    for n in (4, 6):
        receipt(again(order), n).receive()
    assert again(order).status == "received"
    for _n in range(2):
        with refusing("INVALID_TRANSITION"):
            again(order).receive()
    assert order.receipt_notes.count() == 2


def test_the_average_cost_follows_what_was_paid() -> None:
    product = goods()
    counted(product, 14, unit_cost=10_000)
    receipt(ordered(of(product, 10) | {"price": 12_000})).receive()
    assert (again(product).average_cost, stock(product)[0]) == (10_833, 24)


def test_more_than_ordered_is_taken_in_as_far_as_the_order_allows() -> None:
    make("purchasing.PurchaseSettings", over_receipt=5)
    product = goods()
    order = ordered(of(product, 100))
    note = receipt(order, 100, quantity=106)
    assert refused(note.receive) == [("lines.0.quantity", "OUT_OF_RANGE")]
    assert stock(product) == (0, 100)
    update(note, {}, lines=[{"id": line_of(note).pk, "quantity": 105}])
    again(note).receive()
    assert stock(product) == (105, 0)


def test_a_reopened_note_takes_back_exactly_what_it_brought() -> None:
    product = goods()
    counted(product, 14, unit_cost=10_000)
    order = ordered(of(product, 38) | {"price": 12_000})
    note = receipt(order).receive()
    assert stock(product) == (52, 0)
    note = note.reopen()
    assert stock(product) == (14, 38)
    assert abs(again(product).average_cost - 10_000) < 3  # it was rounded to whole rupiah in between
    assert again(order).status == "approved"
    update(note, {}, lines=[{"id": line_of(note).pk, "quantity": 10}])
    again(note).receive()
    take_bill(again(order), 10)
    assert refused(again(note).reopen) == [("status", "INVALID_TRANSITION")]
    assert stock(product) == (24, 28)


def test_what_has_left_meanwhile_is_not_taken_back() -> None:
    product = goods()
    note = receipt(ordered(of(product, 5))).receive()
    counted(product, 3)
    with refusing("INSUFFICIENT_STOCK"):
        note.reopen()
    assert stock(product) == (3, 0)


def test_a_piece_that_lies_here_does_not_come_twice() -> None:
    product = goods(serial_tracking="serial")
    order = ordered(of(product, 3))
    assert refused(receipt(order, 2, serials="SN-1").receive) == [("lines.0.serials", "INVALID_VALUE")]
    first = receipt(order, 2, serials="SN-1\nSN-2", batch="L7").receive()
    assert {(one.serial, one.state, one.batch) for one in SerialNumber._base_manager.filter(product=product)} == {
        ("SN-1", "here", "L7"), ("SN-2", "here", "L7"),
    }  # fmt: skip
    second = receipt(order, 1, serials="sn-1")
    with pytest.raises(Refused) as error:
        second.receive()
    [refusal] = error.value.refusals
    assert (refusal.field, refusal.code) == ("lines.0.serials", "NOT_UNIQUE") and "sn-1" in str(
        refusal.message
    )
    first.reopen()
    again(second).receive()
    found = SerialNumber._base_manager.filter(product=product, trashed_at=None)
    assert [one.serial for one in found] == ["sn-1"]


def test_a_delivery_note_of_the_vendor_is_entered_once() -> None:
    vendor = approved_vendor()
    for _n in range(2):
        order = ordered(of(goods(), 3), vendor=vendor)
    note = update(receipt(order, 1), {"vendor_note_number": "SJ-77"})
    other = receipt(order, 1)
    assert refused(update, other, {"vendor_note_number": "SJ-77"}) == [("vendor_note_number", "NOT_UNIQUE")]
    elsewhere = receipt(ordered(of(goods(), 1)))
    assert update(elsewhere, {"vendor_note_number": "SJ-77"}).vendor_note_number == note.vendor_note_number


def test_goods_come_neither_in_the_future_nor_before_they_were_ordered() -> None:
    note = receipt(ordered(of(goods(), 3)))
    assert refused(update, note, {"date": today() + timedelta(days=1)}) == [("date", "OUT_OF_RANGE")]
    assert refused(update, note, {"date": today() - timedelta(days=1)}) == [("date", "OUT_OF_RANGE")]


@pytest.mark.parametrize(
    "values, said",
    [({"rejected": 4, "reject_reason": "poor"}, ("lines.0.rejected", "OUT_OF_RANGE")),
     ({"rejected": 1}, ("lines.0.reject_reason", "REQUIRED")), ({"rejected": -1}, ("lines.0.rejected", "OUT_OF_RANGE"))],
)  # fmt: skip
def test_what_is_rejected_is_part_of_what_came_and_has_a_reason(values: dict[str, Any], said: Any) -> None:
    note = receipt(ordered(of(goods(), 3)))
    assert refused(update, note, {}, lines=[{"id": line_of(note).pk, **values}]) == [said]
    assert line_of(again(note)).accepted == 3


def test_a_note_by_hand_brings_goods_without_an_order() -> None:
    product = goods()
    values = {"subject": "Titipan", "vendor": approved_vendor().pk}
    create(ReceiptNote, values, lines=[of(product, 4)]).receive()
    assert stock(product) == (4, 0)


def test_a_company_may_receive_only_what_it_ordered() -> None:
    make("purchasing.PurchaseSettings", direct_receipts=False)
    product = goods()
    values = {"subject": "Titipan", "vendor": approved_vendor().pk}
    assert refused(create, ReceiptNote, values, lines=[of(product, 4)]) == [("purchase_order", "REQUIRED")]
    assert ReceiptNote._base_manager.count() == 0
    assert receipt(ordered(of(product, 3))).receive().status == "received"


@pytest.mark.parametrize("before", list(FLOW.moves))
@pytest.mark.parametrize("after", list(FLOW.moves))
def test_each_pair_of_states_that_is_not_in_the_table_is_refused(before: str, after: str) -> None:
    allowed = {("draft", "inspected"), ("draft", "received"), ("draft", "cancelled"), ("inspected", "draft"),
               ("inspected", "received"), ("inspected", "cancelled"), ("received", "draft"),
               ("received", "cancelled")}  # fmt: skip
    note = receipt(ordered(of(goods(), 3)))
    note = put(note, status=before, cancel_reason="x") if before != "draft" else note
    change = {"status": after, "cancel_reason": "x"}
    if before == after or (before, after) in allowed:
        assert update(note, change).status == after
        return
    with refusing("INVALID_TRANSITION", "status"):
        update(note, change)
    assert again(note).status == before


def test_an_undone_receipt_writes_opposite_rows_and_a_restored_note_counts_nothing() -> None:
    product = goods()
    order = ordered(of(product, 5))
    note = receipt(order)
    close_change_set()
    current_acting().change_set = None
    note.receive()
    act = current_acting().change_set
    close_change_set()
    current_acting().change_set = None
    revert(ChangeSet.objects.get(pk=act))
    assert (again(note).status, stock(product), again(order).status) == ("draft", (0, 5), "approved")
    moves = StockMove._base_manager.filter(receipt_note=note).order_by("step")
    assert [(m.received, m.issued, m.takes_back) for m in moves] == [(5, 0, False), (0, 5, True)]
    trash(ReceiptNote, [note.pk])
    restore(ReceiptNote, [note.pk])
    assert stock(product) == (0, 5)


def test_what_runs_short_is_ordered_from_the_vendor_to_be_asked_first() -> None:
    first, other = approved_vendor(), approved_vendor()
    short = [goods(2, reorder_level=10, reorder_quantity=5) for _n in range(2)]
    elsewhere, enough = goods(2, reorder_level=10), goods(20, reorder_level=10)
    for product in (*short, enough):
        make("purchasing.VendorPrice", vendor=first, product=product, price=900)
        make("purchasing.VendorPrice", vendor=other, product=product, price=950)
    make("purchasing.VendorPrice", vendor=other, product=elsewhere, price=900)
    order = short[0].reorder()
    assert (order.vendor_id, order.status) == (first.pk, "draft")
    assert {(one.product_id, one.quantity) for one in order.lines_in_order()} == {
        (one.pk, 8) for one in short
    }
    for product in (short[0], enough):
        with refusing("INVALID_TRANSITION"):
            product.reorder()
    order.approve()
    assert stock(short[0]) == (2, 8)
    with refusing("REQUIRED"):
        goods(1, reorder_level=3).reorder()
