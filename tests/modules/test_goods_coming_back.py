"""Goods that come back by a credit note: into the stock or kept apart, exactly what had left, and back out when the note is
void."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from relasi.engine.access.acting import acting
from relasi.engine.records.change_set import ChangeSet, close_change_set
from relasi.engine.records.refusal import Refused
from relasi.engine.records.undo import revert
from relasi.engine.records.write import restore, trash, update
from relasi.kits.trade.conversion import convert
from relasi.modules.billing.credit_note import CreditNote
from relasi.modules.billing.invoice import Invoice
from relasi.modules.inventory.serial_number import SerialNumber
from relasi.modules.inventory.stock_move import StockMove
from tests.make import again, make
from tests.modules.refused import refused
from tests.modules.stocking import counted, figures, goods, of, stock_is_sound
from tests.modules.trading import approved, issued, line_of, thing
from tests.tying import everything_ties_out

pytestmark = pytest.mark.usefixtures("admin")


@pytest.fixture
def admin(company: Any) -> Any:
    with acting(company.admin):
        yield company.admin
        everything_ties_out()
        stock_is_sound()


def sold(product: Any, quantity: Any, delivered: Any) -> Invoice:
    """An order of so many, of which those left, invoiced whole."""
    order = approved(of(product, quantity))
    if delivered:
        note = order.deliver()
        update(note, {}, lines=[{"id": line_of(note).pk, "quantity": delivered}])
        again(note).deliver()
    return order.invoice().issue()


def credited(invoice: Invoice, quantity: Any, **values: Any) -> CreditNote:
    return convert(invoice, CreditNote, {line_of(invoice).pk: Decimal(quantity)}, **values)


def test_goods_go_into_the_stock_only_if_that_is_said() -> None:
    product = goods(10)
    note = credited(sold(product, 6, 6), 2)
    assert (note.return_to_stock, figures(product)[0]) == ("no", 4)
    again(note).take_in("apart")
    assert figures(product)[0] == 4
    again(note).take_in("stock")
    assert (figures(product)[0], line_of(note).moved) == (6, 2)


def test_a_void_note_takes_them_back_by_opposite_rows() -> None:
    product = goods(10)
    note = credited(sold(product, 6, 6), 2, return_to_stock="stock")
    assert figures(product)[0] == 6
    again(note).void("Salah")
    assert (figures(product)[0], line_of(note).moved) == (4, 0)
    moves = StockMove._base_manager.filter(credit_note=note).order_by("step")
    assert [(m.received, m.issued, m.takes_back) for m in moves] == [(2, 0, False), (0, 2, True)]


def test_taking_them_in_is_undone_and_done_again(admin: Any) -> None:
    product = goods(10)
    note = credited(sold(product, 6, 6), 2)
    with acting(admin) as stretch:
        again(note).take_in("stock")
    undone = revert(ChangeSet.objects.get(pk=stretch.change_set))
    assert (again(note).return_to_stock, figures(product)[0]) == ("no", 4)
    revert(ChangeSet.objects.get(pk=undone.change_set))
    assert (again(note).return_to_stock, figures(product)[0]) == ("stock", 6)


def test_a_deleted_and_restored_note_moves_the_same() -> None:
    product = goods(10)
    note = credited(sold(product, 6, 6), 3, return_to_stock="stock")
    trash(CreditNote, [note.pk])
    assert figures(product)[0] == 4
    restore(CreditNote, [note.pk])
    assert figures(product)[0] == 7


def test_an_open_note_that_changes_moves_the_difference() -> None:
    product, other = goods(10), goods(10)
    note = credited(sold(product, 6, 6), 3, return_to_stock="stock")
    update(note, {}, lines=[{"id": line_of(note).pk, "quantity": 5}])
    assert figures(product)[0] == 9
    update(again(note), {}, lines=[{"id": line_of(note).pk, "quantity": 1}, of(other, 2)])
    assert (figures(product)[0], figures(other)[0]) == (5, 12)
    update(again(note), {}, lines=[of(other, 2)])
    assert (figures(product)[0], figures(other)[0]) == (4, 12)


def last_act() -> ChangeSet:
    return ChangeSet.objects.latest("pk")


def state(note: Any, invoice: Invoice, *products: Any) -> tuple[Any, ...]:
    """What is credited of the invoice, what the note comes to, and what lies here of each product."""
    note = again(note)
    return line_of(invoice).credited, note.payable, note.available, *(figures(one)[0] for one in products)


def test_an_edited_line_is_undone_and_done_again(admin: Any) -> None:
    product, other = goods(10), goods(10)
    invoice = sold(product, 6, 6)
    note = credited(invoice, 3, return_to_stock="stock")
    before = state(note, invoice, product, other)
    assert before == (3, 3000, 3000, 7, 10)
    close_change_set()
    with acting(admin):
        update(again(note), {}, lines=[{"id": line_of(note).pk, "quantity": 5}, of(other, 2)])
    close_change_set()
    edited, act = state(note, invoice, product, other), last_act()
    assert edited == (5, 7000, 7000, 9, 12)
    with acting(admin):
        revert(act)
    close_change_set()
    assert state(note, invoice, product, other) == before
    with acting(admin):
        revert(last_act())
    assert state(note, invoice, product, other) == edited


def test_an_edited_line_is_not_undone_where_the_credit_was_used_or_no_more_can_be_credited(
    admin: Any,
) -> None:
    product = goods(10)
    invoice = sold(product, 6, 6)
    note = credited(invoice, 5, return_to_stock="stock")
    close_change_set()
    with acting(admin):
        update(again(note), {}, lines=[{"id": line_of(note).pk, "quantity": 1}])
    close_change_set()
    act = last_act()
    with acting(admin):
        credited(invoice, 3)  # meanwhile others credit what was free again
    close_change_set()
    with acting(admin), transaction.atomic():
        assert refused(revert, act) == [("lines", "QTY_EXCEEDED")]
    assert state(note, invoice, product) == (4, 1000, 1000, 5)
    with acting(admin):
        again(note).apply(invoice.pk, 1000)
    close_change_set()
    with acting(admin):
        left = revert(act)
    assert (left.count, bool(left.conflicts)) == (0, True)
    assert state(note, invoice, product) == (4, 1000, 0, 5)


def test_no_more_comes_back_than_had_left() -> None:
    product = goods(10)
    invoice = sold(product, 6, 4)
    first = credited(invoice, 3, return_to_stock="stock")
    second = credited(invoice, 3, return_to_stock="stock")
    assert (line_of(first).moved, line_of(second).moved, figures(product)[0]) == (3, 1, 10)


def test_a_bundle_comes_back_by_what_it_held() -> None:
    b, c = goods(10), goods(10)
    bundle = make("catalog.ProductBundle", price=1000)
    make("catalog.BundleComponent", bundle=bundle, product=b, quantity=1)
    make("catalog.BundleComponent", bundle=bundle, product=c, quantity=2)
    order = approved(thing(1000, 3, bundle=bundle.pk))
    order.deliver().deliver()
    assert (figures(b)[0], figures(c)[0]) == (7, 4)
    credited(order.invoice().issue(), 2, return_to_stock="stock")
    assert (figures(b)[0], figures(c)[0]) == (9, 8)


def test_what_has_left_again_is_not_taken_back() -> None:
    product = goods(6)
    note = credited(sold(product, 6, 6), 2, return_to_stock="stock")
    counted(product, 1)
    assert refused(again(note).void, "Salah") == [("lines.0.quantity", "INSUFFICIENT_STOCK")]
    assert (again(note).status, figures(product)[0]) == ("open", 1)


def test_an_invoice_that_was_credited_is_not_cancelled() -> None:
    product = goods(6)
    invoice = sold(product, 6, 6)
    note = credited(invoice, 2, return_to_stock="stock")
    assert refused(again(invoice).cancel, "Salah") == [("status", "INVALID_TRANSITION")]
    with pytest.raises(Exception, match="credited"), transaction.atomic():
        Invoice._base_manager.filter(pk=invoice.pk).update(status="cancelled", balance=0)
    again(note).void("Salah")
    assert again(invoice).cancel("Salah").status == "cancelled"


def test_where_invoices_move_the_stock_their_goods_come_back_as_well() -> None:
    make("inventory.StockSettings", moved_by="simple")
    product = goods(10)
    invoice = issued(of(product, 4))
    assert figures(product)[0] == 6
    credited(invoice, 4, return_to_stock="stock")
    assert figures(product)[0] == 10


def test_numbered_pieces_come_back_by_their_numbers() -> None:
    product = goods(5, serial_tracking="serial", warranty_months=12)
    order = approved(of(product, 2))
    delivery = order.deliver()
    update(delivery, {}, lines=[{"id": line_of(delivery).pk, "serials": "SN-1, SN-2"}])
    again(delivery).deliver()
    note = credited(order.invoice().issue(), 1)
    assert refused(again(note).take_in, "stock") == [("lines.0.serials", "INVALID_VALUE")]
    line = line_of(note).pk
    update(again(note), {}, lines=[{"id": line, "serials": "SN-9"}])
    assert refused(again(note).take_in, "stock") == [("lines.0.serials", "BAD_REFERENCE")]
    update(again(note), {}, lines=[{"id": line, "serials": "SN-2"}])
    again(note).take_in("stock")
    pieces = SerialNumber._base_manager.filter(product=product).order_by("serial")
    assert [(one.serial, one.state, one.account_id) for one in pieces] == [
        ("SN-1", "delivered", order.account_id), ("SN-2", "here", None),
    ]  # fmt: skip
    again(note).void("Salah")
    assert {(one.state, one.account_id) for one in pieces.all()} == {("delivered", order.account_id)}
    assert again(pieces[1]).warranty_until.year == again(pieces[1]).delivered_on.year + 1


def test_a_note_that_is_used_up_still_takes_its_goods_in() -> None:
    product = goods(10)
    note = credited(sold(product, 6, 6), 2)
    note.spread()
    assert again(note).status == "fully"
    again(note).take_in("stock")
    assert figures(product)[0] == 6


ACTS = st.lists(
    st.tuples(
        st.sampled_from(["credit", "void", "take_in", "edit", "trash", "restore"]), st.integers(0, 5), st.integers(1, 4)
    ),
    min_size=3, max_size=14,
)  # fmt: skip


@given(ACTS, st.integers(0, 9))
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
def test_whatever_is_credited_no_more_comes_back_than_had_left(
    acts: list[tuple[str, int, int]], left: int
) -> None:
    with transaction.atomic():
        product = goods(9)
        invoice = sold(product, 9, left)
        for what, which, n in acts:
            _do(what, which, n, invoice)
        back = sum(line_of(one).moved for one in CreditNote._base_manager.filter(trashed_at=None))
        assert back <= left
        assert figures(product)[0] == 9 - left + back
        everything_ties_out()
        transaction.set_rollback(True)


def _do(what: str, which: int, n: int, invoice: Invoice) -> None:
    notes = list(CreditNote._base_manager.filter(invoice=invoice.pk).order_by("pk"))
    note = notes[which % len(notes)] if notes else None
    try:
        with transaction.atomic():
            if what == "credit" or note is None:
                credited(again(invoice), n, return_to_stock=("no", "stock")[n % 2])
            elif what == "edit":
                update(note, {}, lines=[{"id": line_of(note).pk, "quantity": n}])
            elif what == "restore":
                restore(CreditNote, [note.pk])
            elif what == "trash":
                trash(CreditNote, [note.pk])
            else:
                getattr(note, what)(*(["x"] if what == "void" else [("apart", "stock", "no")[n % 3]]))
    except Refused:
        return
