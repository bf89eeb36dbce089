"""Named boards: a view that opens as a board of its own, and whose cards people put in order themselves."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from relasi.engine.access.acting import acting
from relasi.engine.query.by_hand import CardPlace
from relasi.engine.query.saved_view import SavedView
from relasi.engine.records.change_set import ChangeRow
from tests.make import again, make
from tests.modules.test_deal_board import cards, column, deal, move, stage, totals
from tests.people import signed_in

MILLION = 1_000_000
STAGE = "Kualifikasi"


@pytest.fixture
def board(company: Any) -> Client:
    return signed_in(company.admin)


def named(client: Client, query: str, **values: Any) -> SavedView:
    """The board of this address under a name."""
    data = {"name": "Papan energi", "sharing": "private", **values}
    answer = client.post(f"/deals/views/?screen=board&{query}", data)
    view = SavedView.objects.latest("pk")
    assert answer.status_code == 302 and answer.headers["Location"] == f"/deals/board/?view={view.pk}"
    return view


def ids_of(*records: Any) -> list[str]:
    return [str(record.pk) for record in records]


def put(client: Client, view: SavedView, card: Any, after: Any = None) -> int:
    data = {"id": card.pk, "after": after.pk if after else "", "column": card.stage_id}
    return client.post(f"/deals/board/place/?view={view.pk}", data).status_code


def test_a_board_is_kept_under_a_name_with_all_it_is_told(company: Any, board: Client) -> None:
    deal(company.admin, STAGE, 5, type="new")
    deal(company.admin, STAGE, 5, type="renewal")
    view = named(board, "by=owner&lanes=type&mean=1&colour=type&sort=-amount")
    assert (view.screen, view.options) == (
        "board",
        {"by": "owner", "lanes": "type", "mean": "1", "colour": "type"},
    )
    page = board.get(f"/deals/board/?view={view.pk}").content.decode()
    assert "klane-head" in page and "Papan energi" in page
    elsewhere = board.get("/deals/").content.decode()
    assert f'href="/deals/board/?view={view.pk}"' in elsewhere
    as_list = board.get(f"/deals/?view={view.pk}").content.decode()
    assert "data-card" not in as_list and f'href="/deals/board/?view={view.pk}"' in as_list


def test_an_option_of_a_named_board_is_taken_away_and_comes_back(company: Any, board: Client) -> None:
    deal(company.admin, STAGE, 5, type="new")
    view = named(board, "lanes=type")
    there = f"/deals/board/?view={view.pk}"
    assert "klane-head" not in board.get(f"{there}&lanes=-").content.decode()
    answer = board.post(
        f"/deals/board/setting/?view={view.pk}", {"by": "stage", "lanes": "", "card": ["amount"]}
    )
    assert answer.headers["Location"] == f"{there}&lanes=-&card=amount"
    changed = board.get(answer.headers["Location"]).content.decode()
    assert f"/deals/views/{view.pk}/keep/" in changed
    board.post(f"/deals/views/{view.pk}/keep/?screen=board&view={view.pk}&lanes=-&card=amount")
    view.refresh_from_db()
    assert (view.screen, view.options) == ("board", {"card": "amount"})
    assert "klane-head" not in board.get(there).content.decode()


def test_a_list_saved_while_it_stands_on_a_board_stays_a_list(company: Any, board: Client) -> None:
    board.post("/deals/views/?sort=-amount", {"name": "Besar dulu", "sharing": "private"})
    view = SavedView.objects.latest("pk")
    board.post(f"/deals/views/{view.pk}/keep/?screen=board&by=owner&view={view.pk}&sort=amount")
    view.refresh_from_db()
    assert (view.screen, view.options, view.sort) == ("", {}, ["amount"])


def test_a_shared_board_shows_each_person_what_they_may_see(company: Any, board: Client) -> None:
    mine = deal(company.sales_a, STAGE, 10 * MILLION)
    deal(company.sales_b, STAGE, 30 * MILLION)
    view = named(board, "by=stage", sharing="public")
    client = signed_in(company.sales_a)
    assert cards(client, f"view={view.pk}") == [str(mine.pk)]
    private = named(board, "by=owner", name="Rahasia")
    assert client.get(f"/deals/board/?view={private.pk}").status_code == 404
    assert put(client, private, mine) == 404


def test_the_first_view_of_a_person_may_be_a_board(company: Any, board: Client) -> None:
    view = named(board, "by=stage")
    board.post(f"/deals/views/{view.pk}/first/", {"on": "1"})
    assert board.get("/deals/").headers["Location"] == f"/deals/board/?view={view.pk}"
    assert board.get(f"/deals/?view={view.pk}").status_code == 200


def test_columns_tell_the_average_of_what_has_an_amount(company: Any, board: Client) -> None:
    for amount in (10 * MILLION, 20 * MILLION, 0):
        deal(company.admin, STAGE, amount)
    shown = totals(board, "mean=1")
    assert "Rp 15 jt" in shown and "Rp 30 jt" not in shown
    assert "Rp" not in totals(board, "sum=count")
    deal(company.admin, STAGE, 300, currency="USD")
    assert "Rp 15 jt + USD 300" in totals(board, "mean=1")


def test_a_hidden_number_is_not_added_up_by_asking_for_it(company: Any) -> None:
    blind = company.profile("Tanpa nilai", fields={"sales.deal": {"amount": "hidden"}})
    company.open_role("Buta", under="Manajer", profile=blind)
    person = company.hire("Budi", "Buta")
    deal(company.admin, STAGE, 77 * MILLION, owner=person)
    assert "77" not in totals(signed_in(person), "sum=amount&mean=1")


def test_a_card_has_the_tone_of_the_choice_the_board_is_coloured_by(company: Any, board: Client) -> None:
    one = deal(company.admin, STAGE, forecast_category="commit")
    tone = {o.key: o.tone for o in one._meta.get_field("forecast_category").options}["commit"]
    page = board.get("/deals/board/?colour=forecast_category").content.decode()
    assert re.search(rf'<li class="kcard"[^>]*data-card="{one.pk}"[^>]*data-tone="{tone}"', page)
    assert not re.search(
        r'<li class="kcard"[^>]*data-tone', board.get("/deals/board/?colour=amount").content.decode()
    )


def test_people_put_cards_in_order_and_others_stand_below(company: Any, board: Client) -> None:
    a, b, c, d = (deal(company.admin, STAGE, n) for n in (4, 3, 2, 1))
    view = named(board, "hand=1&sort=-amount")
    there = f"view={view.pk}"
    assert column(board, stage(STAGE), there) == ids_of(a, b, c, d)
    assert put(board, view, d, a) == 204
    assert column(board, stage(STAGE), there) == ids_of(a, d, b, c)
    assert put(board, view, c) == 204
    assert column(board, stage(STAGE), there) == ids_of(c, a, d, b)
    new = deal(company.admin, STAGE, 9)
    assert column(board, stage(STAGE), there) == ids_of(c, a, d, new, b)
    assert put(board, view, a, b) == 204
    assert column(board, stage(STAGE), there) == ids_of(c, d, new, b, a)
    assert (ChangeRow.objects.filter(record_id=d.pk).count(), again(d).version) == (1, d.version)
    assert column(board, stage(STAGE), "sort=-amount") == ids_of(new, a, b, c, d)


def test_who_sees_only_some_of_the_cards_leaves_the_order_of_the_others(company: Any, board: Client) -> None:
    a, c = (deal(company.admin, STAGE, n) for n in (5, 3))
    b, d = (deal(company.sales_a, STAGE, n) for n in (4, 2))
    view = named(board, "hand=1&sort=-amount", sharing="public")
    assert put(board, view, a, d) == 204
    assert column(board, stage(STAGE), f"view={view.pk}") == ids_of(b, c, d, a)
    assert put(signed_in(company.sales_a), view, d) == 204
    assert column(board, stage(STAGE), f"view={view.pk}") == ids_of(d, b, c, a)
    assert put(signed_in(company.sales_a), view, d, b) == 204
    shown = column(board, stage(STAGE), f"view={view.pk}")
    assert shown.index(str(c.pk)) < shown.index(str(a.pk)) and shown.index(str(b.pk)) < shown.index(str(d.pk))


def test_a_column_in_order_by_hand_goes_on_after_its_first_cards(company: Any, board: Client) -> None:
    with acting(company.admin):
        account = make("customers.Account")
    some = [deal(company.admin, STAGE, n + 1, account=account) for n in range(30)]
    view = named(board, "hand=1&sort=-amount")
    assert put(board, view, some[0]) == 204
    page = board.get(f"/deals/board/?view={view.pk}").content.decode()
    first = column(board, stage(STAGE), f"view={view.pk}")
    address = re.search(r'hx-get="([^"]*board/more/[^"]*)"', page)
    assert address and first[0] == str(some[0].pk)
    rest = re.findall(r'data-card="(\d+)"', board.get(address[1].replace("&amp;", "&")).content.decode())
    assert (len(first), len(rest)) == (25, 5) and not {*first} & {*rest}


def test_what_is_no_board_of_the_persons_takes_no_order(company: Any, board: Client) -> None:
    one = deal(company.admin, STAGE)
    plain = named(board, "by=stage")
    assert put(board, plain, one) == 404
    by_hand = named(board, "hand=1", name="Urut sendiri", sharing="public")
    gone = deal(company.admin, STAGE)
    assert put(board, by_hand, one, deal(company.admin, "Negosiasi")) == 409
    reading = company.profile("Baca saja", modules={"*": ["view"]})
    company.open_role("Pembaca", under="Manajer", profile=reading)
    reader = company.hire("Rina", "Pembaca")
    seen = deal(company.admin, STAGE, owner=reader)
    assert put(signed_in(reader), by_hand, seen) == 403
    assert put(signed_in(company.sales_a), by_hand, gone) == 404
    assert not CardPlace.objects.exists()


def test_no_more_than_a_hundred_cards_move_at_once(company: Any, board: Client) -> None:
    one = deal(company.admin, STAGE)
    ids = [one.pk, *range(10**6, 10**6 + 100)]
    answer = board.post("/deals/board/move/", {"id": ids, "to": stage("Negosiasi").pk})
    assert (answer.status_code, answer.json()["code"]) == (422, "OUT_OF_RANGE")
    assert again(one).stage == stage(STAGE)
    assert move(board, one, stage("Negosiasi")).status_code == 200
