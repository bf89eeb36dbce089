"""Vendors: who may be ordered from, whose tax number it is, which account is paid, and at which price to order."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from relasi.engine.access.acting import acting
from relasi.engine.activity.notification import News
from relasi.engine.records.change_set import close_change_set, open_change_set
from relasi.engine.records.write import create, trash, update
from relasi.kits.paying.bank_number import masked
from relasi.kits.pipeline.days import today
from relasi.modules.purchasing.paper_news import tell_of_ending_papers
from relasi.modules.purchasing.purchase_order import PurchaseOrder
from relasi.modules.purchasing.vendor import FLOW, Vendor, VendorStatus
from relasi.modules.purchasing.vendor_bank_account import VendorBankAccount, account_to_pay
from relasi.modules.purchasing.vendor_price import VendorPrice, suggested
from tests.engine.api.program import Program
from tests.make import again, make, put
from tests.modules.buying import approved_vendor, ordered, purchase
from tests.modules.refused import refusing
from tests.people import signed_in

pytestmark = pytest.mark.usefixtures("as_admin")

S = VendorStatus


def reach(status: str) -> Vendor:
    found = make("purchasing.Vendor")
    if status != S.CANDIDATE:
        found = found.approve()
    if status == S.BLOCKED:
        found = found.block("Barang palsu")
    return found.deactivate() if status == S.INACTIVE else found


@pytest.mark.parametrize("before", list(S))
def test_every_move_outside_the_table_is_refused_by_code_and_database(before: Any) -> None:
    found = reach(before)
    assert found.status == before
    for after in set(S) - {before, *FLOW.moves.get(before, ())}:
        with refusing("INVALID_TRANSITION", "status"):
            update(found, {"status": after, "blocked_because": "x"})
        open_change_set()
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("UPDATE purchasing_vendor SET status = %s WHERE id = %s", [after, found.pk])
    with refusing("INVALID_TRANSITION", "status"):
        make("purchasing.Vendor", status="approved")
    assert again(found).status == before


@pytest.mark.parametrize("status", [S.CANDIDATE, S.BLOCKED, S.INACTIVE])
def test_only_an_approved_vendor_gets_purchase_orders(status: str) -> None:
    with refusing("INVALID_TRANSITION", "vendor"):
        purchase(vendor=reach(status))
    assert not PurchaseOrder._base_manager.exists()


def test_a_draft_is_not_approved_once_its_vendor_is_blocked() -> None:
    draft = purchase()
    again(draft.vendor).block("Barang palsu")
    with refusing("INVALID_TRANSITION", "vendor"):
        again(draft).approve()
    assert again(draft).status == "draft"


def test_blocking_asks_why_and_using_again_forgets_it() -> None:
    found = approved_vendor()
    for reason in (None, ""):
        with refusing("REQUIRED", "blocked_because"):
            found.block(reason)
    assert again(found).status == "approved"
    blocked = again(found).block("Barang palsu")
    assert blocked.reopen().blocked_because is None


def test_a_vendor_with_purchase_orders_is_not_deleted() -> None:
    order = ordered()
    with refusing("INVALID_TRANSITION"):
        trash(Vendor, [order.vendor_id])
    assert again(order.vendor).trashed_at is None
    trash(Vendor, [make("purchasing.Vendor").pk])


def test_a_tax_number_of_another_vendor_or_an_account_asks_first() -> None:
    npwp = "0013456789012000"
    make("customers.Account", name="PT Sumber", npwp="013456789012000")
    with refusing("NOT_UNIQUE", "npwp"):
        create(Vendor, {"name": "PT Lain Sekali", "npwp": npwp})
    assert not Vendor._base_manager.exists()
    account = make("customers.Account", name="PT Pelanggan Juga")
    same = create(Vendor, {"name": "PT Pelanggan Juga", "npwp": npwp, "customer": account.pk})
    with refusing("NOT_UNIQUE"):
        create(Vendor, {"name": "PT Lain Sekali", "npwp": npwp, "customer": account.pk})
    assert list(Vendor._base_manager.values_list("pk", flat=True)) == [same.pk]
    create(Vendor, {"name": "PT Lain Sekali", "npwp": npwp}, confirmed=["double"])


@pytest.mark.parametrize(
    ("values", "field", "code"),
    [
        ({"npwp": "123"}, "npwp", "INVALID_VALUE"),
        ({"email": "tanpa-at"}, "email", "INVALID_VALUE"),
        ({"rating": 6}, "rating", "OUT_OF_RANGE"),
        ({"lead_time_days": -1}, "lead_time_days", "OUT_OF_RANGE"),
        ({"name": ""}, "name", "REQUIRED"),
    ],
)
def test_wrong_values_are_refused_by_their_field(values: dict[str, Any], field: str, code: str) -> None:
    with refusing(code, field):
        make("purchasing.Vendor", **values)
    assert not Vendor._base_manager.exists()


# Bank accounts.
def by(user: Any, act: Any) -> Any:
    close_change_set()
    with acting(user):
        found = act()
    close_change_set()
    return found


def test_a_changed_account_waits_and_the_old_one_is_paid_until_somebody_else_confirms(company: Any) -> None:
    vendor = approved_vendor(owner=company.sales_a)
    account = by(
        company.sales_a, lambda: make("purchasing.VendorBankAccount", vendor=vendor, number="111122223333")
    )
    assert (account.state, by(company.admin, lambda: account_to_pay(vendor.pk))) == ("waiting", None)
    with refusing("NO_PERMISSION"):
        by(company.sales_a, account.confirm)
    by(company.manager, lambda: again(account).confirm())
    by(company.sales_a, lambda: update(again(account), {"number": "999988887777"}))
    now = again(account)
    assert (now.number, now.new_number, now.state) == ("111122223333", "999988887777", "changing")
    assert by(company.admin, lambda: account_to_pay(vendor.pk)).number == "111122223333"
    with refusing("NO_PERMISSION"):
        by(company.sales_a, now.confirm)
    assert again(account).number == "111122223333"
    by(company.manager, lambda: again(account).confirm())
    assert (again(account).number, again(account).state) == ("999988887777", "confirmed")
    with refusing("INVALID_TRANSITION"):
        by(company.manager, lambda: again(account).confirm())


def test_a_change_can_be_dismissed() -> None:
    account = make("purchasing.VendorBankAccount", vendor=make("purchasing.Vendor"), number="111122223333")
    put(account, confirmed=True)
    update(again(account), {"holder": "Orang lain"})
    assert again(account).state == "changing"
    assert (again(again(account).dismiss()).state, again(account).holder) == ("confirmed", "CV Pemasok")


def test_a_company_may_do_without_the_second_person() -> None:
    make("purchasing.PurchaseSettings", bank_change_by_two=False)
    account = make("purchasing.VendorBankAccount", vendor=make("purchasing.Vendor"), number="111122223333")
    assert (account.state, account_to_pay(account.vendor_id)) == ("confirmed", account)


@pytest.mark.parametrize("number", ["1234", "12AB", "1" * 35, "••••••3333"])
def test_a_wrong_account_number_is_refused(number: str) -> None:
    with refusing("INVALID_VALUE", "number"):
        make("purchasing.VendorBankAccount", vendor=make("purchasing.Vendor"), number=number)
    assert not VendorBankAccount._base_manager.exists()


def test_an_account_number_is_told_in_full_nowhere_but_to_who_edits_it(company: Any) -> None:
    vendor = approved_vendor()
    account = make("purchasing.VendorBankAccount", vendor=vendor, number="0123-4567 8901", bank="BCA")
    assert (account.number, masked(account.number), str(account)) == (
        "012345678901",
        "••••••••8901",
        "BCA ••••••••8901",
    )
    client = signed_in(company.admin)
    for url in (f"/vendors/{vendor.pk}/", f"/vendor-bank-accounts/{account.pk}/", "/vendor-bank-accounts/"):
        page = client.get(url).content.decode()
        assert "8901" in page and "01234567" not in page, url
    assert "012345678901" in client.get(f"/vendor-bank-accounts/{account.pk}/edit/").content.decode()
    program = Program(company.admin)
    told = program.get(f"vendor-bank-accounts/{account.pk}")
    assert told.data["number"] == "••••••••8901"


def test_whoever_looks_after_a_vendor_hears_once_that_a_document_of_it_ends(company: Any) -> None:
    vendor = approved_vendor(owner=company.sales_a)
    soon, later = today() + timedelta(days=30), today() + timedelta(days=31)
    ending = make("purchasing.VendorPaper", vendor=vendor, number="NIB-1", expires_on=soon)
    for day in (later, None):
        make("purchasing.VendorPaper", vendor=vendor, expires_on=day)
    make("purchasing.VendorPaper", vendor=approved_vendor().block("Penipuan"), expires_on=soon)
    assert (tell_of_ending_papers(), tell_of_ending_papers()) == (1, 0)
    [told] = News.objects.filter(kind="vendor_paper_ends")
    assert (told.user_id, told.record_id) == (company.sales_a.pk, vendor.pk) and "NIB-1" in told.facts[
        "paper"
    ]
    update(ending, {"expires_on": soon - timedelta(days=1)})
    assert tell_of_ending_papers() == 1


# Prices.
def test_the_suggestion_is_the_cheapest_that_is_here_in_time() -> None:
    product, day = make("catalog.Product"), date(2026, 3, 2)
    a, b = (approved_vendor(name=name) for name in ("PT Surya Alfa", "PT Surya Beta"))
    slow = make("purchasing.VendorPrice", vendor=b, product=product, price=95_000, lead_days=21)
    quick = make("purchasing.VendorPrice", vendor=a, product=product, price=100_000, lead_days=7)
    assert suggested([slow, quick], day, day + timedelta(days=10)) == quick
    assert suggested([slow, quick], day, day + timedelta(days=21)) == slow
    assert suggested([slow, quick], day, day + timedelta(days=3)) == quick
    assert suggested([slow, quick], day) == slow
    assert suggested([], day) is None


def test_a_line_takes_the_price_of_the_vendor_then_the_last_one_then_the_cost() -> None:
    product = make("catalog.Product", cost=700)
    first, other = approved_vendor(), approved_vendor()
    make("purchasing.VendorPrice", vendor=first, product=product, price=650)
    make("purchasing.VendorPrice", vendor=first, product=product, price=600, min_quantity=100)

    def priced(vendor: Any, quantity: int) -> tuple[Decimal, str]:
        line = purchase({"product": product.pk, "quantity": quantity}, vendor=vendor).lines_in_order()[0]
        return line.price, line.price_from

    assert (priced(first, 1), priced(first, 100)) == ((650, "vendor"), (600, "vendor"))
    assert priced(other, 1) == (700, "cost")
    ordered({"product": product.pk, "quantity": 1, "price": 680}, vendor=other)
    assert priced(approved_vendor(), 1) == (680, "last")
    assert VendorPrice._base_manager.count() == 2
