"""The chain quote → order → invoice → credit note: what is left, what is refused, what undo and the bin leave behind."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from relasi.engine.access.acting import acting, current_acting
from relasi.engine.declare.registry import registry
from relasi.engine.records.change_set import ChangeSet, close_change_set, open_change_set
from relasi.engine.records.undo import revert
from relasi.engine.records.write import Draft, restore, trash, update, write
from relasi.kits.trade.chain import chain_of
from relasi.kits.trade.conversion import convert
from relasi.kits.trade.paper.sheet import sheet_of
from relasi.kits.trade.taking import ways_from
from relasi.modules.billing.credit_flow import FLOW as CREDIT_FLOW
from relasi.modules.billing.credit_flow import CreditStatus
from relasi.modules.billing.credit_note import CreditNote
from relasi.modules.billing.invoice import Invoice, InvoiceStatus
from relasi.modules.billing.invoice_flow import FLOW as INVOICE_FLOW
from relasi.modules.sales.quote import Quote
from relasi.modules.sales.sales_order import FLOW as ORDER_FLOW
from relasi.modules.sales.sales_order import OrderStatus, SalesOrder
from tests.make import again, make
from tests.modules.refused import refusing
from tests.modules.trading import accepted, approved, document, is_sound, issued, line_of, paid, thing
from tests.people import signed_in

pytestmark = pytest.mark.usefixtures("as_admin")


@pytest.fixture
def ppn() -> None:
    from relasi.modules.catalog.defaults import ensure_defaults

    ensure_defaults()


def take(source: Any, target: Any, *quantities: Any) -> Any:
    items = [line for line in source.lines_in_order() if line.is_item]
    wanted = {line.pk: Decimal(n) for line, n in zip(items, quantities, strict=True)}
    return convert(source, target, wanted)


def new_act() -> ChangeSet | None:
    found = ChangeSet.objects.filter(pk=current_acting().change_set or 0).first()
    close_change_set()
    current_acting().change_set = None
    return found


def test_six_of_ten_then_four_then_nothing_is_left() -> None:
    quote = accepted(thing(150_000, 10))
    first = take(quote, SalesOrder, 6)
    assert (line_of(first).quantity, line_of(quote).taken, again(quote).status) == (6, 6, "accepted")
    second = quote.order()
    assert (line_of(second).quantity, again(quote).status) == (4, "converted")
    with refusing("INVALID_TRANSITION"):
        quote.order()
    assert SalesOrder._base_manager.count() == 2
    is_sound()


def test_more_than_is_left_is_refused_by_its_line() -> None:
    quote = accepted(thing(1000, 10))
    take(quote, SalesOrder, 8)
    with refusing("QTY_EXCEEDED", f"lines.{line_of(quote).pk}"):
        take(quote, Invoice, 3)
    assert not Invoice._base_manager.exists()


def test_the_database_holds_what_is_left_too() -> None:
    quote = accepted(thing(1000, 10))
    order = take(quote, SalesOrder, 6)
    new_act()
    with refusing("QTY_EXCEEDED", "lines"):
        update(order, {}, lines=[{"id": line_of(order).pk, "quantity": 11}])
    open_change_set()
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE sales_orderline SET quantity = 11")
    assert (line_of(order).quantity, line_of(quote).taken) == (6, 6)


def test_what_was_agreed_goes_along_unchanged() -> None:
    account = make("customers.Account", billing_address={"city": "Bekasi"}, payment_terms_days=45)
    quote = accepted(
        {"kind": "section", "name": "Barang"}, thing(1_600, 2, discount_percent=10),
        account=account, currency="USD", rate="16000", discount_percent=5, terms="Garansi",
    )  # fmt: skip
    order = quote.order()
    update(account, {"billing_address": {"city": "Bogor"}})
    invoice = order.approve().invoice()
    for found in (order, invoice):
        assert (found.currency, found.rate, found.terms) == ("USD", 16_000, "Garansi")
        assert (found.billing_address["city"], found.grand_total) == ("Bekasi", quote.grand_total)
    assert [line.name for line in invoice.lines_in_order()] == ["Barang", "Panel"]
    assert (invoice.quote_id, invoice.sales_order_id) == (quote.pk, order.pk)
    assert (again(invoice).due_date - again(invoice).date).days == again(invoice).payment_days
    is_sound()


def test_a_section_goes_along_with_what_is_taken_of_it_alone() -> None:
    quote = accepted(
        {"kind": "note", "name": "Franco"}, {"kind": "section", "name": "Barang"}, thing(1000, 2, name="Panel"),
        {"kind": "section", "name": "Jasa"}, {"kind": "note", "name": "Satu kali"}, thing(1000, 2, name="Pasang"),
    )  # fmt: skip
    panel, fitting = (line.pk for line in quote.lines_in_order() if line.is_item)
    taken = [
        [line.name for line in convert(quote, SalesOrder, {one: Decimal(1)}).lines_in_order()]
        for one in (panel, fitting)
    ]
    assert taken == [["Franco", "Barang", "Panel"], ["Franco", "Jasa", "Satu kali", "Pasang"]]
    assert [line.name for line in quote.order().lines_in_order()] == [
        line.name for line in quote.lines_in_order()
    ]


def test_carrier_and_shipping_terms_go_along_and_stand_on_the_paper(company: Any) -> None:
    agreed = {"carrier": "Ekspedisi Lintas Jawa", "shipping_term": "Franco Bekasi"}
    order = accepted(thing(1000), **agreed).order().approve()
    note = again(order).deliver()
    assert (order.carrier, order.shipping_term, note.carrier) == (*agreed.values(), agreed["carrier"])
    facts = dict(sheet_of(again(order), current_acting().user, "en", "a4")["facts"])
    assert (facts["Carrier"], facts["Shipping terms"]) == tuple(agreed.values())


def test_amounts_of_the_whole_are_spread_over_the_parts() -> None:
    quote = accepted(
        thing(333, 3, discount_amount=100), thing(1000, 7), discount_amount=1001, shipping=1000, adjustment=-7
    )
    parts = [take(quote, SalesOrder, 1, 2), take(quote, SalesOrder, 1, 2), quote.order()]
    for name in (
        "discount_amount",
        "shipping",
        "adjustment",
        "line_discount_total",
        "subtotal",
        "grand_total",
    ):
        whole = quote.discount_total if name == "discount_amount" else getattr(quote, name)
        assert sum(getattr(again(part), name) for part in parts) == whole, name
    is_sound()


def test_two_orders_become_one_invoice() -> None:
    account = make("customers.Account")
    first, second = (approved(thing(1000, n), account=account) for n in (2, 3))
    invoice = first.invoice()
    invoice.add_order(second.pk)
    assert (again(invoice).grand_total, again(second).invoiced) == (5000, "fully")
    with refusing("INVALID_TRANSITION"):
        invoice.add_order(second.pk)
    with refusing("INVALID_VALUE"):
        invoice.add_order(approved(thing(1)).pk)
    is_sound()


def test_a_quote_that_is_not_accepted_becomes_nothing() -> None:
    quote = document(Quote, thing())
    with refusing("INVALID_TRANSITION"):
        quote.order()


def test_cancelling_and_deleting_give_back_and_restoring_takes_again() -> None:
    quote = accepted(thing(1000, 10))
    order = quote.order()
    assert again(quote).status == "converted"
    order.cancel("Batal")
    assert (line_of(quote).taken, again(quote).status) == (0, "accepted")
    draft = take(quote, SalesOrder, 4)
    trash(SalesOrder, [draft.pk])
    assert line_of(quote).taken == 0
    restore(SalesOrder, [draft.pk])
    assert line_of(quote).taken == 4
    is_sound()


def test_a_restored_order_does_not_take_what_another_took_meanwhile() -> None:
    quote = accepted(thing(1000, 10))
    draft = take(quote, SalesOrder, 4)
    trash(SalesOrder, [draft.pk])
    quote.order()
    with refusing("QTY_EXCEEDED"):
        restore(SalesOrder, [draft.pk])
    assert again(draft).trashed_at is not None
    is_sound()


def test_undoing_a_conversion_gives_everything_back() -> None:
    quote = accepted(thing(1000, 10))
    new_act()
    order = quote.order()
    made = new_act()
    revert(made)
    assert (again(order).trashed_at is None, line_of(quote).taken, again(quote).status) == (
        False,
        0,
        "accepted",
    )
    is_sound()
    new_act()
    restore(SalesOrder, [order.pk])
    assert (line_of(order).quantity, line_of(quote).taken, again(quote).status) == (10, 10, "converted")
    is_sound()


def test_an_invoiced_line_of_an_order_can_only_grow() -> None:
    order = approved(thing(1000, 10))
    take(order, Invoice, 6)
    line = line_of(order)
    for values, code in (({"quantity": 5}, "OUT_OF_RANGE"), ({"price": 1}, "CLOSED_RECORD")):
        with refusing(code):
            update(order, {}, lines=[{"id": line.pk, **values}])
    with refusing("OUT_OF_RANGE"):
        update(order, {}, lines=[thing(5)])
    update(order, {}, lines=[{"id": line.pk, "quantity": 12}])
    assert (line_of(order).quantity, line_of(order).invoiced) == (12, 6)
    with refusing("INVALID_TRANSITION", "status"):
        order.cancel("x")
    assert order.close().status == "closed"
    is_sound()


def test_a_credit_note_takes_no_more_than_was_invoiced(ppn: None) -> None:
    invoice = issued(thing(100_000, 10, taxes=["PPN"]))
    first = take(invoice, CreditNote, 2)
    assert first.payable == 222_000
    with refusing("QTY_EXCEEDED"):
        take(invoice, CreditNote, 9)
    first.void("Salah")
    assert line_of(invoice).credited == 0
    assert invoice.credit().payable == invoice.payable
    is_sound()


def test_the_chain_shows_where_a_document_came_from_and_what_came_of_it(company: Any) -> None:
    quote = accepted(thing(1000, 10))
    order = take(quote, SalesOrder, 6).approve()
    invoice = order.invoice().issue()
    note = take(invoice, CreditNote, 1)
    user = current_acting().user
    wanted = [quote.number, order.number, again(invoice).number, note.number]
    for one in (quote, order, invoice, note):
        found = chain_of(again(one), user)
        assert [link.number for link in found] == wanted
        assert [link.number for link in found if link.current] == [again(one).number]
    assert chain_of(approved(), user) == []
    assert [link.number for link in chain_of(again(order), company.sales_a)] == []


WAYS: list[tuple[Any, Any, Any]] = [
    (ORDER_FLOW, OrderStatus, lambda: approved()),
    (INVOICE_FLOW, InvoiceStatus, lambda: issued()),
    (CREDIT_FLOW, CreditStatus, lambda: issued().credit()),
]


def reach(kind: Any, status: str) -> Any:
    """A document in this state, by what people do."""
    if kind is OrderStatus:
        found = document(SalesOrder)
        steps = {"approved": [found.approve], "closed": [found.approve, found.close],
                 "cancelled": [lambda: found.cancel("x")]}  # fmt: skip
    elif kind is InvoiceStatus:
        found = document(Invoice, thing(1000))
        steps = {"issued": [found.issue], "cancelled": [found.issue, lambda: found.cancel("x")],
                 "partly_paid": [found.issue, lambda: found.pay(amount=400)],
                 "paid": [found.issue, lambda: found.pay(amount=1000)]}  # fmt: skip
    else:
        invoice = issued(thing(1000))
        found = invoice.credit()
        steps = {"partly": [lambda: found.apply(invoice.pk, 400)], "fully": [lambda: found.apply(invoice.pk, 1000)],
                 "void": [lambda: found.void("x")]}  # fmt: skip
    for step in steps.get(status, []):
        step()
    return again(found)


@pytest.mark.parametrize(
    ("flow", "kind", "before"),
    # An order that waits is asked about in test_order_approvals.
    [(flow, kind, state) for flow, kind, _make in WAYS for state in kind if state != "pending"],
)
def test_every_move_outside_the_table_is_refused_by_code_and_database(
    flow: Any, kind: Any, before: Any
) -> None:
    found = reach(kind, before)
    assert found.status == before
    for after in set(kind) - {before}:
        if not flow.by_hand(before, after):
            with refusing("INVALID_TRANSITION", "status"):
                update(found, {"status": after})
        if after not in flow.moves.get(before, ()):
            open_change_set()
            with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(
                    f"UPDATE {found._meta.db_table} SET status = %s WHERE id = %s", [after, found.pk]
                )
    assert again(found).status == before
    is_sound()


def test_a_payment_makes_nothing_of_a_draft() -> None:
    draft = document(Invoice)
    payment = paid(draft.account, 100)
    with refusing("INVALID_TRANSITION", "invoice"):
        payment.allocate(draft.pk, 100)


def test_every_button_that_converts_leads_to_a_document_this_one_becomes() -> None:
    for module in registry:
        pages = [action.page for action in module.actions if (action.page or "").startswith("convert/")]
        assert set(pages) <= {
            f"convert/{way.document.slug}/" for way in (ways_from(module.model) if pages else ())
        }


def test_the_page_takes_what_is_left_or_less(company: Any) -> None:
    quote = accepted(thing(1000, 10), thing(500, 4))
    first, second = (line_of(quote, place) for place in (0, 1))
    client, url = signed_in(current_acting().user), f"/quotes/{quote.pk}/convert/sales-orders/"
    assert client.get(url).content.decode().count('name="take-') == 2
    wrong = client.post(url, {f"take-{first.pk}": "11", f"take-{second.pk}": "dua"})
    assert (wrong.status_code, SalesOrder._base_manager.count()) == (422, 0)
    assert 'value="dua"' in wrong.content.decode()
    done = client.post(url, {f"take-{first.pk}": "2,5", f"take-{second.pk}": ""})
    order = SalesOrder._base_manager.get()
    assert (done.status_code, done["Location"]) == (302, f"/sales-orders/{order.pk}/")
    assert [line.quantity for line in order.lines_in_order()] == [Decimal("2.5")]
    assert "7,5" in client.get(f"/quotes/{quote.pk}/").content.decode()
    assert signed_in(company.sales_a).get(url).status_code == 404
    assert client.get(f"/quotes/{quote.pk}/convert/contacts/").status_code == 404


def test_import_and_mass_edit_refuse_what_the_table_does_not_hold() -> None:
    invoice = issued(thing(1000))
    for via in ("import", "api", "ui"):
        with acting(current_acting().user, via=via):
            found = write(registry.of(Invoice), [Draft({"status": "paid"}, id=invoice.pk)], partial=True)
        assert [refusal.code for refusal in found.refusals] == ["INVALID_TRANSITION"]
    with refusing("INVALID_TRANSITION", "status"):
        document(Invoice, thing(1), status="issued")
    assert again(invoice).status == "issued"
