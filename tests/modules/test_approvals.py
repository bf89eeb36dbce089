"""Approvals: a quote beyond the limits of its seller waits for somebody above, and every door holds it back."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from relasi.engine.access.acting import acting
from relasi.engine.activity.delivery import deliver
from relasi.engine.activity.notification import Notification, inbox
from relasi.engine.activity.telling import told
from relasi.engine.declare.registry import registry
from relasi.engine.records.change_set import ChangeSet, close_change_set, open_change_set
from relasi.engine.records.undo import revert
from relasi.engine.records.write import Draft, create, trash, update, write
from relasi.kits.trade.approval_limit import reach_allowed
from relasi.kits.trade.limits import Reach, breaches, widest
from relasi.kits.trade.paper.sheet import sheet_of
from relasi.modules.catalog.price_book import PriceBookItem
from relasi.modules.sales.quote import FLOW, Quote, QuoteStatus
from relasi.modules.sales.selling_limit import SellingLimit
from tests.engine.api.program import Program
from tests.make import again, make
from tests.modules.refused import refusing
from tests.modules.trading import document, thing
from tests.people import signed_in


@pytest.fixture(autouse=True)
def limits(company: Any) -> SellingLimit:
    """People of the profile Jual go alone up to 10 %, the manager up to 25 %; the director has no limit."""
    with acting(company.admin):
        limit(role=company.roles["Manajer"].pk, whole_discount=25, line_discount=25)
        found = limit(profile=company.profiles["Jual"].pk, whole_discount=10, line_discount=10)
    close_change_set()
    return found


def limit(**values: Any) -> SellingLimit:
    return create(SellingLimit, values)


def by(user: Any, act: Any) -> Any:
    """What this person does, in a change set of its own."""
    close_change_set()
    with acting(user):
        found = act()
    close_change_set()
    return found


def quote(company: Any, *lines: dict[str, Any], **values: Any) -> Quote:
    return by(company.sales_a, lambda: document(Quote, *lines, **values))


def six_and_five(company: Any) -> Quote:
    """Ten percent is the limit; 6 % on the lines and 5 % on the whole come to 10,7 %."""
    return quote(company, thing(1_000_000, discount_percent=6), thing(500_000, discount_percent=6),
                 discount_percent=5)  # fmt: skip


def asked(company: Any) -> Quote:
    found = six_and_five(company)
    return by(company.sales_a, lambda: found.ask_approval("Pelanggan lama"))


# Limits.
@pytest.mark.parametrize(
    ("reach", "limits", "names"),
    [
        (Reach(Decimal(10)), Reach(Decimal(10)), []),
        (Reach(Decimal("10.0001")), Reach(Decimal(10)), ["line_discount"]),
        (Reach(margin=Decimal(19)), Reach(margin=Decimal(20)), ["margin"]),
        (Reach(total=Decimal(5), margin=Decimal(1)), Reach(total=Decimal(4)), ["total"]),
        (Reach(Decimal(99), Decimal(99), Decimal(-9), Decimal(9)), Reach(), []),
    ],
)
def test_what_goes_beyond_a_limit(reach: Reach, limits: Reach, names: list[str]) -> None:
    assert [one.name for one in breaches(reach, limits)] == names
    assert breaches(reach, limits, reach) == []


def test_of_several_profiles_each_figure_comes_from_the_most_generous() -> None:
    one, two = Reach(Decimal(10), Decimal(20), Decimal(30)), Reach(Decimal(15), None, Decimal(5))
    assert widest([one, two]) == Reach(Decimal(15), None, Decimal(5))
    assert widest([]) == Reach()


def test_a_role_holds_before_its_profiles_and_an_admin_has_no_limit(company: Any) -> None:
    def allowed(user: Any) -> Any:
        return by(company.admin, lambda: reach_allowed("sales.SellingLimit", user.pk).whole_discount)

    assert (allowed(company.sales_a), allowed(company.manager), allowed(company.director)) == (10, 25, None)
    by(company.admin, lambda: limit(whole_discount=3))
    assert (allowed(company.sales_a), allowed(company.director), allowed(company.admin)) == (10, 3, None)
    by(company.admin, lambda: limit(role=company.roles["Sales A"].pk, whole_discount=2))
    assert allowed(company.sales_a) == 2


@pytest.mark.parametrize(
    ("values", "field", "code"),
    [
        ({}, "line_discount", "REQUIRED"),
        ({"line_discount": 101}, "line_discount", "OUT_OF_RANGE"),
        ({"whole_discount": 1, "role": "Manajer"}, "role", "NOT_UNIQUE"),
        ({"whole_discount": 1, "role": "Sales A", "profile": "Pimpin"}, "profile", "INVALID_VALUE"),
    ],
)
def test_a_wrong_limit_is_refused(company: Any, values: dict[str, Any], field: str, code: str) -> None:
    values = dict(values)
    for name, known in (("role", company.roles), ("profile", company.profiles)):
        if name in values:
            values[name] = known[values[name]].pk
    with refusing(code, field):
        by(company.admin, lambda: limit(**values))
    assert SellingLimit._base_manager.count() == 2


# Asking and deciding.
def test_a_line_at_the_limit_passes_and_one_above_does_not(company: Any) -> None:
    assert by(company.sales_a, quote(company, thing(1000, discount_percent=10)).send).status == "sent"
    with refusing("INVALID_TRANSITION", "status"):
        by(company.sales_a, quote(company, thing(1000, discount_percent=12), thing(99_000)).send)


def test_discounts_of_lines_and_whole_count_together(company: Any) -> None:
    found = six_and_five(company)
    assert (found.highest_discount, found.effective_discount) == (6, Decimal("10.7"))
    with refusing("INVALID_TRANSITION", "status"):
        by(company.sales_a, found.send)
    assert again(found).status == "draft"
    waiting = by(company.sales_a, lambda: found.ask_approval("Pelanggan lama"))
    assert (waiting.status, waiting.approvers) == ("pending", [company.manager.pk])
    approved = by(company.manager, again(waiting).approve)
    assert (approved.status, approved.approved_by_id) == ("approved", company.manager.pk)
    assert by(company.sales_a, again(approved).send).status == "sent"


def test_a_margin_or_a_total_beyond_the_limit_needs_approval_too(company: Any) -> None:
    by(company.admin, lambda: limit(role=company.roles["Sales A"].pk, margin=20, total=10_000_000))
    cheap = by(company.admin, lambda: make("catalog.Product", price=1_000_000, cost=850_000))
    for line in ({"product": cheap.pk, "quantity": 1, "taxes": []}, thing(10_000_001)):
        with refusing("INVALID_TRANSITION", "status"):
            by(company.sales_a, quote(company, line).send)
    assert by(company.sales_a, quote(company, thing(10_000_000)).send).status == "sent"


def panel(company: Any, **values: Any) -> dict[str, Any]:
    product = by(company.admin, lambda: make("catalog.Product", price=1_000_000))
    return {"product": product.pk, "quantity": 2, "taxes": [], **values}


def test_a_price_typed_below_the_list_counts_as_a_discount(company: Any) -> None:
    at_limit = quote(company, panel(company, price=900_000))
    assert (at_limit.highest_discount, at_limit.effective_discount) == (10, 10)
    assert by(company.sales_a, at_limit.send).status == "sent"
    below = quote(company, panel(company, price=950_000, discount_percent=6))
    assert (below.highest_discount, below.effective_discount) == (Decimal("10.7"), Decimal("10.7"))
    with refusing("INVALID_TRANSITION", "status"):
        by(company.sales_a, below.send)
    [line] = again(below).lines_in_order()
    assert (line.price, line.list_price, line.price_from) == (950_000, 1_000_000, "typed")


def test_a_higher_price_makes_no_room_for_a_higher_discount(company: Any) -> None:
    dear = quote(company, panel(company, price=1_500_000, discount_percent=12))
    assert (dear.highest_discount, dear.effective_discount) == (12, 12)
    with refusing("INVALID_TRANSITION", "status"):
        by(company.sales_a, dear.send)


def test_the_list_is_the_price_book_that_holds(company: Any) -> None:
    line = panel(company)

    def cheap() -> Any:
        book = make("catalog.PriceBook", name="Distributor", currency="IDR", owner=company.sales_a)
        create(PriceBookItem, {"book": book.pk, "product": line["product"], "price": 700_000})
        return book

    book = by(company.admin, cheap)
    found = quote(company, line, price_book=book)
    assert (found.effective_discount, found.lines_in_order()[0].list_price) == (0, 700_000)
    dearer = by(company.sales_a, lambda: update(found, {"price_book": None}))
    assert (dearer.lines_in_order()[0].price, dearer.effective_discount) == (700_000, 30)


def test_an_emptied_price_comes_from_the_list_again(company: Any) -> None:
    found = quote(company, panel(company, price=500_000))
    [line] = found.lines_in_order()
    found = by(company.sales_a, lambda: update(found, {}, lines=[{"id": line.pk, "price": ""}]))
    [line] = again(found).lines_in_order()
    assert (line.price, line.price_from, found.effective_discount) == (1_000_000, "standard", 0)


def test_a_revision_knows_the_list_price_it_was_offered_below(company: Any) -> None:
    sent = by(company.sales_a, quote(company, panel(company, price=950_000)).send)
    by(company.admin, lambda: update(again(sent).lines_in_order()[0].product, {"price": 2_000_000}))
    revised = by(company.sales_a, again(sent).revise)
    assert (revised.lines_in_order()[0].list_price, revised.effective_discount) == (1_000_000, 5)


def test_longer_payment_terms_than_the_limit_need_approval(company: Any) -> None:
    by(company.admin, lambda: limit(role=company.roles["Sales A"].pk, payment_days=30))
    trusted = by(
        company.admin, lambda: make("customers.Account", owner=company.sales_a, payment_terms_days=45)
    )
    found = quote(company, thing(1000), account=trusted)
    assert found.payment_days == 45
    with refusing("INVALID_TRANSITION", "status"):
        by(company.sales_a, found.send)
    found = by(company.sales_a, lambda: update(again(found), {"payment_days": 30}))
    sent = by(company.sales_a, found.send)
    order = by(company.sales_a, lambda: update(again(sent), {"status": "accepted"}).order())
    assert order.payment_days == 30


def test_who_goes_further_than_the_manager_asks_the_director(company: Any) -> None:
    found = quote(company, thing(1000, discount_percent=35))
    assert by(company.sales_a, found.ask_approval).approvers == [company.director.pk]


def test_a_named_approver_is_asked_instead(company: Any, limits: SellingLimit) -> None:
    by(company.admin, lambda: update(limits, {"approver": company.director.pk}))
    assert asked(company).approvers == [company.director.pk]


def test_an_approver_who_left_is_named_and_the_quote_stays_a_draft(
    company: Any, limits: SellingLimit
) -> None:
    gone = company.hire("Gani Pergi", "Direktur", status="suspended")
    by(company.admin, lambda: update(again(limits), {"approver": gone.pk}))
    found = six_and_five(company)
    with refusing("INVALID_TRANSITION", "status"):
        by(company.sales_a, found.ask_approval)
    assert again(found).status == "draft"


def test_nobody_approves_their_own(company: Any) -> None:
    found = by(company.manager, lambda: document(Quote, thing(1000, discount_percent=30)))
    waiting = by(company.manager, found.ask_approval)
    assert waiting.approvers == [company.director.pk]
    with refusing("NO_PERMISSION", "status"):
        by(company.manager, again(waiting).approve)
    with refusing("NOT_FOUND"):
        by(company.sales_b, again(waiting).approve)
    assert again(waiting).status == "pending"
    # An admin who asked for somebody else does not answer either.
    theirs = six_and_five(company)
    by(company.admin, theirs.ask_approval)
    with refusing("NO_PERMISSION", "status"):
        by(company.admin, again(theirs).approve)


def test_handing_it_over_lends_no_wider_limit(company: Any) -> None:
    found = six_and_five(company)
    by(company.sales_a, lambda: update(found, {"owner": company.director.pk}))
    with acting(company.director):
        assert not again(found).beyond()
    other = six_and_five(company)
    with refusing("INVALID_TRANSITION", "status"):
        by(company.manager, other.send)


def test_a_refusal_needs_its_reason_and_comes_back_with_it(company: Any) -> None:
    waiting = asked(company)
    with refusing("REQUIRED", "not_approved_because"):
        by(company.manager, again(waiting).refuse_approval)
    back = by(company.manager, lambda: again(waiting).refuse_approval("Margin terlalu tipis"))
    assert (back.status, back.not_approved_because) == ("draft", "Margin terlalu tipis")
    assert back.approvers is None
    asked_again = by(company.sales_a, again(back).ask_approval)
    assert (asked_again.status, asked_again.not_approved_because) == ("pending", None)


def test_who_asked_may_take_it_back_and_nobody_else(company: Any) -> None:
    waiting = asked(company)
    mate = company.hire("Cici", "Manajer")  # above, but not among those who were asked
    with refusing("NO_PERMISSION", "status"):
        by(mate, again(waiting).recall)
    assert by(company.sales_a, again(waiting).recall).status == "draft"


def test_what_keeps_to_the_limits_is_not_asked_about(company: Any) -> None:
    with refusing("INVALID_TRANSITION", "status"):
        by(company.sales_a, quote(company, thing(1000)).ask_approval)


# While it waits, and afterwards.
def test_while_it_waits_nobody_changes_it(company: Any) -> None:
    waiting = asked(company)
    [line, _other] = waiting.lines_in_order()
    for user in (company.sales_a, company.manager, company.admin):
        for values, lines in (({"discount_percent": 50}, None), ({}, [{"id": line.pk, "quantity": 9}])):
            with refusing("LOCKED"):
                by(user, lambda v=values, n=lines: update(again(waiting), v, lines=n))
    with refusing("LOCKED"):
        by(company.admin, lambda: trash(Quote, [waiting.pk]))
    with acting(company.admin):
        for statement in (
            "UPDATE sales_quote SET discount_percent = 50",
            "UPDATE sales_quoteline SET quantity = 7",
        ):
            with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
                open_change_set()
                cursor.execute(statement)


def test_what_gets_worse_after_approval_is_asked_about_again(company: Any) -> None:
    approved = by(company.manager, asked(company).approve)
    for better in ({"notes": "x"}, {"discount_percent": 4}, {"discount_percent": 5}, {"subject": "Lain"}):
        assert by(company.sales_a, lambda v=better: update(again(approved), v)).status == "approved"
    worse = by(company.sales_a, lambda: update(again(approved), {"discount_percent": 6}))
    assert worse.status == "draft"
    with refusing("INVALID_TRANSITION", "status"):
        by(company.sales_a, again(worse).send)
    as_agreed = by(company.sales_a, lambda: update(again(worse), {"discount_percent": 5}))
    assert by(company.sales_a, again(as_agreed).send).status == "sent"


def test_a_revision_keeps_what_was_agreed_and_no_more(company: Any) -> None:
    sent = by(company.sales_a, by(company.manager, asked(company).approve).send)
    second = by(company.sales_a, again(sent).revise)
    assert by(company.sales_a, again(second).send).status == "sent"
    third = by(company.sales_a, again(second).revise)
    by(company.sales_a, lambda: update(again(third), {"discount_percent": 9}))
    with refusing("INVALID_TRANSITION", "status"):
        by(company.sales_a, again(third).send)


def test_the_paper_says_so_while_it_waits(company: Any) -> None:
    waiting = asked(company)
    with acting(company.sales_a):
        marks = [
            sheet_of(again(waiting), company.sales_a, language, "a4")["watermark"]
            for language in ("id", "en")
        ]
    assert marks == ["BELUM DISETUJUI", "NOT APPROVED"]
    approved = by(company.manager, again(waiting).approve)
    with acting(company.sales_a):
        assert not sheet_of(again(approved), company.sales_a, "id", "a4")["watermark"]


# Every door.
def at(company: Any, status: str) -> Quote:
    """A quote in this state, by what people do."""
    found = quote(company, thing(1000, discount_percent=11))
    steps = {
        "pending": ["pending"],
        "approved": ["pending", "approved"],
        "withdrawn": ["withdrawn"],
        "draft": [],
    }
    way = steps.get(status, ["pending", "approved", "sent"])
    if status not in (*steps, "sent"):
        way += ["accepted"] if status == "converted" else [status]
    for step in way:
        who = company.manager if step == "approved" else company.sales_a
        by(who, lambda s=step: update(again(found), {"status": s}))
    if status == "converted":
        by(company.sales_a, again(found).order)
    return again(found)


@pytest.mark.parametrize("before", list(QuoteStatus))
def test_no_door_makes_a_move_outside_the_table(company: Any, before: QuoteStatus) -> None:
    found = at(company, before)
    assert found.status == before
    program = Program(company.admin)
    for after in set(QuoteStatus) - {before}:
        if FLOW.by_hand(before, after):
            continue
        for via in ("ui", "import", "workflow", "api"):
            with acting(company.admin, via=via):
                draft = Draft({"status": after}, id=found.pk)
                held = write(registry.of(Quote), [draft], partial=True).refusals
            assert [one.code for one in held] == ["INVALID_TRANSITION"], (via, after)
        sent = program.patch(f"quotes/{found.pk}", {"status": after.value})
        assert sent.status_code == 422, after
        if after not in FLOW.moves.get(before, ()):
            with acting(company.admin), transaction.atomic():
                open_change_set()
                with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
                    cursor.execute("UPDATE sales_quote SET status = %s WHERE id = %s", [after, found.pk])
    assert again(found).status == before


@pytest.mark.parametrize("via", ["ui", "import", "api", "workflow"])
def test_no_door_sends_what_was_not_approved(company: Any, via: str) -> None:
    found = six_and_five(company)
    with acting(company.sales_a, via=via):
        held = write(registry.of(Quote), [Draft({"status": "sent"}, id=found.pk)], partial=True).refusals
    assert [(one.field, one.code) for one in held] == [("status", "INVALID_TRANSITION")]
    assert "10,7" in str(held[0].message) or "10.7" in str(held[0].message)
    assert again(found).status == "draft"


def test_the_board_and_mass_edit_hold_it_back(company: Any) -> None:
    found, client = six_and_five(company), signed_in(company.sales_a)
    card = {"id": found.pk, "version": found.version, "to": "sent"}
    moved = client.post("/quotes/board/move/?by=status", card, headers={"X-Requested-With": "fetch"})
    assert (moved.status_code, "10,7" in moved.json()["message"]) == (422, True), moved.content
    manager = signed_in(company.manager)
    page = manager.post("/quotes/bulk/", {"do": "edit", "id": [found.pk]})["Location"]
    manager.post(page, {"_field": ["status"], "status": "sent"})
    manager.post(f"{page}do/run/")
    assert again(found).status == "draft"
    card["to"] = "pending"
    client.post("/quotes/board/move/?by=status", card, headers={"X-Requested-With": "fetch"})
    assert again(found).approvers == [company.manager.pk]


def test_by_api_it_is_asked_for_and_decided(company: Any) -> None:
    found = six_and_five(company)
    seller, manager = Program(company.sales_a), Program(company.manager)
    sent = seller.patch(f"quotes/{found.pk}", {"status": "sent"})
    assert (sent.status_code, sent.data["errors"][0]["field"]) == (422, "status")
    assert seller.post(f"quotes/{found.pk}/do/ask_approval", {"approval_note": "Tolong"}).status_code == 200
    assert seller.post(f"quotes/{found.pk}/do/approve", {}).status_code == 404
    locked = seller.patch(f"quotes/{found.pk}", {"discount_percent": "50"})
    assert (locked.status_code, locked.data["errors"][0]["code"]) == (422, "LOCKED")
    assert manager.post(f"quotes/{found.pk}/do/approve", {}).status_code == 200
    assert seller.post(f"quotes/{found.pk}/do/send", {}).status_code == 200
    assert again(found).status == "sent"


# Who hears of it, what the page shows, what can be undone.
def test_the_approver_and_then_the_seller_hear_of_it(company: Any) -> None:
    waiting = asked(company)
    by(company.manager, again(waiting).approve)
    deliver()
    heard = {}
    for user in (company.sales_a, company.manager, company.director):
        with acting(user):
            rows = Notification.objects.filter(pk__in=inbox(user)).select_related("record", "actor")
            heard[user.pk] = [(one.kind.key, one.headline.striptags()) for one in told(rows, user)]
    assert [one[0] for one in heard[company.manager.pk]] == ["approval"]
    assert [one[0] for one in heard[company.sales_a.pk]] == ["approval_decided"]
    assert heard[company.director.pk] == []


def test_the_page_says_what_goes_too_far_and_gives_each_their_buttons(company: Any) -> None:
    found = six_and_five(company)
    url = f"/quotes/{found.pk}/"
    seller, manager = signed_in(company.sales_a), signed_in(company.manager)
    page = seller.get(url).content.decode()
    assert "10,7" in page and "do/ask_approval/" in page and "do/send/" not in page
    answer = seller.post(f"{url}do/ask_approval/", {"approval_note": "Pelanggan lama"})
    assert answer.status_code == 302
    page = seller.get(url).content.decode()
    assert "Made Manajer" in page and "do/approve/" not in page and "do/recall/" in page
    page = manager.get(url).content.decode()
    assert "do/approve/" in page and "do/refuse_approval/" in page and "Pelanggan lama" in page
    wrong = manager.post(f"{url}do/refuse_approval/", {"not_approved_because": ""})
    assert wrong.status_code == 422 and again(found).status == "pending"
    manager.post(f"{url}do/approve/", {})
    page = seller.get(url).content.decode()
    assert "do/send/" in page and again(found).status == "approved"


def test_nothing_goes_to_the_customer_by_mail_or_link_before(company: Any, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    found, seller = asked(company), signed_in(company.sales_a)
    made = seller.post(f"/quotes/{found.pk}/links/", {"do": "make"})
    assert made.status_code == 302
    from relasi.engine.activity.public_link import PublicLink

    assert not PublicLink._base_manager.filter(record=found.pk).exists()
    letter = {"to": "a@b.id", "subject": "x", "text": "y"}
    assert seller.post(f"/quotes/{found.pk}/mail/", letter).status_code == 422
    assert again(found).status == "pending"


def test_asking_and_deciding_can_be_undone_step_by_step(company: Any) -> None:
    found = six_and_five(company)

    def last() -> ChangeSet:
        return ChangeSet.objects.order_by("pk").last()

    by(company.sales_a, found.ask_approval)
    by(company.sales_a, lambda: revert(last()))
    assert (again(found).status, again(found).approvers) == ("draft", None)
    by(company.sales_a, again(found).ask_approval)
    by(company.manager, again(found).approve)
    by(company.manager, lambda: revert(last()))
    waiting = again(found)
    assert (waiting.status, waiting.approvers, waiting.approved_reach) == (
        "pending",
        [company.manager.pk],
        None,
    )
    by(company.manager, lambda: again(found).refuse_approval("Tidak"))
    by(company.manager, lambda: revert(last()))
    assert (again(found).status, again(found).not_approved_because) == ("pending", None)


# Somebody stands in.
def stand_in(company: Any, limits: SellingLimit, deputy: Any, away_from: str | None) -> None:
    """The director is named as approver and has a deputy."""
    by(company.admin, lambda: update(limits, {"approver": company.director.pk}))
    by(company.admin, lambda: update(again(company.director), {"away_from": away_from, "deputy": deputy.pk}))


def hear_of_approvals(user: Any) -> int:
    deliver()
    return Notification.objects.filter(user=user, kind="approval").count()


def test_the_deputy_of_an_approver_who_is_away_hears_of_it_and_decides(
    company: Any, limits: SellingLimit
) -> None:
    stand_in(company, limits, company.manager, "2020-01-01")
    waiting = asked(company)
    assert waiting.approvers == [company.director.pk]
    assert (hear_of_approvals(company.director), hear_of_approvals(company.manager)) == (1, 1)
    with acting(company.sales_a):
        assert (
            f"{company.director} (tidak di tempat, wakil: {company.manager})" in waiting.approval_bar()["who"]
        )
    approved = by(company.manager, again(waiting).approve)
    assert (approved.status, approved.approved_by_id) == ("approved", company.manager.pk)


def test_a_deputy_decides_nothing_while_the_approver_is_there(company: Any, limits: SellingLimit) -> None:
    stand_in(company, limits, company.manager, None)
    waiting = asked(company)
    assert hear_of_approvals(company.manager) == 0
    with refusing("NO_PERMISSION", "status"):
        by(company.manager, again(waiting).approve)
    assert again(waiting).status == "pending"


def test_a_deputy_never_decides_on_their_own_document(company: Any, limits: SellingLimit) -> None:
    stand_in(company, limits, company.sales_a, "2020-01-01")
    waiting = asked(company)
    with refusing("NO_PERMISSION", "status"):
        by(company.sales_a, again(waiting).approve)
    assert again(waiting).status == "pending"
