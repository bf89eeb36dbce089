"""Quotes: figures that follow their lines, states refused everywhere, revisions, undo; the acceptance checks."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from relasi.engine.access.acting import acting, current_acting
from relasi.engine.records.change_set import ChangeSet, close_change_set, open_change_set
from relasi.engine.records.undo import revert
from relasi.engine.records.write import restore, trash, update
from relasi.kits.pipeline.days import today
from relasi.kits.trade.totals import totals_of
from relasi.modules.catalog.tax import Tax
from relasi.modules.sales.expiry import expire_quotes
from relasi.modules.sales.quote import FLOW, Quote, QuoteLine, QuoteStatus
from tests.make import again, make, put
from tests.modules.refused import refusing

pytestmark = pytest.mark.usefixtures("as_admin")


@pytest.fixture
def ppn() -> Tax:
    from relasi.modules.catalog.defaults import ensure_defaults

    ensure_defaults()
    return Tax._base_manager.get(code="PPN")


def product(price: int, **values: Any) -> Any:
    return make("catalog.Product", price=price, **values)


def quote(*lines: dict[str, Any], **values: Any) -> Quote:
    values = {"subject": "PLTS Atap 250 kWp", **values}
    if "contact" not in values and "deal" not in values:
        values.setdefault("account", make("customers.Account"))
    from relasi.engine.records.write import create

    values = {name: getattr(value, "pk", value) for name, value in values.items()}
    return create(Quote, values, lines=list(lines))


def item(what: Any, quantity: Any = 1, **values: Any) -> dict[str, Any]:
    return {what.kind: what.pk, "quantity": quantity, **values}


def golden(ppn: Tax) -> Quote:
    return quote(
        item(product(150_000), 10, discount_percent=10),
        item(product(200_000), 5),
        discount_percent=5,
        shipping=50_000,
    )


def adds_up(record: Quote) -> None:
    """Stored = worked out again from what is stored."""
    record = again(record)
    lines = record.lines_in_order()
    totals = totals_of(record.as_figures(lines))
    assert (record.grand_total, record.goods_total, record.tax_total) == (
        totals.grand_total, totals.goods.net, totals.goods.tax,
    )  # fmt: skip
    assert [(one.base, one.tax, one.share) for one in lines] == [
        (one.taxed.net, one.taxed.tax, one.share) for one in totals.lines
    ]


def test_the_golden_example(ppn: Tax) -> None:
    found = again(golden(ppn))
    assert (found.subtotal, found.discount_total, found.goods_total) == (2_350_000, 117_500, 2_232_500)
    assert (found.tax_total, found.charge_tax_total, found.grand_total) == (245_575, 5_500, 2_533_575)
    assert found.tax_summary[0]["amount"] == "251075"
    assert sum(one.share for one in found.lines_in_order()) == found.discount_total
    adds_up(found)


def test_a_total_that_is_sent_along_counts_for_nothing(ppn: Tax) -> None:
    with refusing("NO_PERMISSION", "grand_total"):
        quote(item(product(100)), grand_total=1)
    with refusing("NO_PERMISSION", "lines.0.net"):
        quote(item(product(100), net=1))


def test_what_was_agreed_stays_when_the_catalog_changes(ppn: Tax) -> None:
    panel = product(1_000_000, name="Panel")
    found = quote(item(panel, 2))
    update(panel, {"name": "Panel lama", "price": 5, "taxes": []})
    update(found, {"notes": "x"})
    [line] = again(found).lines_in_order()
    assert (line.name, line.price, line.tax, again(found).grand_total) == (
        "Panel",
        1_000_000,
        220_000,
        2_220_000,
    )


def test_a_quantity_brings_its_price_unless_somebody_typed_one(ppn: Tax) -> None:
    panel, book = product(120_000), make("catalog.PriceBook")
    for least, price in ((1, 100_000), (10, 95_000)):
        make("catalog.PriceBookItem", book=book, product=panel, min_quantity=least, price=price)
    found = quote(item(panel, 1), item(panel, 1, price=99_000), price_book=book)
    first, second = found.lines_in_order()
    assert [(one.price, one.price_from) for one in (first, second)] == [(100_000, "book"), (99_000, "typed")]
    update(found, {}, lines=[{"id": first.pk, "quantity": 12}, {"id": second.pk, "quantity": 12}])
    assert [one.price for one in again(found).lines_in_order()] == [95_000, 99_000]
    adds_up(found)


def test_lines_change_come_go_and_keep_their_order(ppn: Tax) -> None:
    found = quote({"kind": "section", "name": "Barang"}, item(product(100_000)), item(product(200_000)))
    head, first, second = found.lines_in_order()
    version = found.version
    update(found, {}, lines=[
        {"id": second.pk}, {"id": head.pk, "name": "Peralatan"}, {"name": "Ongkos pasang", "price": 50_000},
    ])  # fmt: skip
    now = again(found)
    assert [one.name for one in now.lines_in_order()] == [second.name, "Peralatan", "Ongkos pasang"]
    assert (now.subtotal, now.version) == (250_000, version + 1)
    assert QuoteLine._base_manager.get(pk=first.pk).trashed_at is not None
    adds_up(found)


def test_a_line_of_another_quote_is_not_taken(ppn: Tax) -> None:
    mine, other = quote(item(product(1))), quote(item(product(2)))
    [line] = other.lines_in_order()
    with refusing("BAD_REFERENCE", "lines.0"):
        update(mine, {}, lines=[{"id": line.pk, "quantity": 5}])
    assert again(line).quantity == 1


def test_a_line_is_not_written_without_its_quote(ppn: Tax) -> None:
    [line] = quote(item(product(100))).lines_in_order()
    with refusing("NO_PERMISSION"):
        update(line, {"quantity": 2})
    with refusing("NO_PERMISSION"):
        trash(QuoteLine, [line.pk])


@pytest.mark.parametrize(
    ("values", "code", "field"),
    [
        ({"quantity": 0}, "OUT_OF_RANGE", "lines.1.quantity"),
        ({"quantity": -1}, "OUT_OF_RANGE", "lines.1.quantity"),
        ({"price": -5}, "OUT_OF_RANGE", "lines.1.price"),
        ({"discount_percent": 101}, "OUT_OF_RANGE", "lines.1.discount_percent"),
        ({"discount_amount": 101}, "OUT_OF_RANGE", "lines.1.discount"),
        ({"quantity": "dua"}, "INVALID_VALUE", "lines.1.quantity"),
    ],
)
def test_a_wrong_line_is_refused_by_its_place_and_nothing_changes(
    ppn: Tax, values: dict[str, Any], code: str, field: str
) -> None:
    found = quote(item(product(100)))
    [line] = found.lines_in_order()
    before = ChangeSet.objects.count()
    with refusing(code, field):
        update(found, {"subject": "lain"}, lines=[{"id": line.pk}, item(product(100), **values)])
    assert (again(found).subject, len(found.lines_in_order())) == ("PLTS Atap 250 kWp", 1)
    assert ChangeSet.objects.count() <= before + 1  # the product of the test itself


def test_an_inactive_item_cannot_be_added_but_stays_where_it_is(ppn: Tax) -> None:
    panel = product(100_000)
    found = quote(item(panel))
    update(panel, {"active": False})
    [line] = found.lines_in_order()
    update(found, {}, lines=[{"id": line.pk, "quantity": 3}])
    assert again(found).subtotal == 300_000
    with refusing("INVALID_TRANSITION", "lines.1.name"):
        update(found, {}, lines=[{"id": line.pk}, item(panel)])


def test_an_item_on_a_quote_is_not_deleted(ppn: Tax) -> None:
    panel = product(100_000)
    quote(item(panel))
    with refusing("INVALID_TRANSITION"):
        trash(type(panel), [panel.pk])
    with refusing("INVALID_TRANSITION"):
        trash(Tax, [ppn.pk])


def test_an_option_counts_when_it_is_chosen(ppn: Tax) -> None:
    found = quote(item(product(100_000)), item(product(50_000), optional=True))
    assert found.subtotal == 100_000
    first, second = found.lines_in_order()
    update(found, {}, lines=[{"id": first.pk}, {"id": second.pk, "chosen": True}])
    assert again(found).subtotal == 150_000


def test_taxes_of_a_line_can_be_chosen(ppn: Tax) -> None:
    found = quote(item(product(1_000_000)), {"name": "Jasa", "price": 1_000_000, "taxes": ["PPN", "PPH23"]})
    assert (found.tax_total, found.withheld_total, found.payable) == (220_000, 20_000, 2_200_000)
    first, second = found.lines_in_order()
    update(found, {}, lines=[{"id": first.pk, "taxes": []}, {"id": second.pk}])
    assert (again(found).tax_total, again(found).withheld_total) == (110_000, 20_000)


def test_a_free_zone_pays_no_ppn_and_back_again(ppn: Tax) -> None:
    zone = make("catalog.TaxRegion", name="Zona baru")
    make("catalog.TaxRate", tax=ppn, rate="0", region=zone)
    found = quote(item(product(1_000_000)))
    for region, tax in ((zone.pk, 0), (None, 110_000)):
        update(found, {"tax_region": region})
        assert again(found).tax_total == tax


def test_dollars_are_kept_with_their_rate(ppn: Tax) -> None:
    with refusing("REQUIRED", "rate"):
        quote(item(product(1_600_000)), currency="USD")
    found = quote(item(product(1_600_000)), currency="USD", rate="16000")
    assert (found.subtotal, found.rate) == (100, 16_000)


def test_addresses_and_currency_are_copied_from_the_account(ppn: Tax) -> None:
    account = make("customers.Account", billing_address={"city": "Bekasi"})
    found = quote(item(product(1)), account=account)
    update(account, {"billing_address": {"city": "Bogor"}})
    assert again(found).billing_address["city"] == "Bekasi"


def test_a_quote_is_for_somebody(ppn: Tax) -> None:
    with refusing("REQUIRED", "account"):
        quote(item(product(1)), account=None, contact=None)


def test_payment_terms_add_up_to_the_whole(ppn: Tax) -> None:
    parts = [{"label": "DP", "percent": 30}, {"label": "Lunas", "percent": 70}]
    assert quote(item(product(1)), instalments=parts).instalments[0] == {"label": "DP", "percent": "30"}
    with refusing("OUT_OF_RANGE", "instalments"):
        quote(item(product(1)), instalments=parts[:1])


# States.
def to(status: str, found: Quote) -> Quote:
    """Brings a draft into a state by its moves. What waits for approval: test_approvals."""
    way = {"draft": [], "sent": ["sent"], "reviewed": ["sent", "reviewed"], "withdrawn": ["withdrawn"],
           "superseded": ["sent", "superseded"], "converted": ["sent", "accepted"]}  # fmt: skip
    for step in way.get(status, ["sent", status]):
        found = update(found, {"status": step})
    return put(found, status="converted") if status == "converted" else found


@pytest.mark.parametrize("before", sorted(set(QuoteStatus) - {"pending", "approved"}))
def test_every_move_outside_the_table_is_refused_by_code_and_database(ppn: Tax, before: QuoteStatus) -> None:
    found = to(before, quote(item(product(1000))))
    for after in set(QuoteStatus) - {before} - set(FLOW.moves.get(before, ())):
        with refusing("INVALID_TRANSITION", "status"):
            update(found, {"status": after})
        open_change_set()
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("UPDATE sales_quote SET status = %s WHERE id = %s", [after, found.pk])
    assert again(found).status == before


def test_a_new_quote_is_a_draft(ppn: Tax) -> None:
    with refusing("INVALID_TRANSITION", "status"):
        quote(item(product(1)), status="accepted")


def test_a_sent_quote_takes_notes_and_nothing_else(ppn: Tax) -> None:
    found = to("sent", quote(item(product(1000))))
    [line] = found.lines_in_order()
    update(found, {"notes": "Telepon Jumat"})
    for values, lines in (({"discount_percent": 5}, None), ({}, [{"id": line.pk, "quantity": 2}]), ({}, [])):
        with refusing("CLOSED_RECORD"):
            update(found, values, lines=lines)
    with refusing("LOCKED"):
        trash(Quote, [found.pk])
    open_change_set()
    for statement in ("UPDATE sales_quote SET grand_total = 1", "UPDATE sales_quoteline SET quantity = 7"):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert (again(found).grand_total, again(line).quantity) == (1110, 1)


def test_figures_that_do_not_add_up_are_refused_by_the_database(ppn: Tax) -> None:
    quote(item(product(1000)))
    open_change_set()
    for statement in (
        "UPDATE sales_quote SET grand_total = grand_total + 1",
        "UPDATE sales_quote SET discount_total = 5",
        "UPDATE sales_quoteline SET total = 7",
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_an_empty_quote_is_not_sent(ppn: Tax) -> None:
    with refusing("REQUIRED", "lines"):
        quote({"kind": "note", "name": "Halo"}).send()


def test_a_quote_past_its_date_expires_and_is_not_accepted(ppn: Tax) -> None:
    found = quote(item(product(1000)), date="2026-05-01", valid_until="2026-05-31")
    put(found, status="sent", valid_until=today())
    assert expire_quotes(today()) == 0
    assert expire_quotes(today() + timedelta(days=1)) == 1
    assert expire_quotes(today() + timedelta(days=1)) == 0
    assert again(found).status == "expired"
    with refusing("INVALID_TRANSITION"):
        found.accept()


def test_at_five_past_midnight_where_the_company_is_a_quote_has_expired(
    ppn: Tax, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In Jakarta, seven hours ahead, the first of June begins at 17.00 of the last of May."""
    found = quote(item(product(1000)), date="2027-05-01", valid_until="2027-05-31").send()
    for moment, expired in (
        (datetime(2027, 5, 31, 16, 59, tzinfo=UTC), 0),
        (datetime(2027, 5, 31, 17, 5, tzinfo=UTC), 1),
    ):
        monkeypatch.setattr("relasi.kits.pipeline.days.timezone.now", lambda now=moment: now)
        assert expire_quotes() == expired
    assert again(found).status == "expired"
    with refusing("INVALID_TRANSITION"):
        again(found).accept()


def test_a_quote_is_valid_thirty_days_and_never_ends_before_it_begins(ppn: Tax) -> None:
    assert quote(item(product(1)), date="2026-05-01").valid_until == date(2026, 5, 31)
    with refusing("OUT_OF_RANGE", "valid_until"):
        quote(item(product(1)), date="2026-05-01", valid_until="2026-04-30")


def test_a_revision_has_all_lines_and_supersedes(ppn: Tax) -> None:
    panel = product(1000)
    first = to("sent", quote({"kind": "section", "name": "A"}, item(panel, 3, discount_percent=10)))
    update(panel, {"price": 9999})
    second = first.revise()
    assert (second.number, second.revision, second.status) == (f"{first.number}-R2", 2, "draft")
    assert again(first).status == "superseded"
    assert second.grand_total == first.grand_total
    third = to("sent", second).revise()
    assert third.number == f"{first.number}-R3"
    adds_up(third)


def test_rejecting_asks_why(ppn: Tax) -> None:
    found = to("sent", quote(item(product(1000))))
    with refusing("REQUIRED", "rejection_reason"):
        found.reject()
    assert found.reject("Terlalu mahal").status == "rejected"


def test_a_deal_has_one_primary_quote_which_tells_its_amount(ppn: Tax) -> None:
    deal = make("sales.Deal")
    first = quote(item(product(1000)), deal=deal, primary=True)
    second = quote(item(product(2000)), deal=deal, primary=True)
    assert (again(first).primary, again(second).primary) == (False, True)
    assert second.account_id == deal.account_id
    to("accepted", second)
    assert again(deal).amount == 2000


# Undo.
def new_act() -> None:
    close_change_set()
    current_acting().change_set = None


def test_undo_takes_lines_and_figures_back_together(ppn: Tax) -> None:
    found = quote(item(product(1000)), item(product(500)))
    first, _second = found.lines_in_order()
    new_act()
    update(found, {}, lines=[{"id": first.pk, "quantity": 5}])
    undone = ChangeSet.objects.get(pk=current_acting().change_set)
    assert again(found).subtotal == 5000
    new_act()
    revert(undone)
    assert [one.quantity for one in again(found).lines_in_order()] == [1, 1]
    assert again(found).subtotal == 1500
    adds_up(found)


def test_undo_leaves_a_quote_alone_that_somebody_changed_since(ppn: Tax) -> None:
    found = quote(item(product(1000)))
    [line] = found.lines_in_order()
    new_act()
    update(found, {}, lines=[{"id": line.pk, "quantity": 5}])
    undone = ChangeSet.objects.get(pk=current_acting().change_set)
    new_act()
    update(found, {"shipping": 100})
    new_act()
    assert revert(undone).conflicts
    assert again(found).subtotal == 5000
    adds_up(found)


def test_undo_does_not_take_back_what_was_sent(ppn: Tax) -> None:
    found = quote(item(product(1000)))
    new_act()
    found.send()
    sent = ChangeSet.objects.get(pk=current_acting().change_set)
    new_act()
    with refusing("INVALID_TRANSITION"):
        revert(sent)
    assert again(found).status == "sent"


def test_deleted_and_restored_it_is_the_same(ppn: Tax) -> None:
    found = quote(item(product(1000)), item(product(10)))
    trash(Quote, [found.pk])
    restore(Quote, [found.pk])
    assert (again(found).number, again(found).grand_total) == (found.number, found.grand_total)
    assert len(found.lines_in_order()) == 2


def test_two_who_edit_at_once_do_not_overwrite_each_other(ppn: Tax) -> None:
    found = quote(item(product(1000)))
    [line] = found.lines_in_order()
    version = found.version
    update(found, {}, version=version, lines=[{"id": line.pk, "quantity": 2}])
    with refusing("STALE_VERSION"):
        update(found, {}, version=version, lines=[{"id": line.pk, "quantity": 3}])
    assert again(line).quantity == 2


def test_who_may_not_see_a_quote_may_not_see_its_lines(company: Any, ppn: Tax) -> None:
    from relasi.engine.access.door import visible_to

    found = quote(item(product(1000)))
    with acting(company.sales_a):
        assert not visible_to(company.sales_a, Quote).filter(pk=found.pk).exists()
        assert not visible_to(company.sales_a, QuoteLine).exists()
        with refusing("NOT_FOUND"):
            update(found, {}, lines=[])


AMOUNTS = st.integers(1, 10**9)
LINES = st.fixed_dictionaries(
    {"name": st.just("x"), "quantity": st.decimals("0.001", 900, places=3), "price": AMOUNTS},
    optional={"discount_percent": st.decimals(0, 100, places=2), "optional": st.booleans(),
              "taxes": st.sampled_from([[], ["PPN"], ["PPN", "PPH23"], ["PPN-MEWAH"]])},
)  # fmt: skip


@given(
    st.lists(LINES, min_size=1, max_size=5), st.decimals(0, 100, places=2), st.booleans(),
    st.sampled_from(["individual", "group"]), st.integers(0, 10**6),
)  # fmt: skip
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
def test_whatever_is_written_adds_up(
    ppn: Tax, lines: list[Any], off: Decimal, inside: bool, mode: str, shipping: int
) -> None:
    found = quote(*lines, discount_percent=off, includes_tax=inside, tax_mode=mode, shipping=shipping)
    adds_up(found)
