"""Month-end: closing a period keeps what stood then in rows that never change and equal the pages as of that day."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pgtrigger
import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from relasi.engine.declare.registry import registry
from relasi.engine.records.change_set import ChangeSet
from relasi.engine.records.recycle_bin import purge
from relasi.engine.records.undo import revert
from relasi.engine.records.write import create, restore, trash, update
from relasi.features.month_end.models import BalanceRow, Kind, PipelineRow, Snapshot, StockRow
from relasi.features.month_end.standing import all_taken
from relasi.features.month_end.taking import end_of
from relasi.features.receivables.ageing import ageing
from relasi.features.receivables.sides import PAYABLES
from relasi.kits.pipeline.days import today
from relasi.modules.billing.closed_period import ClosedPeriod
from relasi.modules.billing.payment import Payment
from tests.make import again, make
from tests.modules.buying import approved_vendor, bill
from tests.modules.trading import issued, thing

pytestmark = pytest.mark.usefixtures("as_admin")
DAY = timedelta(days=1)
MODELS = (Snapshot, PipelineRow, BalanceRow, StockRow)


def close(until: Any) -> Snapshot:
    make("billing.ClosedPeriod", until=str(until))
    return Snapshot.objects.latest("id")


def sent(account: Any, amount: int, on: Any, **values: Any) -> Any:
    return issued(thing(amount), account=account, date=str(on), due_date=str(on + 30 * DAY), **values)


def balances(snapshot: Snapshot, *kinds: Kind) -> dict[tuple[int, str], Decimal]:
    found: dict[tuple[int, str], Decimal] = defaultdict(Decimal)
    for row in snapshot.balancerows.filter(kind__in=kinds):
        found[row.party_id, row.currency] += row.amount
    return dict(found)


def happened(record: Any, days_ago: float) -> None:
    """The newest change of a record, moved back in time."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE records_change SET at = now() - %s WHERE id = (SELECT max(id) FROM records_change WHERE record_id = %s)",
            [timedelta(days=days_ago), record.pk],
        )


def made(record: Any, days_ago: float) -> Any:
    with pgtrigger.ignore():
        type(record)._base_manager.filter(pk=record.pk).update(
            created_at=timezone.now() - timedelta(days=days_ago)
        )
    return record


def test_balances_equal_receivables_and_payables_as_of_the_last_day(company: Any) -> None:
    on = today() - 10 * DAY
    maju, jaya, vendor = make("customers.Account"), make("customers.Account"), approved_vendor()
    sent(maju, 1_000, on - 20 * DAY).pay(amount=400, date=str(on))
    sent(maju, 500, on).pay(amount=500, date=str(on + DAY))
    sent(jaya, 70, on - DAY, currency="USD", rate=16_000).pay(amount=20, date=str(on - DAY))
    sent(jaya, 9_999, on + DAY)
    create(Payment, {"account": jaya.pk, "amount": 250, "date": str(on)})
    credited = sent(jaya, 300, on - DAY).credit()
    bill(thing(800), vendor=vendor, date=str(on - DAY), due_date=str(on)).approve()
    snapshot = close(on)
    owed = {(row.party, row.currency): row.total for row in ageing(company.admin, on) if row.total}
    ahead = {(row.party, row.currency): row.credit for row in ageing(company.admin, on) if row.credit}
    assert balances(snapshot, Kind.INVOICE) == owed
    assert balances(snapshot, Kind.PAYMENT, Kind.CREDIT_NOTE) == ahead
    assert balances(snapshot, Kind.BILL) == {
        (row.party, row.currency): row.total for row in ageing(company.admin, on, side=PAYABLES)
    }
    assert owed[maju.pk, "IDR"] == 1_100
    assert credited.date > on
    usd = snapshot.balancerows.get(currency="USD", kind=Kind.INVOICE)
    assert (usd.amount, usd.home_amount) == (50, 800_000)


def stages() -> tuple[Any, list[Any]]:
    pipeline = make("sales.Pipeline")
    return pipeline, [
        make("sales.Stage", pipeline=pipeline, position=place, probability=share)
        for place, share in ((1, 20), (2, 60))
    ]


def test_the_pipeline_is_told_as_it_stood_at_the_end_of_the_day(company: Any) -> None:
    pipeline, (first, second) = stages()
    lost = make("sales.Stage", pipeline=pipeline, position=3, outcome="lost")
    start: dict[str, Any] = {"pipeline": pipeline, "stage": first, "amount": 100}
    moved, grown, ended, binned, late = (made(make("sales.Deal", **start), 30) for _n in range(5))
    made(late, 1)
    update(moved, {"stage": second.pk})
    happened(moved, 20)
    update(again(moved), {"stage": first.pk})
    update(grown, {"amount": 900})
    update(ended, {"stage": lost.pk, "lost_reason": "price"})
    trash(type(binned), [binned.pk])
    snapshot = close(today() - 10 * DAY)
    rows = snapshot.pipelinerows.filter(pipeline_id=pipeline.pk).order_by("stage_place")
    assert [(row.stage_id, row.deals, row.amount, row.weighted) for row in rows] == [
        (first.pk, 3, 300, 60), (second.pk, 1, 100, 60),
    ]  # fmt: skip
    now = close(today()).pipelinerows.filter(pipeline_id=pipeline.pk)
    assert [(row.stage_id, row.deals, row.amount) for row in now] == [(first.pk, 3, 1_100)]


def test_the_day_ends_at_midnight_in_the_zone_of_the_company() -> None:
    assert end_of(datetime(2026, 9, 30).date(), "Asia/Makassar").isoformat() == "2026-10-01T00:00:00+08:00"


def moves_before(days_ago: int) -> None:
    """All of the ledger so far, moved back in time."""
    with pgtrigger.ignore(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE inventory_stockmove SET created_at = now() - %s WHERE created_at >= now()",
            [days_ago * DAY],
        )


counts = st.lists(st.tuples(st.integers(0, 30), st.integers(1, 9_999)), min_size=1, max_size=6)


@given(before=counts, since=counts)
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_stock_is_told_again_from_the_ledger(
    before: list[tuple[int, int]], since: list[tuple[int, int]], company: Any
) -> None:
    with transaction.atomic():
        product = made(make("catalog.Product", cost=50), 30)
        for n, cost in before:
            count_to(product, n, cost)
        moves_before(20)
        then = again(product)
        for n, cost in since:
            count_to(product, n, cost)
        snapshot = close(today() - 10 * DAY)
        found = [
            (row.on_hand, row.unit_cost, row.value)
            for row in snapshot.stockrows.filter(product_id=product.pk)
        ]
        cost = then.average_cost if then.average_cost is not None else 50
        assert found == ([(then.on_hand, cost, then.on_hand * cost)] if then.on_hand else [])
        transaction.set_rollback(True)


def count_to(product: Any, n: int, cost: int) -> None:
    if again(product).on_hand != n:
        make("inventory.StockAdjustment", product=product, counted=n, unit_cost=cost)


def test_a_snapshot_takes_no_change_and_nothing_goes_from_it_or_comes_to_it(company: Any) -> None:
    goods_ = make("catalog.Product")
    make("inventory.StockAdjustment", product=goods_, counted=3)
    make("sales.Deal", amount=5)
    sent(make("customers.Account"), 70, today())
    snapshot = close(today())
    for model in MODELS:
        assert model.objects.exists(), model
        for spoil in (lambda rows: rows.update(id=-1), lambda rows: rows._raw_delete("default")):
            with pytest.raises(IntegrityError, match="stays as it is"), transaction.atomic():
                spoil(model.objects.all())
    [older] = Snapshot.objects.bulk_create([
        Snapshot(closing=snapshot.closing, until=today(), taken_at=timezone.now() - DAY, currency="IDR", zone="UTC")
    ])  # fmt: skip
    with pytest.raises(IntegrityError, match="whole"), transaction.atomic():
        StockRow.objects.bulk_create([StockRow(snapshot=older, product_id=1, product_name="", on_hand=1)])


def test_closing_again_keeps_both_snapshots_and_an_undo_keeps_the_one_it_undoes(as_admin: Any) -> None:
    account, on = make("customers.Account"), today() - 10 * DAY
    sent(account, 100, on)
    as_admin.change_set = None
    first = close(on)
    closing, act = first.closing, ChangeSet.objects.get(pk=first.change_set)
    as_admin.change_set = None
    revert(act)
    as_admin.change_set = None
    sent(account, 30, on)
    second = close(on)
    assert [balances(one, Kind.INVOICE) for one in (first, second)] == [
        {(account.pk, "IDR"): 100}, {(account.pk, "IDR"): 130},
    ]  # fmt: skip
    assert again(closing).trashed_at is not None
    assert Snapshot.objects.filter(until=on).count() == 2


def test_a_closing_moved_to_another_day_is_a_snapshot_of_that_day() -> None:
    on = today() - 40 * DAY
    closing = close(on).closing
    update(closing, {"note": "Sudah diperiksa"})
    assert Snapshot.objects.count() == 1
    update(again(closing), {"until": str(on + 5 * DAY)})
    assert list(Snapshot.objects.order_by("id").values_list("until", flat=True)) == [on, on + 5 * DAY]


def test_the_snapshot_belongs_to_the_change_set_that_closes(as_admin: Any) -> None:
    snapshot = close(today() - DAY)
    assert snapshot.change_set == as_admin.change_set
    assert ClosedPeriod._base_manager.get().snapshots.get() == snapshot


def test_restoring_a_closing_is_closing_again_and_purging_it_leaves_its_snapshots(as_admin: Any) -> None:
    closing = close(today() - 10 * DAY).closing
    trash(ClosedPeriod, [closing.pk])
    assert [one.state for found in all_taken().values() for one in found] == ["undone"]
    restore(ClosedPeriod, [closing.pk])
    assert [one.state for found in all_taken().values() for one in found] == ["stands", "earlier"]
    trash(ClosedPeriod, [closing.pk])
    purge(registry.of(ClosedPeriod), [closing.pk])
    assert not ClosedPeriod._base_manager.exists()
    assert [one.state for found in all_taken().values() for one in found] == ["undone", "undone"]


def test_a_snapshot_calls_things_what_they_were_called_then(company: Any) -> None:
    product = make("catalog.Product", name="Panel lama")
    make("inventory.StockAdjustment", product=product, counted=3)
    make("sales.Deal", name="Atap", amount=5)
    close(today())
    update(again(product), {"name": "Panel baru"})
    assert StockRow.objects.get().product_name == "Panel lama"
