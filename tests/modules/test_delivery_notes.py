"""Delivery notes: an order goes out in parts, the stock falls and comes back, and everything says the same."""

import base64
import io
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from PIL import Image

from relasi.engine.access.acting import acting, current_acting
from relasi.engine.activity.notification import News
from relasi.engine.records.change_set import ChangeSet, close_change_set, open_change_set
from relasi.engine.records.refusal import Refused
from relasi.engine.records.undo import revert
from relasi.engine.records.write import restore, trash, update
from relasi.kits.trade.conversion import convert
from relasi.kits.trade.paper.goods import goods_sheet_of
from relasi.kits.trade.paper.printing import pdf
from relasi.modules.billing.invoice import Invoice
from relasi.modules.inventory.delivery_flow import FLOW
from relasi.modules.inventory.delivery_note import DeliveryNote
from relasi.modules.inventory.serial_number import SerialNumber
from relasi.modules.inventory.stock_move import StockMove
from relasi.modules.sales.sales_order import SalesOrder
from tests.make import again, make, put
from tests.modules.refused import refused, refusing
from tests.modules.stocking import counted, figures, goods, of, stock_is_sound
from tests.modules.trading import approved, document, is_sound, line_of, thing
from tests.people import signed_in

_drawing = io.BytesIO()
Image.new("RGBA", (40, 20), "black").save(_drawing, "PNG")
PEN = _drawing.getvalue()

pytestmark = pytest.mark.usefixtures("as_admin")


@pytest.fixture(autouse=True)
def sound(as_admin: Any) -> Any:
    yield
    is_sound()
    stock_is_sound()


def note_of(order: SalesOrder, *quantities: Any) -> DeliveryNote:
    """Of each item so many; all that is left without them."""
    lines = [line for line in order.lines_in_order() if line.is_item]
    wanted = {line.pk: Decimal(n) for line, n in zip(lines, quantities, strict=False)}
    return convert(order, DeliveryNote, wanted or None)


def act(call: Any, *args: Any) -> int:
    """The change set of what is an act of its own."""
    close_change_set()
    current_acting().change_set = None
    call(*args)
    found = current_acting().change_set
    close_change_set()
    current_acting().change_set = None
    return found


def undo(change_set: int) -> Any:
    return revert(ChangeSet.objects.get(pk=change_set))


def progress(order: SalesOrder) -> tuple[str, Decimal]:
    """How far the order is delivered, and how much of its first line no note has."""
    line = line_of(order)
    return again(order).shipping_state, line.quantity - line.noted


def test_an_order_goes_out_in_parts_as_the_specification_counts() -> None:
    product = goods(100)
    order = approved(of(product, 10))
    first = note_of(order, 6)
    assert progress(order) == ("started", 4)
    first = first.deliver(received_by="Budi")
    assert progress(order) == ("partly", 4)
    assert figures(product)[0] == 94
    with refusing("QTY_EXCEEDED"):
        note_of(order, 5)
    second = note_of(order, 4).deliver()
    assert progress(order) == ("fully", 0)
    assert figures(product) == (90, 0, 90)
    second = second.reopen()
    assert figures(product)[0] == 94
    assert progress(order) == ("partly", 0)
    second.cancel("Salah alamat")
    assert progress(order) == ("partly", 4)
    assert figures(product) == (94, 4, 90)


def test_what_is_delivered_is_promised_no_more() -> None:
    product = goods(20)
    order = approved(of(product, 8))
    assert figures(product) == (20, 8, 12)
    note_of(order, 6).deliver()
    assert figures(product) == (14, 2, 12)


def test_more_than_there_is_does_not_leave_and_nothing_is_posted() -> None:
    product = goods(3, name="Inverter 5 kW")
    note = note_of(approved(of(product, 5)))
    with pytest.raises(Refused) as error:
        note.deliver()
    [refusal] = error.value.refusals
    assert (refusal.field, refusal.code) == ("lines.0.quantity", "INSUFFICIENT_STOCK")
    assert (
        "Inverter 5 kW" in str(refusal.message)
        and "5" in str(refusal.message)
        and "3" in str(refusal.message)
    )
    assert again(note).status == "open"
    assert figures(product) == (3, 5, -2)
    assert StockMove._base_manager.filter(product=product).count() == 1


def test_the_database_itself_refuses_what_is_not_there() -> None:
    product = goods(3)
    note = note_of(approved(of(product, 5)))
    with (
        pytest.raises(IntegrityError, match="not enough"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        open_change_set()
        cursor.execute("UPDATE inventory_deliverynote SET status = 'delivered' WHERE id = %s", [note.pk])
    assert figures(product)[0] == 3


def test_where_less_than_nothing_is_allowed_it_leaves() -> None:
    make("inventory.StockSettings", below_zero="allow")
    product = goods(3)
    note_of(approved(of(product, 5))).deliver()
    assert figures(product)[0] == -2


def test_where_less_than_nothing_is_warned_of_it_leaves_once_confirmed() -> None:
    make("inventory.StockSettings", below_zero="warn")
    product = goods(3)
    note = note_of(approved(of(product, 5)))
    with pytest.raises(Refused) as error:
        note.deliver()
    assert error.value.refusals[0].more["confirm"] == "stock"
    assert figures(product)[0] == 3
    note.deliver(confirmed=["stock"])
    assert figures(product)[0] == -2


def test_a_bundle_leaves_by_what_it_holds() -> None:
    bundle = make("catalog.ProductBundle", price=1000)
    b, c = goods(10), goods(7, name="Monitor")
    make("catalog.BundleComponent", bundle=bundle, product=b, quantity=1)
    part = make("catalog.BundleComponent", bundle=bundle, product=c, quantity=2)
    order = approved(thing(1000, 4, bundle=bundle.pk))
    update(part, {"quantity": 5})
    note_of(order, 3).deliver()
    assert (figures(b)[:2], figures(c)[:2]) == ((7, 1), (1, 2))
    last = note_of(order)
    with pytest.raises(Refused) as error:
        last.deliver()
    said = str(error.value.refusals[0].message)
    assert said.startswith("Monitor:") and "2" in said and "1" in said
    assert figures(c)[0] == 1


def test_services_are_not_delivered_and_the_goods_alone_say_when_all_is() -> None:
    product, service = goods(5), make("catalog.Service")
    order = approved(of(product, 2), thing(500, 3, service=service.pk))
    note = note_of(order)
    assert [line.product_id for line in note.lines_in_order()] == [product.pk]
    note.deliver()
    assert again(order).shipping_state == "fully"
    with refusing("INVALID_TRANSITION"):
        order.deliver()
    assert refused(document, DeliveryNote, thing(500, 1, service=service.pk)) == [
        ("lines.0.name", "INVALID_VALUE")
    ]


def test_a_note_without_an_order_moves_stock_too_unless_that_is_not_allowed() -> None:
    product = goods(5)
    note = document(DeliveryNote, of(product, 2))
    note.deliver()
    assert figures(product) == (3, 0, 3)
    put(make("inventory.StockSettings"), direct_notes=False)
    assert refused(document, DeliveryNote, of(product, 1)) == [("sales_order", "REQUIRED")]


def test_a_numbered_product_needs_a_number_for_each_piece() -> None:
    product = goods(5, serial_tracking="serial", warranty_months=12)
    order = approved(of(product, 2))
    note = note_of(order)
    [line] = note.lines_in_order()
    update(note, {}, lines=[{"id": line.pk, "serials": "SN-1"}])
    assert refused(again(note).deliver) == [("lines.0.serials", "INVALID_VALUE")]
    assert figures(product)[0] == 5
    assert refused(update, note, {}, lines=[{"id": line.pk, "serials": "SN-1, sn-1"}]) == [
        ("lines.0.serials", "NOT_UNIQUE")
    ]
    update(note, {}, lines=[{"id": line.pk, "serials": "SN-1; SN-2"}])
    note = again(note).deliver()
    pieces = SerialNumber._base_manager.filter(product=product).order_by("serial")
    assert [(one.serial, one.state, one.account_id) for one in pieces] == [
        ("SN-1", "delivered", order.account_id), ("SN-2", "delivered", order.account_id),
    ]  # fmt: skip
    assert pieces[0].warranty_until.year == pieces[0].delivered_on.year + 1
    again_sent = document(DeliveryNote, of(product, 1, serials="sn-2"))
    assert refused(again_sent.deliver) == [("lines.0.serials", "NOT_UNIQUE")]
    note.reopen()
    assert {one.state for one in pieces.all()} == {"here"}
    again(again_sent).deliver()


@pytest.mark.parametrize("before", list(FLOW.moves))
@pytest.mark.parametrize("after", list(FLOW.moves))
def test_each_pair_of_states_that_is_not_in_the_table_is_refused(before: str, after: str) -> None:
    allowed = {("open", "dispatched"), ("open", "delivered"), ("dispatched", "delivered"), ("open", "cancelled"),
               ("dispatched", "cancelled"), ("delivered", "open")}  # fmt: skip
    note = note_of(approved(of(goods(5), 2)))
    if before != "open":
        note = put(note, status=before)
    if before == after or (before, after) in allowed:
        assert update(note, {"status": after}).status == after
        return
    with refusing("INVALID_TRANSITION", "status"):
        update(note, {"status": after})
    assert again(note).status == before


def test_reopening_is_a_right_of_its_own(company: Any) -> None:
    note = note_of(approved(of(goods(5), 2))).deliver()
    put(note, owner=company.sales_a.pk)
    with acting(company.sales_a):
        assert refused(again(note).reopen)[0][1] == "NO_PERMISSION"
    assert again(note).status == "delivered"


def test_an_undone_delivery_writes_opposite_rows_and_the_order_follows() -> None:
    product = goods(10)
    order = approved(of(product, 4))
    note = note_of(order)
    done = act(lambda: note.deliver(received_by="Budi"))
    assert again(order).shipping_state == "fully"
    undo(done)
    assert (again(note).status, again(order).shipping_state) == ("open", "started")
    assert figures(product) == (10, 4, 6)
    moves = StockMove._base_manager.filter(delivery_note=note).order_by("step")
    assert [(m.issued, m.received, m.takes_back) for m in moves] == [(4, 0, False), (0, 4, True)]


def test_what_was_on_its_way_is_so_again_after_an_undo() -> None:
    product = goods(10)
    note = note_of(approved(of(product, 4))).dispatch()
    undo(act(note.deliver))
    assert again(note).status == "dispatched"
    undo(act(lambda: again(note).cancel("Batal")))
    assert again(note).status == "dispatched"
    assert figures(product) == (10, 4, 6)


def test_a_deleted_and_restored_note_takes_the_same_of_its_order() -> None:
    order = approved(of(goods(10), 4))
    note = note_of(order, 3)
    trash(DeliveryNote, [note.pk])
    assert progress(order) == ("none", 4)
    restore(DeliveryNote, [note.pk])
    assert progress(order) == ("started", 1)
    trash(DeliveryNote, [note.pk])
    note_of(order, 4)
    with pytest.raises(Refused) as error:
        restore(DeliveryNote, [note.pk])
    assert error.value.codes == {"QTY_EXCEEDED"}


def test_a_delivered_note_is_not_deleted_and_does_not_change() -> None:
    note = note_of(approved(of(goods(5), 2))).deliver()
    with refusing("LOCKED"):
        trash(DeliveryNote, [note.pk])
    with refusing("CLOSED_RECORD"):
        update(note, {"date": "2030-01-01"})
    update(note, {"received_by": "Siti", "tracking_number": "JNE123"})


def test_an_invoice_asks_for_what_was_delivered_and_for_nothing_twice() -> None:
    order = approved(of(goods(10), 10, discount_percent=10), discount_amount=500)
    note = note_of(order, 6).deliver()
    invoice = note.invoice()
    assert line_of(invoice).quantity == 6
    assert (line_of(order).invoiced, again(note).invoiced, again(order).invoiced) == (6, "fully", "partly")
    with refusing("INVALID_TRANSITION"):
        again(note).invoice()
    rest = order.invoice()
    assert line_of(rest).quantity == 4
    assert invoice.goods_total + rest.goods_total == order.goods_total
    with refusing("INVALID_TRANSITION"):
        again(note).reopen()
    trash(Invoice, [invoice.pk])
    assert again(note).invoiced == "none"
    again(note).reopen()


def test_an_invoiced_note_is_not_undone() -> None:
    product = goods(10)
    note = note_of(approved(of(product, 4)))
    done = act(note.deliver)
    again(note).invoice()
    with pytest.raises(Refused) as error:
        undo(done)
    assert error.value.codes == {"INVALID_TRANSITION"}
    assert figures(product)[0] == 6


def test_what_an_order_has_invoiced_already_its_note_does_not_invoice_again() -> None:
    order = approved(of(goods(10), 10))
    note = note_of(order).deliver()
    order.invoice()
    with refusing("INVALID_TRANSITION"):
        note.invoice()


def test_where_invoices_ask_for_what_was_delivered_an_order_gives_no_more() -> None:
    make("inventory.StockSettings", invoice_by="delivered")
    order = approved(of(goods(10), 10))
    with refusing("INVALID_TRANSITION"):
        order.invoice()
    note_of(order, 6).deliver()
    assert line_of(order.invoice()).quantity == 6
    with refusing("INVALID_TRANSITION"):
        order.invoice()


def test_in_simple_mode_invoices_move_the_stock_and_notes_do_not() -> None:
    make("inventory.StockSettings", moved_by="simple")
    product = goods(10)
    order = approved(of(product, 6))
    note_of(order, 2).deliver()
    assert figures(product) == (10, 6, 4)
    invoice = order.invoice()
    assert figures(product) == (10, 6, 4)
    invoice = invoice.issue()
    assert figures(product) == (4, 0, 4)
    invoice.cancel("Salah")
    assert figures(product) == (10, 6, 4)


def test_in_simple_mode_an_invoice_of_more_than_there_is_is_not_issued() -> None:
    make("inventory.StockSettings", moved_by="simple")
    product = goods(3)
    invoice = document(Invoice, of(product, 5))
    assert refused(invoice.issue) == [("lines.0.quantity", "INSUFFICIENT_STOCK")]
    assert (again(invoice).status, figures(product)[0]) == ("draft", 3)


def test_what_a_note_has_taken_an_invoice_does_not_take_once_more_after_the_setting_changes() -> None:
    product = goods(10)
    order = approved(of(product, 6))
    note = note_of(order, 4).deliver()
    make("inventory.StockSettings", moved_by="simple")
    order.invoice().issue()
    assert figures(product) == (4, 0, 4)
    with refusing("INVALID_TRANSITION"):
        note.invoice()


def test_an_approved_order_of_more_than_is_available_waits_or_is_refused() -> None:
    product = goods(5)
    approved(of(product, 8))
    assert figures(product) == (5, 8, -3)
    assert again(product).wanted == 3
    counted(product, 20)
    put(make("inventory.StockSettings"), short_orders="refuse")
    order = document(SalesOrder, of(product, 13))
    assert refused(order.approve) == [("lines.0.quantity", "INSUFFICIENT_STOCK")]
    assert figures(product) == (20, 8, 12)


def test_an_order_that_is_delivered_in_part_is_closed_and_not_cancelled() -> None:
    product = goods(10)
    order = approved(of(product, 8))
    note = note_of(order, 6)
    assert refused(order.cancel, "x") == [("status", "INVALID_TRANSITION")]
    note.deliver()
    assert refused(order.cancel, "x") == [("status", "INVALID_TRANSITION")]
    assert refused(update, order, {}, lines=[{"id": line_of(order).pk, "quantity": 5}]) == [
        ("lines", "OUT_OF_RANGE")
    ]
    assert figures(product) == (4, 2, 2)
    order.close()
    assert figures(product) == (4, 0, 4)


def test_whoever_looks_after_a_product_hears_once_that_it_runs_short() -> None:
    product = goods(12, reorder_level=10)

    def told() -> int:
        return News.objects.filter(record_id=product.pk, kind="stock_short").count()

    sums = []
    first = approved(of(product, 3))
    sums.append(told())
    second = approved(of(product, 1))
    sums.append(told())
    second.cancel("x")
    first.cancel("x")
    assert figures(product)[2] == 12
    approved(of(product, 3))
    sums.append(told())
    assert sums == [1, 1, 2]


def test_the_paper_has_no_prices_unless_the_company_wants_them() -> None:
    product = goods(5, serial_tracking="serial", name="Inverter 5 kW")
    note = document(
        DeliveryNote, of(product, 2, serials="SN-1, SN-2"), driver="Slamet", vehicle_plate="B 1234 XY"
    )
    user = current_acting().user
    sheet = goods_sheet_of(note, user, "id", "a5")
    assert (sheet["title"], sheet["priced"]) == ("Surat jalan", False)
    assert [box[0] for box in sheet["boxes"]] == ["Pengirim", "Sopir", "Penerima"]
    assert sheet["rows"][0]["serials"] == "SN-1, SN-2"
    assert pdf(sheet).startswith(b"%PDF")
    note = note.deliver(received_by="Budi", signature=PEN)
    handed = goods_sheet_of(note, user, "id", "a4", handover=True)
    assert handed["title"] == "Berita acara serah terima" and handed["signature"]
    assert [box[1] for box in handed["boxes"]][-1] == "Budi"
    assert pdf(handed).startswith(b"%PDF")
    make("inventory.StockSettings", prices_on_notes=True)
    assert goods_sheet_of(note, user, "en", "f4")["priced"] is True


def test_at_the_door_the_receiver_signs_or_their_name_stands_for_it(company: Any) -> None:
    client = signed_in(company.admin)
    product = goods(5)
    note = note_of(approved(of(product, 2)))
    place = f"/delivery-notes/{note.pk}/proof/"
    assert client.get(place).status_code == 200
    answer = client.post(place, {"received_by": "", "signature": "data:text/html,x"})
    assert answer.status_code == 422
    answer = client.post(place, {"received_by": "Budi"})
    assert answer.status_code == 422 and b'value="Budi"' in answer.content
    assert (again(note).status, figures(product)[0]) == ("open", 5)
    drawn = "data:image/png;base64," + base64.b64encode(PEN).decode()
    assert (
        client.post(place, {"received_by": "Budi", "received_as": "Satpam", "signature": drawn}).status_code
        == 302
    )
    note = again(note)
    assert (note.status, note.received_by, note.received_as) == (
        "delivered",
        "Budi",
        "Satpam",
    ) and note.signature
    other = note_of(approved(of(product, 1)))
    assert (
        client.post(f"/delivery-notes/{other.pk}/proof/", {"received_by": "Siti", "agree": "1"}).status_code
        == 302
    )
    assert (again(other).received_by, again(other).signature) == ("Siti", None)


def test_a_batch_stands_on_the_note_its_page_and_its_paper(company: Any) -> None:
    product = goods(5, serial_tracking="batch")
    note = document(DeliveryNote, of(product, 2, batch="LOT-7"), shipping_address={"city": "Bekasi"})
    sheet = goods_sheet_of(note, current_acting().user, "id", "a5")
    assert sheet["rows"][0]["sub"].endswith("Batch LOT-7")
    close_change_set()
    client = signed_in(company.admin)
    for place in (f"/delivery-notes/{note.pk}/", f"/delivery-notes/{note.pk}/proof/"):
        assert "LOT-7" in client.get(place).content.decode()


def test_the_driver_finds_where_the_paper_says_it_goes_on_a_map(company: Any) -> None:
    billing, shipping = {"street": "Jl. Raya 5", "city": "Bogor"}, {"city": "Bekasi"}
    notes = [
        document(DeliveryNote, of(goods(5), 2), billing_address=billing, shipping_address=place)
        for place in (shipping, None)
    ]
    close_change_set()
    client = signed_in(company.admin)
    for note, query in zip(notes, ("query=Bekasi", "query=Jl.+Raya+5"), strict=True):
        page = client.get(f"/delivery-notes/{note.pk}/proof/").content.decode()
        assert f"https://www.openstreetmap.org/search?{query}" in page


def test_the_proof_asked_for_in_a_window_comes_back_into_it(company: Any) -> None:
    note = note_of(approved(of(goods(5), 2)))
    client, asked = signed_in(company.admin), {"HX-Request": "true"}
    place = f"/delivery-notes/{note.pk}/proof/"
    shown = client.get(place, headers=asked).content.decode()
    assert "data-close" in shown and f'hx-post="{place}"' in shown and "<html" not in shown
    answer = client.post(place, {"received_by": ""}, headers=asked)
    assert answer.status_code == 422
    assert "data-close" in answer.content.decode() and "<html" not in answer.content.decode()
    assert again(note).status == "open"
