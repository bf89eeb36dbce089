"""Whatever people do, in whatever order, ledger, promises, counts and states stay true."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    precondition,
    rule,
    run_state_machine_as_test,
)

from relasi.engine.access.acting import current_acting
from relasi.engine.records.change_set import ChangeSet, close_change_set
from relasi.engine.records.refusal import Refused
from relasi.engine.records.undo import revert
from relasi.engine.records.write import restore, trash, update
from relasi.kits.trade.conversion import convert
from relasi.modules.billing.invoice import Invoice
from relasi.modules.inventory.delivery_note import DeliveryNote
from relasi.modules.inventory.stock_adjustment import StockAdjustment
from relasi.modules.inventory.stock_settings import StockSettings
from relasi.modules.sales.sales_order import SalesOrder
from tests.make import again, make
from tests.modules.stocking import counted, goods, of, stock_is_sound
from tests.modules.trading import counts_are_true, document, thing

WHICH = st.integers(0, 40)
FEW = st.integers(1, 6)
TRASHED = (SalesOrder, DeliveryNote, StockAdjustment, Invoice)


def states_follow() -> None:
    """How far every order is delivered follows from all its notes."""
    for order in SalesOrder._base_manager.filter(trashed_at=None):
        lines = [line for line in order.lines_in_order() if line.counts and not line.service_id]
        held, noted, sent = (
            sum((getattr(one, n) for one in lines), Decimal(0)) for n in ("quantity", "noted", "delivered")
        )
        state = "none" if not noted else "started" if not sent else "partly" if sent < held else "fully"
        assert order.shipping_state == state, order


class Warehouse(RuleBasedStateMachine):
    """Every rule is an act of its own, which may be undone."""

    def __init__(self) -> None:
        super().__init__()
        self.account = make("customers.Account")
        self.products = [goods(20), goods(7)]
        bundle = make("catalog.ProductBundle", price=1000)
        for product, quantity in zip(self.products, (1, 2), strict=True):
            make("catalog.BundleComponent", bundle=bundle, product=product, quantity=quantity)
        self.bundle = bundle
        self.settings = make("inventory.StockSettings")
        self.acts: list[int] = []

    def act(self, call: Any, *args: Any, **how: Any) -> None:
        close_change_set()
        current_acting().change_set = None
        try:
            call(*args, **how)
        except Refused:
            return
        if current_acting().change_set:
            self.acts.append(current_acting().change_set)

    def pick(self, model: Any, which: int, **fits: Any) -> Any:
        rows = list(model._base_manager.filter(**fits).order_by("pk"))
        return rows[which % len(rows)] if rows else None

    def verb(self, model: Any, which: int, verb: str, *args: Any) -> None:
        record = self.pick(model, which, trashed_at=None)
        if record is not None:
            self.act(getattr(record, verb), *args)

    @rule(a=FEW, b=FEW)
    def order(self, a: int, b: int) -> None:
        lines = [of(self.products[0], a), of(self.products[1], b), thing(1000, 1, bundle=self.bundle.pk)]
        self.act(document, SalesOrder, *lines[: 1 + (a + b) % 3], account=self.account)

    @rule(which=WHICH)
    def approve(self, which: int) -> None:
        self.verb(SalesOrder, which, "approve")

    @rule(which=WHICH, n=FEW)
    def note(self, which: int, n: int) -> None:
        order = self.pick(SalesOrder, which, status="approved", trashed_at=None)
        if order is not None:
            self.act(
                convert,
                order,
                DeliveryNote,
                {one.pk: Decimal(n) for one in order.lines_in_order()} if n % 2 else None,
            )

    @rule(which=WHICH, verb=st.sampled_from(["deliver", "deliver", "dispatch", "reopen", "invoice"]))
    def move_note(self, which: int, verb: str) -> None:
        self.verb(DeliveryNote, which, verb)

    @rule(which=WHICH, model=st.sampled_from([DeliveryNote, SalesOrder, Invoice]))
    def cancel(self, which: int, model: Any) -> None:
        self.verb(model, which, "cancel", "x")

    @rule(which=WHICH)
    def close(self, which: int) -> None:
        self.verb(SalesOrder, which, "close")

    @rule(which=WHICH)
    def invoice_order(self, which: int) -> None:
        self.verb(SalesOrder, which, "invoice")

    @rule(which=WHICH)
    def issue(self, which: int) -> None:
        self.verb(Invoice, which, "issue")

    @rule(which=WHICH, n=st.integers(0, 30))
    def count(self, which: int, n: int) -> None:
        self.act(counted, self.products[which % 2], n)

    @rule(which=WHICH, n=FEW, model=st.sampled_from([SalesOrder, DeliveryNote]))
    def edit(self, which: int, n: int, model: Any) -> None:
        record = self.pick(model, which, trashed_at=None)
        if record is not None:
            first, *others = record.lines_in_order()
            self.act(
                update,
                record,
                {},
                lines=[{"id": first.pk, "quantity": n}, *({"id": one.pk} for one in others[n % 2 :])],
            )

    @rule(
        which=WHICH, moved_by=st.sampled_from(["goods", "simple"]), below=st.sampled_from(["refuse", "allow"])
    )
    def settle(self, which: int, moved_by: str, below: str) -> None:
        if which % 4 == 0:
            update(again(self.settings), {"moved_by": moved_by, "below_zero": below})

    @rule(which=WHICH, model=st.sampled_from(TRASHED))
    def delete(self, which: int, model: Any) -> None:
        record = self.pick(model, which, trashed_at=None)
        if record is not None:
            self.act(trash, model, [record.pk])

    @rule(which=WHICH, model=st.sampled_from(TRASHED))
    def bring_back(self, which: int, model: Any) -> None:
        """With id, number and lines as they were."""
        record = self.pick(model, which, trashed_at__isnull=False)
        if record is None:
            return
        before = (
            [(one.pk, one.quantity) for one in record.lines_in_order()] if hasattr(record, "lines") else []
        )
        self.act(restore, model, [record.pk])
        same = again(record)
        assert (same.pk, same.number) == (record.pk, record.number)
        assert before == ([(one.pk, one.quantity) for one in same.lines_in_order()] if before else [])

    @precondition(lambda self: self.acts)
    @rule(which=WHICH)
    def undo(self, which: int) -> None:
        self.act(revert, ChangeSet.objects.get(pk=self.acts[-1 - which % len(self.acts)]))

    def teardown(self) -> None:
        stock_is_sound()
        states_follow()
        counts_are_true()


@pytest.mark.usefixtures("as_admin")
def test_whatever_happens_in_the_warehouse_everything_stays_true() -> None:
    from django.db import transaction

    class Run(Warehouse):
        """Each example in a transaction of its own, which is rolled back."""

        def __init__(self) -> None:
            self.held = transaction.atomic()
            self.held.__enter__()
            close_change_set()
            current_acting().change_set = None
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
        settings=settings(max_examples=10, stateful_step_count=24, deadline=None,
                          suppress_health_check=list(HealthCheck)),
    )  # fmt: skip
    assert not StockSettings._base_manager.exists()
