"""What lies here, what is promised, and the ledger that says how it came about."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from relasi.engine.access.acting import current_acting
from relasi.engine.declare.registry import registry
from relasi.engine.records.change_set import ChangeSet, close_change_set, open_change_set
from relasi.engine.records.refusal import Refused
from relasi.engine.records.undo import revert
from relasi.engine.records.write import Draft, create, restore, trash, update, write
from relasi.modules.inventory.stock_adjustment import StockAdjustment
from relasi.modules.inventory.stock_move import StockMove
from relasi.modules.inventory.stock_settings import StockSettings
from relasi.modules.sales.sales_order import SalesOrder
from tests.make import again, make
from tests.modules.refused import refused
from tests.modules.stocking import counted, figures, goods, of, stock_is_sound
from tests.modules.trading import approved, document, line_of, thing

pytestmark = pytest.mark.usefixtures("as_admin")


def rows(product: Any) -> list[tuple[int, ...]]:
    """Opening, issued, received, closing of each row of the ledger."""
    found = StockMove._base_manager.filter(product=product).order_by("step")
    return [tuple(map(int, row)) for row in found.values_list("opening", "issued", "received", "closing")]


def anew() -> None:
    """What follows is an act of its own."""
    close_change_set()
    current_acting().change_set = None


def test_a_count_writes_a_row_with_its_reason_and_the_ledger_adds_up() -> None:
    product = goods(24)
    found = counted(product, 22, reason="count", notes="Dua rusak")
    assert (found.expected, found.difference) == (24, -2)
    assert rows(product) == [(0, 0, 24, 24), (24, 2, 0, 22)]
    move = StockMove._base_manager.filter(product=product).latest("step")
    assert (move.adjustment_id, move.created_by_id) == (found.pk, current_acting().user.pk)
    assert figures(product) == (22, 0, 22)
    stock_is_sound()


def test_a_count_that_finds_what_the_ledger_says_moves_nothing() -> None:
    product = goods(5)
    counted(product, 5)
    assert rows(product) == [(0, 0, 5, 5)]


def test_a_product_counted_twice_in_one_import_goes_on_from_the_first_count() -> None:
    product, other = goods(5), goods(1)
    drafts = [Draft({"product": p.pk, "counted": n}) for p, n in ((product, 8), (other, 0), (product, 6))]
    write(registry.of(StockAdjustment), drafts)
    assert rows(product) == [(0, 0, 5, 5), (5, 0, 3, 8), (8, 2, 0, 6)]
    assert figures(other)[0] == 0
    stock_is_sound()


def test_a_deleted_count_is_taken_back_by_the_opposite_row_and_a_restored_one_stands_again() -> None:
    product = goods(10)
    found = counted(product, 7)
    trash(StockAdjustment, [found.pk])
    assert figures(product)[0] == 10
    restore(StockAdjustment, [found.pk])
    assert rows(product) == [(0, 0, 10, 10), (10, 3, 0, 7), (7, 0, 3, 10), (10, 3, 0, 7)]
    assert [m.takes_back for m in StockMove._base_manager.filter(product=product).order_by("step")] == [
        False, False, True, False,
    ]  # fmt: skip


def test_an_undone_count_leaves_its_row_and_writes_the_opposite_one() -> None:
    product = goods(10)
    anew()
    counted(product, 7)
    act = current_acting().change_set
    anew()
    revert(ChangeSet.objects.get(pk=act))
    assert rows(product) == [(0, 0, 10, 10), (10, 3, 0, 7), (7, 0, 3, 10)]
    stock_is_sound()


def test_what_was_counted_does_not_change_any_more() -> None:
    found = counted(goods(), 4)
    assert refused(update, found, {"counted": 5}) == [("counted", "CLOSED_RECORD")]
    assert again(found).counted == 4
    update(found, {"notes": "Rak 3"})


@pytest.mark.parametrize("values", [{"counted": -1}, {"counted": None}, {"reason": "gone"}, {"product": 0}])
def test_a_count_with_a_wrong_value_is_refused_and_moves_nothing(values: dict[str, Any]) -> None:
    product = goods(3)
    given = {"product": product.pk, "counted": 2} | values
    with pytest.raises(Refused) as error:
        create(StockAdjustment, given)
    assert {one.field for one in error.value.refusals} == set(values)
    assert figures(product)[0] == 3


@pytest.mark.parametrize(
    "statement",
    ["UPDATE inventory_stockmove SET received = 99, closing = 99", "DELETE FROM inventory_stockmove",
     "UPDATE catalog_product SET on_hand = 99", "UPDATE catalog_product SET committed = 1, available = 0"],
)  # fmt: skip
def test_the_database_refuses_what_goes_past_the_ledger(statement: str) -> None:
    product = goods(3)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        open_change_set()
        cursor.execute(statement)
    assert figures(product) == (3, 0, 3)


def test_nobody_types_what_is_on_hand() -> None:
    product = goods(3)
    with pytest.raises(Refused):
        update(product, {"on_hand": 99})
    assert figures(product)[0] == 3


def test_the_average_cost_follows_what_comes_in() -> None:
    product = goods()
    counted(product, 14, unit_cost=10_000)
    counted(product, 24, unit_cost=12_000)
    assert again(product).average_cost == 10_833
    counted(product, 20)
    assert again(product).average_cost == 10_833


def test_an_approved_order_commits_and_a_cancelled_or_closed_one_does_not() -> None:
    product = goods(20)
    order = document(SalesOrder, of(product, 8), thing(500, 3))
    assert figures(product) == (20, 0, 20)
    order = order.approve()
    assert figures(product) == (20, 8, 12)
    order.cancel("Batal")
    assert figures(product) == (20, 0, 20)
    approved(of(product, 5)).close()
    assert figures(product) == (20, 0, 20)
    stock_is_sound()


def test_what_is_committed_follows_every_edit_of_an_approved_order() -> None:
    product, other = goods(20), goods(20)
    order = approved(of(product, 8), of(product, 1))
    first, second = order.lines_in_order()
    update(order, {}, lines=[{"id": first.pk, "quantity": 3}, {"id": second.pk, "product": other.pk}])
    assert (figures(product)[1], figures(other)[1]) == (3, 1)
    update(order, {}, lines=[{"id": second.pk}])
    assert (figures(product)[1], figures(other)[1]) == (0, 1)
    update(order, {}, lines=[{"id": second.pk, "optional": True}])
    assert figures(other)[1] == 0
    stock_is_sound()


def test_a_bundle_commits_what_it_held_when_it_was_sold() -> None:
    bundle = make("catalog.ProductBundle", price=1000)
    b, c = goods(10), goods(7)
    make("catalog.BundleComponent", bundle=bundle, product=b, quantity=1)
    part = make("catalog.BundleComponent", bundle=bundle, product=c, quantity=2)
    order = approved(thing(1000, 3, bundle=bundle.pk))
    assert (figures(b)[1], figures(c)[1]) == (3, 6)
    update(part, {"quantity": 9})
    order.close()
    assert (figures(b)[1], figures(c)[1]) == (0, 0)
    stock_is_sound()


def test_an_undone_edit_of_an_order_commits_as_before() -> None:
    product = goods(20)
    order = approved(of(product, 8))
    anew()
    update(order, {}, lines=[{"id": line_of(order).pk, "quantity": 2}])
    act = current_acting().change_set
    anew()
    revert(ChangeSet.objects.get(pk=act))
    assert figures(product) == (20, 8, 12)
    stock_is_sound()


def test_a_deleted_and_restored_order_commits_the_same() -> None:
    product = goods(20)
    order = document(SalesOrder, of(product, 8))
    trash(SalesOrder, [order.pk])
    restore(SalesOrder, [order.pk])
    again(order).approve()
    assert figures(product) == (20, 8, 12)


def test_below_the_reorder_level_is_asked_of_what_is_available() -> None:
    product = goods(12, reorder_level=10, reorder_quantity=5)
    assert not product.runs_short
    order = approved(of(product, 3))
    assert again(product).runs_short
    assert again(product).wanted == 5
    update(product, {"reorder_quantity": None})
    assert again(product).wanted == 1
    order.close()
    assert not again(product).runs_short
    update(again(product), {"reorder_level": 13})
    assert again(product).runs_short
    update(again(product), {"active": False})
    assert not again(product).runs_short


def test_there_is_one_row_of_stock_settings() -> None:
    make("inventory.StockSettings")
    with pytest.raises(Refused):
        create(StockSettings, {"below_zero": "allow"})
    assert StockSettings._base_manager.count() == 1


def test_history_does_not_tell_what_the_ledger_tells() -> None:
    product = goods()
    anew()
    counted(product, 4)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM records_change WHERE record_id = %s AND kind = 'u'", [product.pk]
        )
        assert cursor.fetchone() == (0,)
    assert Decimal(4) == again(product).on_hand
