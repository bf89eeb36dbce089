"""Stock adjustments beyond the limit of who counted: they wait for somebody else, and the ledger hears of them only then."""

from typing import Any

import pytest

from relasi.engine.access.acting import acting
from relasi.engine.activity.notification import News
from relasi.engine.records.change_set import ChangeSet
from relasi.engine.records.undo import revert
from relasi.engine.records.write import trash, update
from relasi.modules.inventory.stock_adjustment import StockAdjustment
from tests.make import again, make
from tests.modules.refused import refused
from tests.modules.stocking import counted, figures, goods, stock_is_sound
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
        counted(product, 18)  # a later count of somebody else
        again(found).approve()
    assert (again(found).status, again(found).approved_by_id) == ("approved", limited.admin.pk)
    assert figures(product)[0] == 3  # 15 fewer, as was found


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
