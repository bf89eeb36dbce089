"""Purchase orders: who approves them, what is on its way, what is left to receive and to bill, and every state."""

from __future__ import annotations

from typing import Any

import pytest
from django.core import mail
from django.db import IntegrityError, connection, transaction

from relasi.engine.access.acting import acting, current_acting
from relasi.engine.activity.delivery import deliver
from relasi.engine.activity.notification import Notification
from relasi.engine.declare.registry import registry
from relasi.engine.records.change_set import close_change_set, open_change_set
from relasi.engine.records.undo import revert
from relasi.engine.records.write import Draft, create, trash, update, write
from relasi.kits.trade.paper.sheet import sheet_of
from relasi.kits.trade.totals import totals_of
from relasi.modules.purchasing.buying_limit import BuyingLimit
from relasi.modules.purchasing.purchase_flow import BY_HAND, FLOW, PurchaseStatus
from relasi.modules.purchasing.purchase_order import PurchaseOrder
from relasi.modules.sales.sales_order import SalesOrder
from tests.make import again, make
from tests.modules.buying import approved_vendor, come, ordered, purchase
from tests.modules.refused import refusing
from tests.modules.test_trade_chain import new_act
from tests.modules.trading import approved, document, line_of, thing
from tests.people import signed_in

S = PurchaseStatus


@pytest.fixture
def admin(as_admin: Any) -> None:
    """Nothing limits who buys."""


def by(user: Any, act: Any) -> Any:
    close_change_set()
    with acting(user):
        found = act()
    close_change_set()
    return found


# Approval.
@pytest.fixture
def limit(company: Any) -> None:
    with acting(company.admin):
        create(BuyingLimit, {"role": company.roles["Manajer"].pk, "total": 900_000_000})
    close_change_set()


@pytest.mark.usefixtures("limit")
def test_up_to_the_limit_it_is_approved_at_once_and_beyond_it_waits(company: Any) -> None:
    vendor = by(company.admin, lambda: approved_vendor(owner=company.sales_a))
    within = by(company.sales_a, lambda: purchase(thing(49_999_999), vendor=vendor).approve())
    assert (within.status, within.approved_by_id) == ("approved", company.sales_a.pk)
    beyond = by(company.sales_a, lambda: purchase(thing(50_000_001), vendor=vendor))
    with refusing("INVALID_TRANSITION", "status"):
        by(company.sales_a, beyond.approve)
    waiting = by(company.sales_a, lambda: again(beyond).ask_approval("Proyek Bekasi"))
    assert (waiting.status, waiting.approvers) == ("pending", [company.manager.pk])
    with refusing("LOCKED"):
        by(company.sales_a, lambda: update(again(beyond), {"subject": "x"}))
    with refusing("NO_PERMISSION", "status"):
        by(company.sales_a, lambda: again(beyond).approve())
    done = by(company.manager, lambda: again(beyond).approve())
    assert (done.status, done.approved_by_id) == ("approved", company.manager.pk)
    deliver()
    kinds = set(Notification.objects.values_list("user_id", "kind"))
    assert {(company.manager.pk, "approval"), (company.sales_a.pk, "approval_decided")} <= kinds


@pytest.mark.usefixtures("limit")
def test_what_is_refused_says_why_and_can_be_asked_again(company: Any) -> None:
    vendor = by(company.admin, lambda: approved_vendor(owner=company.sales_a))
    order = by(company.sales_a, lambda: purchase(thing(60_000_000), vendor=vendor).ask_approval())
    with refusing("REQUIRED", "not_approved_because"):
        by(company.manager, lambda: again(order).refuse_approval())
    refused = by(company.manager, lambda: again(order).refuse_approval("Terlalu mahal"))
    assert (refused.status, refused.revision) == ("draft", 1)
    by(company.sales_a, lambda: again(order).ask_approval("Harga pasar"))
    assert by(company.sales_a, lambda: again(order).recall()).status == "draft"


@pytest.mark.usefixtures("limit")
def test_within_the_limit_nothing_is_asked(company: Any) -> None:
    vendor = by(company.admin, lambda: approved_vendor(owner=company.sales_a))
    order = by(company.sales_a, lambda: purchase(thing(1000), vendor=vendor))
    with refusing("INVALID_TRANSITION", "status"):
        by(company.sales_a, order.ask_approval)


@pytest.mark.usefixtures("limit")
def test_an_amended_order_is_another_revision_and_is_approved_again(company: Any) -> None:
    vendor = by(company.admin, lambda: approved_vendor(owner=company.sales_a))
    order = by(company.sales_a, lambda: purchase(thing(60_000_000, 2), vendor=vendor).ask_approval())
    by(company.manager, lambda: again(order).approve())
    by(company.sales_a, lambda: again(order).send())
    amended = by(company.sales_a, lambda: again(order).amend())
    assert (amended.status, amended.revision, amended.sent_at, amended.approved_reach) == (
        "draft",
        2,
        None,
        None,
    )
    with refusing("INVALID_TRANSITION", "status"):
        by(company.sales_a, lambda: again(order).approve())
    assert by(company.sales_a, lambda: again(order).ask_approval()).status == "pending"


# What was received and what is left.
@pytest.mark.usefixtures("admin")
def test_ten_ordered_four_come_then_six() -> None:
    order = ordered(thing(100_000, 10))
    order = come(order, 4)
    assert (order.status, order.received_percent, line_of(order).outstanding) == ("partly_received", 40, 6)
    order = come(order, 10)
    assert (order.status, order.received_percent, line_of(order).outstanding) == ("received", 100, 0)
    assert order.close().status == "closed"


@pytest.mark.usefixtures("admin")
def test_what_is_ordered_and_not_received_is_incoming() -> None:
    product = make("catalog.Product")

    def incoming() -> Any:
        return again(product).incoming

    order = purchase({"product": product.pk, "quantity": 10})
    assert incoming() == 0
    order = order.approve()
    assert incoming() == 10
    order = come(order, 4)
    assert incoming() == 6
    order = order.amend()
    assert incoming() == 0
    order = again(order.approve())
    assert (order.status, incoming()) == ("partly_received", 6)
    order.close_short("Pemasok kehabisan")
    assert incoming() == 0
    other = ordered({"product": product.pk, "quantity": 3}).send()
    assert incoming() == 3
    other.cancel("x")
    assert incoming() == 0


@pytest.mark.usefixtures("admin")
def test_closing_without_the_rest_asks_why() -> None:
    order = come(ordered(thing(100_000, 10)), 4)
    for act in (order.close_short, lambda: update(order, {"status": "closed"})):
        with refusing("REQUIRED", "close_reason"):
            act()
    assert again(order).status == "partly_received"
    assert again(order).close_short("Pemasok kehabisan").status == "closed"


@pytest.mark.usefixtures("admin")
def test_what_was_sent_back_makes_it_sent_again() -> None:
    order = come(ordered(thing(100_000, 10)).send(), 4)
    assert come(order, 0).status == "sent"
    assert come(come(ordered(thing(1, 1)), 1), 0).status == "approved"


@pytest.mark.usefixtures("admin")
def test_an_order_received_in_part_is_not_cancelled() -> None:
    order = come(ordered(thing(100_000, 10)), 4)
    with refusing("INVALID_TRANSITION", "status"):
        order.cancel("x")
    again(order).amend()
    with refusing("INVALID_TRANSITION", "status"):
        again(order).cancel("x")
    with refusing("LOCKED"):
        trash(PurchaseOrder, [order.pk])
    assert (again(order).status, again(order).trashed_at) == ("draft", None)


@pytest.mark.usefixtures("admin")
def test_of_an_amended_order_what_was_received_stays_agreed() -> None:
    order = come(ordered(thing(100_000, 10)), 4).amend()
    line = line_of(order)
    for values, code in (({"quantity": 3}, "OUT_OF_RANGE"), ({"price": 1}, "CLOSED_RECORD")):
        with refusing(code):
            update(again(order), {}, lines=[{"id": line.pk, **values}])
    with refusing("CLOSED_RECORD", "vendor"):
        update(again(order), {"vendor": approved_vendor().pk})
    update(again(order), {}, lines=[{"id": line.pk, "quantity": 12}, thing(5)])
    assert again(order).approve().status == "approved"
    assert (again(order).status, again(order).revision) == ("partly_received", 2)


@pytest.mark.usefixtures("admin")
def test_more_than_ordered_may_be_received_as_far_as_the_settings_say() -> None:
    make("purchasing.PurchaseSettings", over_receipt=5)
    order = ordered(thing(100, 100))
    assert come(order, 105).status == "received"
    with pytest.raises(IntegrityError), transaction.atomic():
        come(order, 106)
    assert (line_of(order).received, line_of(order).outstanding) == (105, 0)


@pytest.mark.usefixtures("admin")
def test_undoing_the_way_through_its_states() -> None:
    order = purchase()
    new_act()
    order.approve()
    approving = new_act()
    again(order).send()
    sending = new_act()
    revert(sending)
    assert (again(order).status, again(order).sent_at) == ("approved", None)
    new_act()
    revert(approving)
    assert again(order).status == "draft"


# States.
def reach(status: str) -> PurchaseOrder:
    """An order in this state, by what people do."""
    found = purchase(thing(1000, 10))
    if status == S.CANCELLED:
        return found.cancel("x")
    if status != S.DRAFT:
        found = found.approve()
    if status == S.SENT:
        found = found.send()
    if status in (S.PARTLY, S.RECEIVED, S.CLOSED):
        found = come(found, 4 if status == S.PARTLY else 10)
    return found.close() if status == S.CLOSED else again(found)


@pytest.mark.parametrize("before", list(S))
def test_every_move_outside_the_table_is_refused_by_code_and_database(company: Any, before: Any) -> None:
    user = company.sales_a if before == S.PENDING else company.admin
    found = _pending(company) if before == S.PENDING else by(user, lambda: reach(before))
    with acting(user):
        assert found.status == before
        for after in set(S) - {before}:
            if after not in BY_HAND.get(before, ()):
                for via in ("ui", "import", "api"):
                    with acting(user, via=via):
                        values = {"status": after, "cancel_reason": "x", "close_reason": "x"}
                        result = write(registry.of(PurchaseOrder), [Draft(values, id=found.pk)], partial=True)
                    assert [one.code for one in result.refusals] == ["INVALID_TRANSITION"], (before, after)
            if after not in FLOW.moves.get(before, ()):
                open_change_set()
                with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
                    cursor.execute(
                        "UPDATE purchasing_purchaseorder SET status = %s WHERE id = %s", [after, found.pk]
                    )
        assert again(found).status == before


def _pending(company: Any) -> PurchaseOrder:
    def prepare() -> Any:
        make("purchasing.BuyingLimit", profile=company.profiles["Jual"], total=1)
        return approved_vendor(owner=company.sales_a)

    vendor = by(company.admin, prepare)
    return by(company.sales_a, lambda: purchase(vendor=vendor).ask_approval())


@pytest.mark.usefixtures("admin")
@pytest.mark.parametrize(
    ("values", "lines", "field", "code"),
    [
        ({"vendor": None}, [thing()], "vendor", "REQUIRED"),
        ({"date": "2026-03-02", "due_date": "2026-03-01"}, [thing()], "due_date", "OUT_OF_RANGE"),
        ({"status": "approved"}, [thing()], "status", "INVALID_TRANSITION"),
        ({"grand_total": 1}, [thing()], "grand_total", "NO_PERMISSION"),
        ({"currency": "USD"}, [thing()], "rate", "REQUIRED"),
        ({}, [thing(quantity=0)], "lines.0.quantity", "OUT_OF_RANGE"),
    ],
)
def test_wrong_values_are_refused_by_their_field(values: Any, lines: Any, field: str, code: str) -> None:
    vendor = approved_vendor()
    with refusing(code, field):
        purchase(*lines, **{"vendor": vendor, **values})
    assert not PurchaseOrder._base_manager.exists()


@pytest.mark.usefixtures("admin")
def test_an_order_without_lines_is_not_approved() -> None:
    order = create(PurchaseOrder, {"subject": "x", "vendor": approved_vendor().pk}, lines=[])
    with refusing("REQUIRED", "lines"):
        order.approve()


@pytest.mark.usefixtures("admin")
def test_a_contact_of_another_vendor_is_refused() -> None:
    contact = make("purchasing.VendorContact", vendor=approved_vendor())
    with refusing("BAD_REFERENCE", "vendor_contact"):
        purchase(vendor_contact=contact.pk)
    assert purchase(vendor=contact.vendor, vendor_contact=contact.pk).vendor_contact_id == contact.pk


@pytest.mark.usefixtures("admin")
def test_who_is_not_registered_for_vat_asks_for_none_and_services_are_withheld_from() -> None:
    from relasi.modules.catalog.defaults import ensure_defaults

    ensure_defaults()
    taxes = {tax.code: tax.pk for tax in registry.module("catalog.Tax").model._base_manager.all()}
    product = make("catalog.Product", taxes=[taxes["PPN"]])
    service = make("catalog.Service", taxes=[taxes["PPN"]])
    lines = [{"product": product.pk, "quantity": 1}, {"service": service.pk, "quantity": 1}, thing()]
    lines[2].pop("taxes")

    def codes(**values: Any) -> list[Any]:
        order = purchase(*lines, vendor=approved_vendor(**values))
        assert order.grand_total == totals_of(order.as_figures(order.lines_in_order())).grand_total
        return [line.taxes for line in order.lines_in_order()]

    assert codes() == [["PPN"], ["PPN"], ["PPN"]]
    assert codes(is_pkp=False) == [None, None, None]
    assert codes(withheld_tax=taxes["PPH23"]) == [["PPN"], ["PPN", "PPH23"], ["PPN"]]


# Paper and pages.
@pytest.mark.usefixtures("admin")
def test_its_paper_is_made_out_to_the_vendor_and_tells_where_to_deliver() -> None:
    vendor = approved_vendor(name="PT Sumber Panel", address={"street": "Jalan Raya 5", "city": "Bekasi"})
    order = ordered(vendor=vendor, due_date="2030-03-01", shipping_address={"city": "Bogor"})
    sheet = sheet_of(order, current_acting().user, "id", "a4")
    assert sheet["to"][0] == "PT Sumber Panel" and any("Bekasi" in line for line in sheet["to"])
    assert sheet["title"] == "Pesanan pembelian" and any("Bogor" in text for _label, text in sheet["facts"])
    assert (sheet["watermark"], sheet["banks"]) == ("", [])


@pytest.mark.usefixtures("admin")
def test_mailing_it_marks_it_as_sent(company: Any, settings: Any) -> None:
    settings.PUBLIC_URL = "https://relasi.contoh.co.id"
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    order = ordered(vendor=approved_vendor(email="jual@sumber.co.id"))
    close_change_set()
    client = signed_in(company.admin)
    form = client.get(f"/purchase-orders/{order.pk}/mail/").content.decode()
    assert "jual@sumber.co.id" in form
    draft = purchase()
    assert b"/mail/" not in client.get(f"/purchase-orders/{draft.pk}/").content
    assert not mail.outbox


@pytest.mark.usefixtures("admin")
def test_the_editor_offers_what_can_be_bought_without_the_price_of_sale(company: Any) -> None:
    make("catalog.Product", name="Panel surya", price=987_654)
    make("catalog.ProductBundle", name="Panel sepaket", price=1)
    close_change_set()
    found = signed_in(company.admin).get("/purchase-orders/new/?find=any&q=panel").content.decode()
    assert "Panel surya" in found and "Panel sepaket" not in found and "987" not in found


# From sales orders.
@pytest.mark.usefixtures("admin")
def test_what_a_sales_order_needs_is_ordered_where_it_suits_best_one_order_for_each_vendor() -> None:
    first, second = approved_vendor(), approved_vendor()
    panel, cable, other = (make("catalog.Product") for _each in range(3))
    for vendor, product, price in ((first, panel, 90), (second, panel, 95), (second, cable, 10)):
        make("purchasing.VendorPrice", vendor=vendor, product=product, price=price)
    sale = approved({"product": panel.pk, "quantity": 5}, {"product": cable.pk, "quantity": 7},
                    {"product": other.pk, "quantity": 1}, thing(1))  # fmt: skip
    sale.buy()
    made = {order.vendor_id: order for order in PurchaseOrder._base_manager.all()}
    assert {vendor: [(line.product_id, line.quantity, line.price) for line in order.lines_in_order()]
            for vendor, order in made.items()} == {
        first.pk: [(panel.pk, 5, 90)], second.pk: [(cable.pk, 7, 10)],
    }  # fmt: skip
    assert all((order.status, order.sales_order_id) == ("draft", sale.pk) for order in made.values())
    assert [line_of(sale, place).purchased for place in range(3)] == [5, 7, 0]
    with refusing("REQUIRED"):
        again(sale).buy()
    made[first.pk].cancel("Ambil dari gudang")
    assert line_of(sale).purchased == 0
    with refusing("QTY_EXCEEDED", "lines"):
        update(made[second.pk], {}, lines=[{"id": line_of(made[second.pk]).pk, "quantity": 8}])
    with refusing("OUT_OF_RANGE", "lines"):
        update(again(sale), {}, lines=[{"id": line_of(sale, 1).pk, "quantity": 6}])
    assert again(sale).buy().vendor_id == first.pk


@pytest.mark.usefixtures("admin")
def test_nothing_is_ordered_from_who_is_not_approved_or_for_a_draft() -> None:
    product = make("catalog.Product")
    make("purchasing.VendorPrice", vendor=make("purchasing.Vendor"), product=product, price=5)
    with refusing("REQUIRED"):
        approved({"product": product.pk, "quantity": 1}).buy()
    with refusing("INVALID_TRANSITION"):
        document(SalesOrder).buy()
    with refusing("INVALID_TRANSITION"):
        approved(thing(1)).buy()
    assert not PurchaseOrder._base_manager.exists()
