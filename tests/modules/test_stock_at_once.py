"""Many connections post at once: nobody waits in a ring, nothing is sold twice, and every sum is true."""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from relasi.engine.access.acting import acting
from relasi.engine.records.refusal import Refused
from relasi.kits.trade.conversion import convert
from relasi.modules.catalog.product import Product
from relasi.modules.inventory.delivery_note import DeliveryNote
from relasi.modules.inventory.stock_move import StockMove
from relasi.modules.sales.sales_order import SalesOrder
from tests.commits import real_commits
from tests.company import found_company
from tests.make import again, make
from tests.modules.stocking import counted, figures, goods, of, stock_is_sound
from tests.modules.trading import approved, is_sound

POSTERS, PRODUCTS, EACH = 32, 10, 1000


@pytest.fixture
def admin(django_db_setup: None, django_db_blocker: Any) -> Any:
    with django_db_blocker.unblock(), real_commits():
        user = found_company().admin
        with acting(user):
            yield user
            is_sound()
            stock_is_sound()


def at_once(user: Any, calls: list[Callable[[], Any]]) -> list[Any]:
    """What each call gave, the codes it was refused for, or the fault of the database it broke with."""
    start = Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        try:
            with acting(user):
                start.wait(60)
                return call()
        except Refused as refused:
            return sorted(refused.codes)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result(timeout=180) for future in [pool.submit(run, call) for call in calls]]


def poster(n: int, order: SalesOrder, products: list[Product]) -> Callable[[], Any]:
    """What one of them does, one act after the other, in an order of products of its own."""

    def run() -> str:
        chance = random.Random(n)
        lines = {line.pk: Decimal(chance.randint(1, 4)) for line in order.lines_in_order()}
        note = convert(order, DeliveryNote, lines).deliver()
        if n % 4 == 1:
            note.reopen().cancel("Salah kirim")
        elif n % 4 == 2:
            convert(order, DeliveryNote).deliver()
        elif n % 4 == 3:
            for product in chance.sample(products, 3):
                counted(product, EACH + n)
        approved(*(of(one, 1) for one in chance.sample(products, 4))).cancel("Batal")
        return "done"

    return run


def test_thirty_two_post_at_once_on_ten_products_and_every_sum_is_true(admin: Any) -> None:
    products = [goods(EACH) for _n in range(PRODUCTS)]
    account = make("customers.Account")
    orders = []
    for n in range(POSTERS):
        chosen = random.Random(1000 + n).sample(products, 5)
        orders.append(approved(*(of(one, 8) for one in chosen), account=account))
    assert (
        at_once(admin, [poster(n, order, products) for n, order in enumerate(orders)]) == ["done"] * POSTERS
    )
    stock_is_sound()
    assert StockMove._base_manager.count() > POSTERS * 5


def test_the_last_ones_are_delivered_once(admin: Any) -> None:
    product = goods(5)
    notes = [approved(of(product, 1)).deliver() for _n in range(12)]
    found = at_once(admin, [note.deliver for note in notes])
    assert sum(isinstance(one, DeliveryNote) for one in found) == 5
    assert [one for one in found if isinstance(one, list)] == [["INSUFFICIENT_STOCK"]] * 7
    assert figures(product)[0] == 0
    assert sorted(again(note).status for note in notes) == ["delivered"] * 5 + ["open"] * 7


def test_one_order_is_noted_and_delivered_by_many_and_never_too_far(admin: Any) -> None:
    product = goods(100)
    order = approved(of(product, 10))
    [line] = order.lines_in_order()

    def four() -> Any:
        return convert(order, DeliveryNote, {line.pk: Decimal(4)}).deliver()

    found = at_once(admin, [four] * 8)
    assert sum(isinstance(one, DeliveryNote) for one in found) == 2
    assert [one for one in found if isinstance(one, list)] == [["QTY_EXCEEDED"]] * 6
    assert figures(product)[:2] == (92, 2)
