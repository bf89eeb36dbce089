"""Stock adjustments beyond the limit of who counted: they wait for somebody else, and the ledger hears of them only then."""

from pathlib import Path
from typing import Any

import pytest

from relasi.engine.access.acting import acting
from relasi.engine.activity.notification import News
from relasi.engine.records.change_set import ChangeSet, close_change_set
from relasi.engine.records.undo import revert, revert_some
from relasi.engine.records.write import restore, trash, update
from relasi.modules.billing.invoice import Invoice
from relasi.modules.inventory.stock_adjustment import StockAdjustment
from tests.engine.api.program import Program
from tests.engine.transfer.importing import command, counts, write
from tests.make import again, make
from tests.modules.refused import refused
from tests.modules.stocking import counted, figures, goods, of, stock_is_sound
from tests.modules.trading import document
from tests.people import signed_in
from tests.tying import everything_ties_out


@pytest.fixture
def limited(company: Any) -> Any:
    """Sales people correct up to 1.000.000 alone."""
    with acting(company.admin):
        make("inventory.AdjustmentLimit", profile=company.profiles["Jual"], total=1_000_000)
    yield company
    with acting(company.admin):
        everything_ties_out()
        stock_is_sound()


def worth(company: Any, each: int, lies: int = 20) -> Any:
    with acting(company.admin):
        product = goods(cost=each)
        counted(product, lies, unit_cost=each, reason="opening")
    return product


def alone(user: Any, act: Any) -> ChangeSet:
    """The change set of what this person does."""
    close_change_set()
    with acting(user):
        act()
    close_change_set()
    return ChangeSet.objects.latest("pk")


def by(company: Any, product: Any, n: Any) -> StockAdjustment:
    with acting(company.sales_a):
        return again(counted(product, n))


@pytest.mark.parametrize(
    ("n", "status", "there"), [(10, "approved", 10), (9, "pending", 20), (31, "pending", 20)]
)
def test_within_the_limit_it_stands_at_once_and_beyond_it_waits(
    limited: Any, n: int, status: str, there: int
) -> None:
    product = worth(limited, 100_000)
    found = by(limited, product, n)
    assert (found.status, figures(product)[0]) == (status, there)
    assert found.worth == (n - 20) * 100_000
    assert (found.approvers is not None) == (status == "pending")


def test_who_is_asked_hears_of_it_and_their_yes_moves_the_stock(limited: Any) -> None:
    product = worth(limited, 100_000)
    found = by(limited, product, 5)
    told = News.objects.filter(kind="approval", record_id=found.pk)
    assert sorted(told.values_list("user_id", flat=True)) == sorted(found.approvers)
    with acting(limited.sales_a):
        assert refused(found.approve) == [("status", "NO_PERMISSION")]
    with acting(limited.admin):
        again(found).approve()
    assert (again(found).status, again(found).approved_by_id) == ("approved", limited.admin.pk)
    assert figures(product)[0] == 5


def test_what_left_meanwhile_stays_gone_but_a_later_correction_outdates_the_count(limited: Any) -> None:
    product = worth(limited, 100_000)
    first, second = by(limited, product, 5), by(limited, product, 5)
    with acting(limited.admin):
        document(Invoice, of(product, 3), account=make("customers.Account"))
        again(first).approve()
        assert figures(product)[0] == 5
        assert refused(again(second).approve) == [("status", "INVALID_TRANSITION")]
        third = by(limited, product, 20)
        counted(product, 6)
        assert refused(again(third).approve) == [("status", "INVALID_TRANSITION")]
    assert figures(product)[0] == 6


@pytest.mark.parametrize(("n", "unit_cost"), [(5, 1), (5, 0), (40, 1)])
def test_nobody_makes_it_small_by_typing_a_low_cost(limited: Any, n: int, unit_cost: int) -> None:
    product = worth(limited, 100_000)
    with acting(limited.sales_a):
        found = again(counted(product, n, unit_cost=unit_cost))
    assert (found.status, found.worth, figures(product)[0]) == ("pending", (n - 20) * 100_000, 20)


def test_what_somebody_higher_approved_is_not_deleted_by_who_may_not_correct_so_much(limited: Any) -> None:
    product = worth(limited, 100_000)
    found = by(limited, product, 5)
    alone(limited.admin, again(found).approve)
    with acting(limited.sales_a):
        assert refused(trash, StockAdjustment, [found.pk]) == [("", "NO_PERMISSION")]
    assert figures(product)[0] == 5
    gone = alone(limited.admin, lambda: trash(StockAdjustment, [found.pk]))
    assert figures(product)[0] == 20
    with acting(limited.sales_a):
        assert refused(revert, gone) == [("", "NO_PERMISSION")]
        assert refused(restore, StockAdjustment, [found.pk]) == [("", "NO_PERMISSION")]
    assert figures(product)[0] == 20
    with acting(limited.admin):
        restore(StockAdjustment, [found.pk])
    assert figures(product)[0] == 5


def test_a_small_one_is_deleted_and_comes_back_by_who_counted_it(limited: Any) -> None:
    product = worth(limited, 100_000)
    found = by(limited, product, 19)
    with acting(limited.sales_a):
        trash(StockAdjustment, [found.pk])
        assert figures(product)[0] == 20
        restore(StockAdjustment, [found.pk])
        assert figures(product)[0] == 19


def test_an_undo_of_an_undo_is_no_second_yes(limited: Any) -> None:
    product = worth(limited, 100_000)
    found = by(limited, product, 5)
    yes = alone(limited.admin, again(found).approve)
    alone(limited.admin, lambda: revert(yes))
    taken_back = ChangeSet.objects.get(reverts=yes)
    with acting(limited.sales_a):
        assert refused(revert, taken_back) == [("status", "NO_PERMISSION")]
    assert (again(found).status, figures(product)[0]) == ("pending", 20)
    alone(limited.admin, lambda: revert(taken_back))
    assert (again(found).status, figures(product)[0]) == ("approved", 5)


def test_the_own_count_is_not_undone_behind_a_yes(limited: Any) -> None:
    product = worth(limited, 100_000)
    made = alone(limited.sales_a, lambda: counted(product, 5))
    found = StockAdjustment._base_manager.get(counted=5)
    alone(limited.admin, found.approve)
    with acting(limited.sales_a):
        left = revert(made)
    assert (left.count, figures(product)[0]) == (0, 5)
    with acting(limited.sales_a, via="undo", reverts=made.pk):
        every = [(found.pk, column) for _module, _id, column in left.conflicts]
        assert refused(revert_some, made, over=every) == [("", "NO_PERMISSION")]
    assert figures(product)[0] == 5


def test_a_program_is_held_to_the_limit_too(limited: Any) -> None:
    product = worth(limited, 100_000)
    program = Program(limited.sales_a)
    asked = program.post("stock-adjustments", {"product": product.pk, "counted": 5, "status": "approved"})
    assert (asked.status_code, asked.data["status"], figures(product)[0]) == (201, "pending", 20)
    one = f"stock-adjustments/{asked.data['id']}"
    said = program.ask("PATCH", one, {"status": "approved"})
    assert (said.status_code, figures(product)[0]) == (403, 20)
    boss = Program(limited.admin).ask("PATCH", one, {"status": "approved"})
    assert (boss.status_code, figures(product)[0]) == (200, 5)
    assert program.ask("DELETE", one).status_code == 403 and figures(product)[0] == 5


def test_an_import_is_held_to_the_limit_too(limited: Any, tmp_path: Path) -> None:
    product = worth(limited, 100_000)
    file = write(tmp_path, "Produk,Hasil Hitung,Harga Pokok", f"{product.number},5,1")
    result = command(file, "stock-adjustments", user=limited.sales_a.username)
    assert counts(result)[0] == 1, result
    found = StockAdjustment._base_manager.get(counted=5)
    assert (found.status, found.worth, figures(product)[0]) == ("pending", -1_500_000, 20)
    with acting(limited.sales_a):
        trash(StockAdjustment, [found.pk])
        restore(StockAdjustment, [found.pk])
    assert (again(found).status, figures(product)[0]) == ("pending", 20)


def test_what_is_not_approved_moves_nothing_and_can_be_asked_again(limited: Any) -> None:
    product = worth(limited, 100_000)
    found = by(limited, product, 5)
    with acting(limited.admin):
        assert refused(again(found).refuse_approval) == [("not_approved_because", "REQUIRED")]
        again(found).refuse_approval("Hitung ulang gudang B")
    assert (again(found).status, figures(product)[0]) == ("draft", 20)
    with acting(limited.sales_a):
        assert refused(again(found).approve) == [("status", "INVALID_TRANSITION")]
        again(found).ask_approval("Sudah dihitung dua kali")
    assert again(found).status == "pending"
    with acting(limited.admin):
        again(found).approve()
    assert figures(product)[0] == 5


def test_nobody_says_by_hand_that_it_stands(limited: Any) -> None:
    product = worth(limited, 100_000)
    with acting(limited.sales_a):
        found = again(counted(product, 5, status="approved"))
        assert (found.status, figures(product)[0]) == ("pending", 20)
        assert refused(update, found, {"status": "approved"}) == [("status", "NO_PERMISSION")]
        assert refused(update, again(found), {"counted": 19}) == [("counted", "CLOSED_RECORD")]
    with acting(limited.admin):
        again(found).approve()
        for status in ("draft", "pending"):
            assert refused(update, again(found), {"status": status}) == [("status", "INVALID_TRANSITION")]


def test_a_yes_that_is_undone_takes_the_stock_back(limited: Any) -> None:
    product = worth(limited, 100_000)
    found = by(limited, product, 5)
    with acting(limited.admin) as stretch:
        again(found).approve()
    with acting(limited.admin):
        revert(ChangeSet.objects.get(pk=stretch.change_set))
        assert (again(found).status, figures(product)[0]) == ("pending", 20)
        trash(StockAdjustment, [found.pk])
        assert figures(product)[0] == 20


def test_two_counts_of_one_import_go_on_from_those_that_stand(limited: Any) -> None:
    product = worth(limited, 100_000)
    waiting, standing = by(limited, product, 5), by(limited, product, 18)
    assert (waiting.expected, standing.expected, figures(product)[0]) == (20, 20, 18)


def test_the_page_says_who_is_asked_and_offers_what_can_be_done(limited: Any) -> None:
    found = by(limited, worth(limited, 100_000), 5)
    page = signed_in(limited.admin).get(f"/stock-adjustments/{found.pk}/").content.decode()
    assert "do/approve/" in page and "do/refuse_approval/" in page
    own = signed_in(limited.sales_a).get(f"/stock-adjustments/{found.pk}/").content.decode()
    assert "do/recall/" in own and "do/approve/" not in own
