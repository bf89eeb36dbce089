"""Approval of orders: an order without a quote keeps to the same limits; what a quote agreed holds for its order."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from relasi.engine.access.acting import acting
from relasi.engine.activity.delivery import deliver
from relasi.engine.activity.notification import Notification, inbox
from relasi.engine.declare.registry import registry
from relasi.engine.records.change_set import ChangeSet, close_change_set, open_change_set
from relasi.engine.records.undo import revert
from relasi.engine.records.write import Draft, create, trash, update, write
from relasi.kits.trade.conversion import convert
from relasi.kits.trade.limits import Reach, furthest
from relasi.kits.trade.paper.sheet import sheet_of
from relasi.modules.sales.quote import Quote
from relasi.modules.sales.sales_order import FLOW, OrderStatus, SalesOrder
from relasi.modules.sales.selling_limit import SellingLimit
from tests.engine.api.program import Program
from tests.make import again, make
from tests.modules.refused import refusing
from tests.modules.trading import document, is_sound, thing
from tests.people import signed_in


@pytest.fixture(autouse=True)
def limits(company: Any) -> None:
    """People of the profile Jual go alone up to 10 %, the manager up to 25 %; the director has no limit."""
    with acting(company.admin):
        create(SellingLimit, {"role": company.roles["Manajer"].pk, "whole_discount": 25})
        create(SellingLimit, {"profile": company.profiles["Jual"].pk, "whole_discount": 10})
    close_change_set()


def by(user: Any, act: Any) -> Any:
    """What this person does, in a change set of its own."""
    close_change_set()
    with acting(user):
        found = act()
    close_change_set()
    return found


def order(company: Any, discount: Any, *lines: dict[str, Any], **values: Any) -> SalesOrder:
    values = {"discount_percent": discount, **values}
    return by(company.sales_a, lambda: document(SalesOrder, *lines, **values))


def asked(company: Any, discount: Any = 12) -> SalesOrder:
    found = order(company, discount)
    return by(company.sales_a, lambda: found.ask_approval("Pelanggan lama"))


def test_an_order_within_the_limits_is_approved_by_who_wrote_it(company: Any) -> None:
    found = by(company.sales_a, order(company, 10).approve)
    assert (found.status, found.approved_by_id) == ("approved", company.sales_a.pk)


def test_an_order_beyond_the_limits_waits_for_somebody_above(company: Any) -> None:
    found = order(company, 12)
    with refusing("INVALID_TRANSITION", "status"):
        by(company.sales_a, found.approve)
    assert again(found).status == "draft"
    waiting = by(company.sales_a, lambda: found.ask_approval("Pelanggan lama"))
    assert (waiting.status, waiting.approvers) == ("pending", [company.manager.pk])
    with refusing("NO_PERMISSION", "status"):
        by(company.sales_a, again(waiting).approve)
    approved = by(company.manager, again(waiting).approve)
    assert (approved.status, approved.approved_by_id, approved.approvers) == (
        "approved",
        company.manager.pk,
        None,
    )
    is_sound()


def test_a_price_typed_below_the_list_counts_on_an_order_too(company: Any) -> None:
    product = by(company.admin, lambda: make("catalog.Product", price=1_000_000))
    found = order(company, None, {"product": product.pk, "quantity": 2, "price": 850_000, "taxes": []})
    assert (found.effective_discount, found.lines_in_order()[0].list_price) == (15, 1_000_000)
    with refusing("INVALID_TRANSITION", "status"):
        by(company.sales_a, found.approve)


def test_refused_it_comes_back_with_the_reason_and_can_be_taken_back(company: Any) -> None:
    waiting = asked(company)
    with refusing("REQUIRED", "not_approved_because"):
        by(company.manager, again(waiting).refuse_approval)
    back = by(company.manager, lambda: again(waiting).refuse_approval("Margin tipis"))
    assert (back.status, back.not_approved_because, back.approvers) == ("draft", "Margin tipis", None)
    assert by(company.sales_a, by(company.sales_a, again(back).ask_approval).recall).status == "draft"


def test_while_an_order_waits_nobody_changes_it_but_it_can_be_cancelled(company: Any) -> None:
    waiting = asked(company)
    for user in (company.sales_a, company.manager, company.admin):
        with refusing("LOCKED"):
            by(user, lambda: update(again(waiting), {"discount_percent": 50}))
    with refusing("LOCKED"):
        by(company.admin, lambda: trash(SalesOrder, [waiting.pk]))
    cancelled = by(company.sales_a, lambda: again(waiting).cancel("Batal"))
    assert (cancelled.status, cancelled.approvers) == ("cancelled", None)


@pytest.mark.parametrize("after", ["closed"])
def test_a_waiting_order_makes_no_other_move(company: Any, after: str) -> None:
    waiting = asked(company)
    assert not FLOW.by_hand(OrderStatus.PENDING, after)
    with refusing("INVALID_TRANSITION", "status"):
        by(company.admin, lambda: update(again(waiting), {"status": after}))
    with acting(company.admin), pytest.raises(IntegrityError), transaction.atomic():
        open_change_set()
        with connection.cursor() as cursor:
            cursor.execute("UPDATE sales_salesorder SET status = %s WHERE id = %s", [after, waiting.pk])
    assert again(waiting).status == "pending"


# Orders that came of quotes.
def accepted(company: Any, *lines: dict[str, Any], **values: Any) -> Quote:
    """By the seller; beyond the limits with the manager's yes."""
    found = by(company.sales_a, lambda: document(Quote, *lines, **values))
    with acting(company.sales_a):
        beyond = found.beyond()
    if beyond:
        found = by(company.manager, by(company.sales_a, found.ask_approval).approve)
    for status in ("sent", "accepted"):
        found = by(company.sales_a, lambda s=status, one=found: update(again(one), {"status": s}))
    return found


def test_an_order_of_an_approved_quote_needs_no_second_approval(company: Any) -> None:
    quote = accepted(company, thing(1_000_000), discount_percent=20)
    found = by(company.sales_a, again(quote).order)
    assert by(company.sales_a, found.approve).status == "approved"


def test_a_part_of_an_approved_quote_needs_none_though_its_share_of_discount_is_higher(company: Any) -> None:
    quote = accepted(company, thing(1_000_000, 2, discount_percent=20), thing(9_000_000))
    steep, _full = again(quote).lines_in_order()
    found = by(company.sales_a, lambda: convert(again(quote), SalesOrder, {steep.pk: Decimal(1)}))
    assert found.effective_discount == 20
    assert by(company.sales_a, found.approve).status == "approved"


def test_terms_worse_than_those_of_the_quote_are_asked_about(company: Any) -> None:
    quote = accepted(company, thing(1_000_000), discount_percent=20)
    found = by(company.sales_a, again(quote).order)
    better = by(company.sales_a, lambda: update(found, {"discount_percent": 18}))
    with acting(company.sales_a):
        assert again(better).beyond() == []
    worse = by(company.sales_a, lambda: update(again(better), {"discount_percent": 21}))
    with refusing("INVALID_TRANSITION", "status"):
        by(company.sales_a, worse.approve)


def test_who_may_less_than_the_seller_may_still_turn_the_accepted_quote_into_an_order(company: Any) -> None:
    account = by(company.admin, lambda: make("customers.Account", owner=company.sales_a))
    quote = by(company.manager, lambda: document(Quote, thing(1000), discount_percent=20, account=account))
    for values in ({"status": "sent"}, {"status": "accepted"}, {"owner": company.sales_a.pk}):
        by(company.manager, lambda v=values: update(again(quote), v))
    found = by(company.sales_a, again(quote).order)
    assert found.effective_discount == 20
    assert by(company.sales_a, found.approve).status == "approved"


def test_of_two_documents_the_furthest_of_each_figure() -> None:
    one, two = Reach(Decimal(5), Decimal(9), Decimal(30)), Reach(Decimal(7), None, Decimal(20))
    assert furthest([one, two]) == Reach(Decimal(7), Decimal(9), Decimal(20))
    assert furthest([]) == Reach()


# After approval.
def test_an_approved_order_is_not_made_cheaper_than_its_seller_may(company: Any) -> None:
    found = by(company.sales_a, order(company, 10).approve)
    with refusing("INVALID_TRANSITION", "discount_percent"):
        by(company.sales_a, lambda: update(again(found), {"discount_percent": 11}))
    [line] = found.lines_in_order()
    with refusing("INVALID_TRANSITION", "lines"):
        by(company.sales_a, lambda: update(again(found), {}, lines=[{"id": line.pk, "discount_percent": 3}]))
    assert again(found).discount_percent == 10
    assert by(company.sales_a, lambda: update(again(found), {"discount_percent": 9})).discount_percent == 9


def test_who_may_go_that_far_agrees_by_making_the_change(company: Any) -> None:
    found = by(company.sales_a, order(company, 10).approve)
    changed = by(company.manager, lambda: update(again(found), {"discount_percent": 20}))
    assert (changed.discount_percent, changed.approved_by_id) == (20, company.manager.pk)
    with refusing("INVALID_TRANSITION", "discount_percent"):
        by(company.manager, lambda: update(again(found), {"discount_percent": 26}))
    # The seller may go on working with what was agreed, and no further.
    assert by(company.sales_a, lambda: update(again(found), {"notes": "x"})).notes == "x"
    assert by(company.sales_a, lambda: update(again(found), {"discount_percent": 19})).discount_percent == 19


def test_a_limit_that_became_narrower_leaves_approved_orders_alone(company: Any) -> None:
    found = by(company.sales_a, order(company, 10).approve)
    with acting(company.admin):
        create(SellingLimit, {"role": company.roles["Sales A"].pk, "whole_discount": 1})
    close_change_set()
    assert by(company.sales_a, lambda: update(again(found), {"customer_po": "PO-9"})).customer_po == "PO-9"
    assert by(company.sales_a, again(found).invoice).payable == 90_000


# Every door.
@pytest.mark.parametrize("via", ["ui", "import", "api", "workflow"])
def test_no_door_approves_an_order_beyond_the_limits(company: Any, via: str) -> None:
    found = order(company, 12)
    with acting(company.sales_a, via=via):
        draft = Draft({"status": "approved"}, id=found.pk)
        held = write(registry.of(SalesOrder), [draft], partial=True).refusals
    assert [(one.field, one.code) for one in held] == [("status", "INVALID_TRANSITION")]
    assert again(found).status == "draft"


def test_by_api_an_order_is_asked_for_and_decided(company: Any) -> None:
    found = order(company, 12)
    seller, manager = Program(company.sales_a), Program(company.manager)
    address = f"sales-orders/{found.pk}"
    assert seller.post(f"{address}/do/approve", {}).status_code == 404
    assert seller.post(f"{address}/do/ask_approval", {"approval_note": "Tolong"}).status_code == 200
    locked = seller.patch(address, {"discount_percent": "50"})
    assert (locked.status_code, locked.data["errors"][0]["code"]) == (422, "LOCKED")
    assert manager.post(f"{address}/do/approve", {}).status_code == 200
    assert again(found).status == "approved"


def test_the_approver_and_the_seller_hear_of_an_order(company: Any) -> None:
    by(company.manager, again(asked(company)).approve)
    deliver()
    heard = {}
    for user in (company.sales_a, company.manager):
        with acting(user):
            heard[user.pk] = [one.kind for one in Notification.objects.filter(pk__in=inbox(user))]
    assert heard == {company.sales_a.pk: ["approval_decided"], company.manager.pk: ["approval"]}


def test_the_page_of_an_order_says_why_and_gives_each_their_buttons(company: Any) -> None:
    found = order(company, 12)
    url, seller, manager = (
        f"/sales-orders/{found.pk}/",
        signed_in(company.sales_a),
        signed_in(company.manager),
    )
    page = seller.get(url).content.decode()
    assert "do/ask_approval/" in page and "do/approve/" not in page
    assert seller.post(f"{url}do/ask_approval/", {"approval_note": "Pelanggan lama"}).status_code == 302
    page = manager.get(url).content.decode()
    assert "do/approve/" in page and "do/refuse_approval/" in page and "Pelanggan lama" in page
    manager.post(f"{url}do/approve/", {})
    assert again(found).status == "approved"
    assert "data-approval" not in seller.get(url).content.decode()


def test_the_paper_of_a_waiting_order_says_so_and_goes_to_nobody(company: Any) -> None:
    waiting = asked(company)
    with acting(company.sales_a):
        assert sheet_of(again(waiting), company.sales_a, "id", "a4")["watermark"] == "BELUM DISETUJUI"
    seller = signed_in(company.sales_a)
    letter = {"to": "a@b.id", "subject": "x", "text": "y"}
    assert seller.post(f"/sales-orders/{waiting.pk}/mail/", letter).status_code == 422


def test_asking_for_an_order_can_be_undone(company: Any) -> None:
    waiting = asked(company)
    by(company.sales_a, lambda: revert(ChangeSet.objects.order_by("pk").last()))
    assert (again(waiting).status, again(waiting).approvers) == ("draft", None)


def latest() -> ChangeSet:
    return ChangeSet.objects.latest("pk")


def test_an_undo_takes_no_approved_order_beyond_the_limits(company: Any) -> None:
    found = order(company, 30)
    by(company.sales_a, lambda: update(again(found), {"discount_percent": 5}))
    lowered = latest()
    by(company.sales_a, again(found).approve)
    for user in (company.sales_a, company.manager):
        with refusing("INVALID_TRANSITION", "discount_percent"):
            by(user, lambda: revert(lowered))
        assert (again(found).status, again(found).discount_percent) == ("approved", 5)
    by(company.director, lambda: revert(lowered))
    assert again(found).discount_percent == 30
    is_sound()


def test_an_undo_within_the_limits_is_anybodys(company: Any) -> None:
    found = by(company.sales_a, order(company, 5).approve)
    by(company.sales_a, lambda: update(again(found), {"discount_percent": 9}))
    raised = latest()
    by(company.sales_a, lambda: revert(raised))
    assert again(found).discount_percent == 5


def test_an_approval_that_was_undone_comes_back_by_who_may_give_it(company: Any) -> None:
    offer = by(company.sales_a, lambda: document(Quote, discount_percent=12).ask_approval("Tolong"))
    by(company.manager, again(offer).approve)
    yes = latest()
    by(company.manager, lambda: revert(yes))
    undone = latest()
    with refusing("NO_PERMISSION", "status"):
        by(company.sales_a, lambda: revert(undone))
    assert again(offer).status == "pending"
    by(company.manager, lambda: revert(undone))
    assert again(offer).status == "approved"
