"""The tie-out: clean where everything adds up, and every check finds a figure that was broken past the product."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from operator import attrgetter
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from relasi.engine.access.acting import acting
from relasi.engine.activity.notification import News
from relasi.engine.records.change_set import ChangeRow, close_change_set, open_change_set
from relasi.engine.records.tying import Check, all_checks
from relasi.engine.records.write import update
from relasi.features.tie_out.jobs import check_tie_out, check_tie_out_now
from relasi.features.tie_out.models import (
    KEPT,
    Outcome,
    TieOutDifference,
    TieOutResult,
    TieOutRun,
    forget_old_runs,
)
from relasi.features.tie_out.running import run_checks
from relasi.kits.trade.conversion import convert
from relasi.modules.billing.credit_note import CreditNote
from relasi.modules.billing.customer_sum import CustomerSum
from relasi.modules.billing.invoice import Invoice
from relasi.modules.inventory.delivery_note import DeliveryNote
from relasi.modules.inventory.stock_adjustment import StockAdjustment
from relasi.modules.inventory.stock_move import StockMove
from relasi.modules.purchasing.purchase_return import PurchaseReturn
from relasi.modules.purchasing.receipt_note import ReceiptNote
from relasi.modules.purchasing.vendor_sum import VendorSum
from relasi.modules.sales.quote import Quote
from relasi.modules.subscribing.subscription_period import SubscriptionPeriod
from tests.company import found_company
from tests.make import make
from tests.modules.buying import approved_vendor, ordered, take_bill
from tests.modules.stocking import goods, of
from tests.modules.subscribing import plan, running, subscription, transactions
from tests.modules.trading import accepted, document, line_of, paid
from tests.people import signed_in
from tests.tying import everything_ties_out
from tests.worlds import kept_for_a_file

pytestmark = pytest.mark.django_db
HOME = "/settings/tie-out/"


class World:
    """One of everything that is sold, delivered, paid, credited, bought, received and counted."""

    def __init__(self, company: Any) -> None:
        self.company = company
        self.account = make("customers.Account")
        self.product = goods(50)
        self.quote = accepted(of(self.product, 8), account=self.account)
        self.order = self.quote.order().approve()
        self.note = part(self.order, DeliveryNote, 3).deliver()
        self.invoice = part(self.order, Invoice, 4).issue()
        self.payment = paid(self.account, 2500).allocate(self.invoice.pk, 2000)
        self.credit = part(self.invoice, CreditNote, 1).take_in("stock").apply(self.invoice.pk, 300)
        self.purchase = ordered(of(self.product, 10), vendor=approved_vendor())
        receipt = part(self.purchase, ReceiptNote, 5)
        rejected = {"id": line_of(receipt).pk, "rejected": 1, "reject_reason": "poor"}
        self.receipt = update(receipt, {}, lines=[rejected]).receive()
        self.bill = take_bill(self.purchase, 4).approve()
        self.vendor_payment = make("purchasing.VendorPayment", vendor=self.purchase.vendor_id, amount=2000)
        self.vendor_payment.allocate(self.bill.pk, 1500)
        self.returned = convert(
            self.receipt, PurchaseReturn, {line_of(self.receipt).pk: Decimal(1)}, reason="wrong"
        )
        self.returned.send_back()
        settings = make("inventory.StockSettings", moved_by="simple")
        self.simple = document(Invoice, of(self.product, 2), account=self.account).issue()
        update(settings, {"moved_by": "goods"})
        self.subscription = subscription(plan(), account=self.account)
        self.running = running(plan(), account=self.account)
        self.draft = document(Quote, of(self.product, 3), account=self.account)
        self.adjustment = StockAdjustment._base_manager.get(product=self.product)


def part(source: Any, target: Any, quantity: int) -> Any:
    return convert(source, target, {line_of(source).pk: Decimal(quantity)})


@pytest.fixture(scope="module")
def world(django_db_setup: Any, django_db_blocker: Any) -> Iterator[World]:
    def build() -> World:
        company = found_company()
        with acting(company.admin):
            return World(company)

    with kept_for_a_file(django_db_blocker, build) as found:
        yield found


def break_it(sql: str, id: int) -> None:
    """Past all triggers. sql: an UPDATE of one row."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(f"{sql} WHERE id = %s", [id])
        assert cursor.rowcount == 1
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")


def move_of(**document: Any) -> int:
    return StockMove._base_manager.get(**document).pk


# Key of a check -> (table and what breaks it, whose row, the record and line it is found at, figure -> stored less due).
Broken = tuple[str, Any, Any, Any, dict[str, int]]
BROKEN: dict[str, Broken] = {}


def broken(key: str, sql: str, row: Any, record: Any, line: Any = None, **figures: int) -> None:
    BROKEN[key] = (sql, row, record, line, figures)


for slug, table, name in (
    ("quotes", "sales_quote", "quote"), ("sales-orders", "sales_salesorder", "order"),
    ("delivery-notes", "inventory_deliverynote", "note"), ("invoices", "billing_invoice", "invoice"),
    ("credit-notes", "billing_creditnote", "credit"), ("purchase-orders", "purchasing_purchaseorder", "purchase"),
    ("receipt-notes", "purchasing_receiptnote", "receipt"), ("bills", "purchasing_bill", "bill"),
    ("purchase-returns", "purchasing_purchasereturn", "returned"),
    ("subscriptions", "subscribing_subscription", "subscription"),
):  # fmt: skip
    whole = attrgetter(name)
    lines = {"quotes": "sales_quoteline", "sales-orders": "sales_orderline", "purchase-orders": "purchasing_purchaseline",
             "delivery-notes": "inventory_deliveryline", "receipt-notes": "purchasing_receiptline",
             "purchase-returns": "purchasing_returnline",
             "credit-notes": "billing_creditline"}.get(slug, f"{table}line")  # fmt: skip
    line = lambda w, whole=whole: line_of(whole(w))  # noqa: E731
    broken(f"totals-{slug}", f"UPDATE {table} SET gross_total = gross_total + 7", whole, whole, gross_total=7)
    broken(
        f"lines-{slug}",
        f"UPDATE {lines} SET gross = gross + 7, net = net + 7",
        line,
        whole,
        line,
        gross=7,
        net=7,
    )
for slug, table, name, column in (
    ("quotes", "sales_quoteline", "quote", "taken"), ("sales-orders", "sales_orderline", "order", "invoiced"),
    ("sales-orders", "sales_orderline", "order", "noted"), ("sales-orders", "sales_orderline", "order", "delivered"),
    ("sales-orders", "sales_orderline", "order", "issued"),
    ("delivery-notes", "inventory_deliveryline", "note", "invoiced"),
    ("invoices", "billing_invoiceline", "invoice", "credited"),
    ("purchase-orders", "purchasing_purchaseline", "purchase", "received"),
    ("purchase-orders", "purchasing_purchaseline", "purchase", "returned"),
    ("receipt-notes", "purchasing_receiptline", "receipt", "returned"),
    ("receipt-notes", "purchasing_receiptline", "receipt", "accepted_returned"),
    ("receipt-notes", "purchasing_receiptline", "receipt", "rejected_returned"),
    ("purchase-orders", "purchasing_purchaseline", "purchase", "billed"),
    ("purchase-orders", "purchasing_purchaseline", "purchase", "rejected"),
    ("sales-orders", "sales_orderline", "order", "purchased"),
):  # fmt: skip
    whole = attrgetter(name)
    line = lambda w, whole=whole: line_of(whole(w))  # noqa: E731
    by = -1 if column in ("taken", "rejected_returned") else 1
    broken(
        f"taken-{slug}-{column}",
        f"UPDATE {table} SET {column} = {column} + {by}",
        line,
        whole,
        line,
        **{column: by},
    )
product = attrgetter("product")
MOVES = "UPDATE inventory_stockmove SET {0} = {0} + 1, closing = closing {1} 1"
broken("stock-products", "UPDATE catalog_product SET on_hand = on_hand + 2, available = available + 2", product, product,
       on_hand=2, available=2)  # fmt: skip
broken("stock-chain", "UPDATE inventory_stockmove SET opening = opening + 3, closing = closing + 3",
       lambda w: move_of(invoice=w.simple), product, lambda w: move_of(invoice=w.simple), opening=3, closing=3)  # fmt: skip
broken("promised-committed", "UPDATE catalog_product SET committed = committed + 2, available = available - 2", product,
       product, committed=2)  # fmt: skip
broken(
    "promised-incoming", "UPDATE catalog_product SET incoming = incoming + 2", product, product, incoming=2
)
for slug, name, by, sign in (
    ("delivery-notes", "note", "delivery_note", -1), ("invoices", "simple", "invoice", -1),
    ("credit-notes", "credit", "credit_note", 1),
    ("receipt-notes", "receipt", "receipt_note", 1), ("purchase-returns", "returned", "purchase_return", -1),
):  # fmt: skip
    whole = attrgetter(name)
    broken(f"ledger-{slug}", MOVES.format("received" if sign > 0 else "issued", "+" if sign > 0 else "-"),
           lambda w, whole=whole, by=by: move_of(**{by: whole(w)}), whole,
           lambda w, whole=whole: line_of(whole(w)), stock_moved=sign)  # fmt: skip
broken("ledger-stock-adjustments", MOVES.format("received", "+"), lambda w: move_of(adjustment=w.adjustment),
       attrgetter("adjustment"), difference=-1)  # fmt: skip
for slug, table, name, paid_as, left in (
    ("invoices", "billing_invoice", "invoice", "received", "balance"), ("bills", "purchasing_bill", "bill", "paid", "balance"),
    ("payments", "billing_payment", "payment", "allocated", "unallocated"),
    ("credit-notes", "billing_creditnote", "credit", "applied", "available"),
    ("vendor-payments", "purchasing_vendorpayment", "vendor_payment", "allocated", "unallocated"),
):  # fmt: skip
    whole = attrgetter(name)
    broken(f"balances-{slug}", f"UPDATE {table} SET {paid_as} = {paid_as} + 5, {left} = {left} - 5", whole, whole,
           **{paid_as: 5, left: -5})  # fmt: skip
for slug, table, party, model in (
    ("accounts", "billing_customersum", lambda w: w.account, CustomerSum),
    ("vendors", "purchasing_vendorsum", lambda w: w.purchase.vendor, VendorSum),
):
    kept_of = lambda w, party=party, model=model: model.objects.filter(  # noqa: E731
        party=party(w).pk, source="debt"
    ).earliest("id")
    broken(
        f"kept-{slug}",
        f"UPDATE {table} SET amount = amount + 5, home = home + 5",
        kept_of,
        party,
        debt=5,
        home=5,
    )
RUNNING = attrgetter("running")
broken("periods-billed", "UPDATE subscribing_transaction SET kind = 'payment'", lambda w: transactions(w.running)[0], RUNNING,
       charges=-1)  # fmt: skip
broken("periods-once", "UPDATE subscribing_subscriptionperiod SET period = period + 1",
       lambda w: SubscriptionPeriod._base_manager.get(subscription=w.running.pk), RUNNING, settled=-1)  # fmt: skip
broken("revenue-log", "UPDATE subscribing_mrr_move SET amount = amount - 5", lambda w: w.running.mrr_moves.get(), RUNNING,
       counted_mrr=5)  # fmt: skip
broken("revenue-running", "UPDATE subscribing_subscription SET counted_mrr = counted_mrr + 5", RUNNING, RUNNING,
       counted_mrr=5)  # fmt: skip


def found(key: str) -> list[TieOutDifference]:
    [run] = TieOutRun.objects.bulk_create([TieOutRun()])
    run_checks(run)
    return list(TieOutDifference.objects.filter(result__run=run, result__check_key=key).order_by("figure"))


def last_of(record: Any, *tables: str) -> int:
    """The change set of the newest row of history."""
    ids = (
        [record.pk, *(line.pk for line in record.lines_in_order())]
        if hasattr(record, "lines_in_order")
        else [record.pk]
    )
    return (
        ChangeRow.objects.filter(record_id__in=ids).order_by("-id").values_list("change_set_id", flat=True)[0]
    )


def test_nothing_is_found_where_everything_adds_up(world: World) -> None:
    everything_ties_out()


def test_every_check_is_broken_once_below(world: World) -> None:
    """A new check belongs into BROKEN, or to the numbers further down."""
    assert {check.key for check in all_checks()} - {"numbers-invoices"} == set(BROKEN)


@pytest.mark.parametrize("key", BROKEN)
def test_a_broken_figure_is_found_with_its_record_and_difference(world: World, key: str) -> None:
    sql, row, record, line, figures = BROKEN[key]
    break_it(sql, getattr(row(world), "pk", row(world)))
    differences = found(key)
    assert {one.figure: one.stored - one.due for one in differences} == figures
    assert {one.record for one in differences} == {record(world).pk}
    at = line(world) if line else None
    assert {one.line for one in differences} == {getattr(at, "pk", at)}
    assert all(one.change_set for one in differences)
    result = TieOutResult.objects.filter(check_key=key).latest("id")
    assert (result.outcome, result.differing) == (Outcome.DIFFERS, len(figures))
    assert result.rows > 0


def changed(world: World, sql: str, id: int) -> int:
    """The change set in which a statement changed a row past the product's own rules."""
    close_change_set()
    with acting(world.company.admin) as stretch:
        open_change_set()
        with connection.cursor() as cursor:
            cursor.execute(f"{sql} WHERE id = %s", [id])
        assert stretch.change_set
        return stretch.change_set


def test_the_change_that_broke_a_figure_is_named(world: World) -> None:
    """The last one that touched the figure; not one that touched something else."""
    wrong = changed(world, "UPDATE sales_quote SET gross_total = gross_total + 1", world.draft.pk)
    changed(world, "UPDATE sales_quote SET notes = 'something else'", world.draft.pk)
    [one] = found("totals-quotes")
    assert (one.change_set, one.past_history, one.stored - one.due) == (wrong, False, 1)


def test_a_line_that_was_changed_names_the_change_of_the_line(world: World) -> None:
    wrong = changed(world, "UPDATE sales_quoteline SET trashed_at = now()", line_of(world.draft).pk)
    assert {one.change_set for one in found("totals-quotes")} == {wrong}


def test_a_count_names_the_change_of_the_document_that_takes(world: World) -> None:
    close_change_set()
    with acting(world.company.admin) as stretch:
        part(world.order, Invoice, 2)
        last = stretch.change_set
    break_it("UPDATE sales_orderline SET invoiced = invoiced - 1", line_of(world.order).pk)
    assert {one.change_set for one in found("taken-sales-orders-invoiced")} == {last}


def test_a_figure_that_was_changed_past_the_product_is_told_from_one_that_a_change_broke(
    world: World,
) -> None:
    break_it("UPDATE billing_invoice SET received = received + 5, balance = balance - 5", world.invoice.pk)
    assert {one.past_history for one in found("balances-invoices")} == {True}


def test_a_missing_number_and_one_beyond_its_series_are_found(world: World) -> None:
    series, year, _n = world.simple.number.split("/")
    break_it(f"UPDATE billing_invoice SET number = '{series}/{year}/00009'", world.simple.pk)
    missing = found("numbers-invoices")
    assert {one.due for one in missing if one.figure == "missing"} == {2, 4, 5, 6, 7, 8}
    assert [(one.record, one.stored, one.due) for one in missing if one.figure == "beyond"] == [
        (world.simple.pk, 9, 3)
    ]


def test_a_check_that_cannot_run_stops_no_other(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    good = all_checks()[0]
    bad = Check(good.topic, good.module, "SELECT nonsense", "SELECT 1", good.touches, name="bad")
    monkeypatch.setattr("relasi.features.tie_out.running.all_checks", lambda: [bad, good])
    [run] = TieOutRun.objects.bulk_create([TieOutRun()])
    assert run_checks(run) == 0
    assert [one.outcome for one in run.results.order_by("id")] == [Outcome.BROKEN, Outcome.CLEAN]
    assert "nonsense" in run.results.order_by("id")[0].trouble


def test_admins_hear_of_figures_that_differ_and_of_nothing_else(world: World) -> None:
    assert check_tie_out(timestamp=0) == 0
    assert not News.objects.filter(kind="tie_out").exists()
    break_it("UPDATE catalog_product SET incoming = incoming + 2", world.product.pk)
    assert check_tie_out(timestamp=0) == 1
    told = News.objects.filter(kind="tie_out")
    assert [(one.user_id, one.facts) for one in told] == [(world.company.admin.pk, {"count": 1})]


def test_runs_are_forgotten_after_four_hundred_days(world: World) -> None:
    check_tie_out(timestamp=0)
    TieOutRun.objects.update(asked_at=timezone.now() - KEPT - timedelta(days=1))
    forget_old_runs()
    assert not TieOutResult.objects.exists()


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_pages_show_what_differs_and_which_change_came_last(world: World, language: str) -> None:
    break_it("UPDATE sales_quote SET gross_total = gross_total + 7", world.quote.pk)
    client = signed_in(world.company.admin)
    client.cookies["django_language"] = language
    assert client.get(HOME).status_code == 200  # before anything was checked
    check_tie_out(timestamp=0)
    assert f"{HOME}totals-quotes/" in client.get(HOME).content.decode()
    text = client.get(f"{HOME}totals-quotes/").content.decode()
    assert f"/quotes/{world.quote.pk}/" in text
    assert f"/changes/{last_of(world.quote)}/" in text
    for check in all_checks():
        assert client.get(f"{HOME}{check.key}/").status_code == 200


def test_an_admin_asks_for_a_check_and_it_runs(world: World) -> None:
    client = signed_in(world.company.admin)
    assert client.post(f"{HOME}run/").status_code == 302
    run = TieOutRun.objects.get()
    assert (run.asked_by, run.finished_at) == (world.company.admin, None)
    assert 'hx-trigger="every 1s"' in client.get(HOME).content.decode()
    assert check_tie_out_now(run=run.pk) == 0
    run.refresh_from_db()
    assert run.finished_at and run.results.count() == len(all_checks())
    # Whoever watched sees the results as well, not only that it ended.
    part = client.get(HOME, headers={"HX-Request": "true", "HX-Target": "progress"}).content.decode()
    assert 'hx-trigger="every 1s"' not in part
    assert part.count(f'href="{HOME}') == len(all_checks())
    assert str(Outcome.CLEAN.label) in part and "<html" not in part


def test_the_pages_are_there_for_admins_alone(world: World) -> None:
    client = signed_in(world.company.sales_a)
    assert client.get(HOME).status_code == client.get(f"{HOME}totals-quotes/").status_code == 404
    assert client.post(f"{HOME}run/").status_code == 404
    assert not TieOutRun.objects.exists()
    assert signed_in(world.company.admin).get(f"{HOME}nothing/").status_code == 404
