"""The board of deals: the acceptance checks of the specification of boards, and what keeps its figures true."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.test import Client

from relasi.engine.access.acting import acting
from relasi.engine.declare.registry import registry
from relasi.engine.query.board_setting import BoardSetting
from relasi.engine.records.change_set import ChangeRow
from relasi.engine.records.write import create, update
from relasi.modules.sales.pipeline import Stage
from tests.make import again, make
from tests.people import signed_in

MILLION = 1_000_000


def stage(name: str) -> Stage:
    return Stage._base_manager.get(name=name)


@pytest.fixture
def board(company: Any) -> Client:
    return signed_in(company.admin)


def deal(user: Any, stage_name: str, amount: int = 0, **values: Any) -> Any:
    with acting(user):
        return make("sales.Deal", stage=stage(stage_name), amount=amount or None, **values)


def text_of(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).replace("\u00a0", " ").split())


def totals(client: Client, query: str = "") -> str:
    return text_of(client.get(f"/deals/board/totals/?{query}").content.decode())


def move(client: Client, record: Any, to: Any, **more: Any) -> Any:
    data = {"id": record.pk, "version": record.version, "to": getattr(to, "pk", to), **more}
    return client.post("/deals/board/move/", data, headers={"X-Requested-With": "fetch"})


def cards(client: Client, query: str = "") -> list[str]:
    page = client.get(f"/deals/board/?{query}").content.decode()
    return re.findall(r'data-card="(\d+)"', page)


def column(client: Client, of: Any, query: str = "") -> list[str]:
    """The ids of the cards that stand in this stage's column."""
    page = client.get(f"/deals/board/?{query}").content.decode()
    found = re.search(rf'<ul data-column="{of.pk}".*?</ul>', page, re.S)
    return re.findall(r'data-card="(\d+)"', found[0]) if found else []


def test_sums_and_weighted_sums_of_columns_and_of_the_board(company: Any, board: Client) -> None:
    deal(company.admin, "Kualifikasi", 100 * MILLION, probability=50)
    deal(company.admin, "Negosiasi", 40 * MILLION, probability=25)
    deal(company.admin, "Penawaran Harga", 60 * MILLION, probability=90)
    shown = totals(board)
    assert "Rp 200 jt" in shown and "Rp 114 jt" in shown
    for weighted in ("Rp 50 jt", "Rp 10 jt", "Rp 54 jt"):
        assert weighted in shown


def test_amounts_in_two_currencies_are_not_added_together(company: Any, board: Client) -> None:
    deal(company.admin, "Kualifikasi", 100 * MILLION)
    deal(company.admin, "Kualifikasi", 5000, currency="USD")
    assert "Rp 100 jt + USD 5 rb" in totals(board)


def test_a_column_shows_25_cards_and_counts_them_all(company: Any, board: Client) -> None:
    with acting(company.admin):
        account = make("customers.Account")
    for _n in range(30):
        deal(company.admin, "Kualifikasi", account=account)
    here = stage("Kualifikasi")
    first = column(board, here)
    assert len(first) == 25
    assert " 30 " in totals(board)
    page = board.get("/deals/board/").content.decode()
    address = re.search(r'hx-get="([^"]*board/more/[^"]*)"', page)
    assert address
    rest = re.findall(r'data-card="(\d+)"', board.get(address[1].replace("&amp;", "&")).content.decode())
    assert len(rest) == 5 and not {*first} & {*rest}


def test_the_number_of_queries_does_not_grow_with_the_cards(
    company: Any, board: Client, django_assert_max_num_queries: Any
) -> None:
    deal(company.admin, "Kualifikasi", 5)
    board.get("/deals/board/")
    with django_assert_max_num_queries(40) as few:
        board.get("/deals/board/")
    for n in range(12):
        deal(company.sales_a, ["Kualifikasi", "Negosiasi", "Prospek Baru"][n % 3], n)
    with django_assert_max_num_queries(len(few.captured_queries)):
        board.get("/deals/board/")


def test_moving_a_card_is_a_change_like_every_other(company: Any, board: Client) -> None:
    one = deal(company.admin, "Kualifikasi", 100 * MILLION)
    answer = move(board, one, stage("Negosiasi"))
    assert answer.status_code == 200
    after = again(one)
    assert (after.stage, after.probability) == (stage("Negosiasi"), 80)
    assert json.loads(answer.content)["versions"] == {str(one.pk): after.version}
    assert "/undo/" in answer.headers["HX-Trigger"]
    assert ChangeRow.objects.filter(record_id=one.pk, kind="u").exists()


def test_who_may_only_read_the_stage_moves_nothing(company: Any) -> None:
    rights = {"*": ["view", "edit"]}
    reading = company.profile("Baca tahap", modules=rights, fields={"sales.deal": {"stage": "read"}})
    company.open_role("Pembaca", under="Manajer", profile=reading)
    reader = company.hire("Rina", "Pembaca")
    one = deal(company.admin, "Kualifikasi", owner=reader)
    client = signed_in(reader)
    rows = ChangeRow.objects.count()
    answer = move(client, one, stage("Negosiasi"))
    assert (answer.status_code, answer.json()["code"]) == (403, "NO_PERMISSION")
    assert again(one).stage == stage("Kualifikasi") and ChangeRow.objects.count() == rows
    assert "data-movable" not in client.get("/deals/board/").content.decode()


def test_the_second_of_two_movers_is_told_and_sees_the_first_ones_column(company: Any, board: Client) -> None:
    one = deal(company.admin, "Kualifikasi")
    assert move(board, one, stage("Negosiasi")).status_code == 200
    answer = move(board, one, stage("Penawaran Harga"))
    assert (answer.status_code, answer.json()["code"]) == (409, "STALE_VERSION")
    assert str(one.pk) in column(board, stage("Negosiasi"))
    assert again(one).stage == stage("Negosiasi")


def test_a_change_of_something_else_does_not_bar_a_move(company: Any, board: Client) -> None:
    one = deal(company.admin, "Kualifikasi")
    with acting(company.admin):
        update(one, {"next_step": "Telepon"})
    assert move(board, one, stage("Negosiasi")).status_code == 200


@pytest.mark.parametrize("refuses", [True, False])
def test_a_full_column_refuses_or_turns_red(company: Any, board: Client, refuses: bool) -> None:
    full = stage("Negosiasi")
    with acting(company.admin):
        values = {"module": "sales.deal", "by": "stage", "limits": {str(full.pk): 3}, "refuses": refuses}
        create(BoardSetting, values, authorised="a test needs it")
    for _n in range(3):
        deal(company.admin, "Negosiasi")
    fourth = deal(company.admin, "Kualifikasi")
    answer = move(board, fourth, full)
    if refuses:
        assert (answer.status_code, answer.json()["code"]) == (422, "OUT_OF_RANGE")
        assert again(fourth).stage == stage("Kualifikasi")
        assert "data-over" not in board.get("/deals/board/totals/").content.decode()
    else:
        assert answer.status_code == 200
        assert "data-over" in board.get("/deals/board/totals/").content.decode()


def test_a_deal_dropped_on_lost_stays_until_a_reason_is_given(company: Any, board: Client) -> None:
    one = deal(company.admin, "Kualifikasi", 5)
    before = (one.version, ChangeRow.objects.count())
    answer = move(board, one, stage("Kalah"))
    assert (answer.status_code, answer.json()["code"]) == (422, "REQUIRED")
    assert (again(one).version, ChangeRow.objects.count()) == before
    form = board.get(answer.json()["form"]).content.decode()
    assert 'name="lost_reason"' in form
    data = {"id": one.pk, "version": one.version, "to": stage("Kalah").pk, "ask": "lost_reason"}
    empty = board.post("/deals/board/move/", {**data, "lost_reason": ""}, headers={"HX-Request": "true"})
    assert empty.status_code == 422 and 'name="lost_reason"' in empty.content.decode()
    assert again(one).version == before[0]
    done = board.post("/deals/board/move/", {**data, "lost_reason": "price"}, headers={"HX-Request": "true"})
    assert done.status_code == 204 and "relasi:moved" in done.headers["HX-Trigger"]
    assert (again(one).status, again(one).lost_reason) == ("lost", "price")


def test_the_sheet_moves_without_scripts(company: Any, board: Client) -> None:
    one = deal(company.admin, "Kualifikasi")
    sheet = board.get(f"/deals/board/move/?id={one.pk}").content.decode()
    assert "Negosiasi" in sheet
    data = {"id": one.pk, "version": one.version, "to": stage("Negosiasi").pk}
    answer = board.post("/deals/board/move/", data)
    assert answer.status_code == 302 and answer.headers["Location"].startswith("/deals/board/")
    assert again(one).stage == stage("Negosiasi")


def test_many_cards_move_at_once_or_not_at_all(company: Any, board: Client) -> None:
    three = [deal(company.admin, "Kualifikasi") for _n in range(3)]
    data = {"id": [d.pk for d in three], "version": [d.version for d in three], "to": stage("Negosiasi").pk}
    assert board.post("/deals/board/move/", data).status_code == 302
    assert {again(d).stage.name for d in three} == {"Negosiasi"}
    with acting(company.admin):
        again(three[0]).win()
    data = {"id": [d.pk for d in three], "to": stage("Prospek Baru").pk}
    assert board.post("/deals/board/move/", data, headers={"X-Requested-With": "fetch"}).status_code == 200
    assert {again(d).stage.name for d in three} == {"Prospek Baru"}


def test_cards_and_sums_are_those_the_person_may_see(company: Any, board: Client) -> None:
    mine = deal(company.sales_a, "Kualifikasi", 10 * MILLION)
    theirs = deal(company.sales_b, "Kualifikasi", 30 * MILLION)
    client = signed_in(company.sales_a)
    assert cards(client) == [str(mine.pk)]
    assert "Rp 10 jt" in totals(client) and "30 jt" not in totals(client)
    assert move(client, theirs, stage("Negosiasi")).status_code == 404
    assert client.get(f"/deals/board/move/?id={theirs.pk}").status_code == 404
    assert len(cards(board)) == 2


def test_a_hidden_amount_is_neither_on_cards_nor_in_sums(company: Any) -> None:
    blind = company.profile("Tanpa nilai", fields={"sales.deal": {"amount": "hidden"}})
    company.open_role("Buta", under="Manajer", profile=blind)
    person = company.hire("Budi", "Buta")
    deal(company.admin, "Kualifikasi", 77 * MILLION, owner=person)
    client = signed_in(person)
    page = client.get("/deals/board/").content.decode()
    assert len(cards(client)) == 1 and "77" not in text_of(page)
    assert "77" not in totals(client)


def test_the_board_keeps_filter_search_and_view_of_the_list(company: Any, board: Client) -> None:
    big = deal(company.admin, "Kualifikasi", 900 * MILLION, name="Gudang Cikarang")
    deal(company.admin, "Kualifikasi", 5, name="Kios")
    condition = json.dumps({"all": [{"field": "amount", "op": "gte", "value": "1000000"}]})
    assert column(board, stage("Kualifikasi"), f"f={condition}") == [str(big.pk)]
    assert column(board, stage("Kualifikasi"), "q=cikarang") == [str(big.pk)]
    listed = board.get("/deals/?q=cikarang&view=open").content.decode()
    assert 'href="/deals/board/?view=open&amp;q=cikarang"' in listed
    boarded = board.get("/deals/board/?q=cikarang&view=open").content.decode()
    assert 'href="/deals/?view=open&amp;q=cikarang"' in boarded
    editor = board.get("/deals/filter/?screen=board&field=amount&op=gte&value=5&apply=1")
    assert editor.headers["Location"].startswith("/deals/board/?")


def test_a_deal_past_its_date_stays_on_the_board_with_a_mark(company: Any, board: Client) -> None:
    deal(company.admin, "Kualifikasi", 5 * MILLION, expected_close="2020-01-01")
    page = board.get("/deals/board/").content.decode()
    assert 'class="neg"' in page and "Rp 5 jt" in totals(board)


def test_closed_columns_take_cards_and_open_on_demand(company: Any, board: Client) -> None:
    one = deal(company.admin, "Kualifikasi", 5 * MILLION)
    with acting(company.admin):
        one.win()
    page = board.get("/deals/board/").content.decode()
    assert f'data-card="{one.pk}"' not in page and "data-strip" in page
    assert column(board, stage("Menang"), "closed=1") == [str(one.pk)]
    assert re.search(r"· 1 (dalam 30 hari|in 30 days)", totals(board))


def test_lanes_split_every_column_by_a_second_field(company: Any, board: Client) -> None:
    deal(company.admin, "Kualifikasi", 5, type="new")
    deal(company.admin, "Kualifikasi", 5, type="renewal")
    page = board.get("/deals/board/?lanes=type").content.decode()
    lanes = [text_of(lane) for lane in re.findall(r'<h2 class="klane-head">(.*?)</h2>', page)]
    assert len(lanes) == 2 and len(cards(board, "lanes=type")) == 2


@pytest.mark.parametrize("by", ["owner", "type", "probability_manual", "status", "forecast_category"])
def test_columns_stand_for_any_choice_owner_or_yes_and_no(company: Any, board: Client, by: str) -> None:
    deal(company.sales_a, "Kualifikasi", 5)
    deal(company.admin, "Negosiasi", 5)
    assert len(cards(board, f"by={by}&closed=1")) == 2
    assert board.get(f"/deals/board/totals/?by={by}").status_code == 200


def test_cards_without_a_value_have_a_column_of_their_own(company: Any, board: Client) -> None:
    one = deal(company.admin, "Kualifikasi")
    page = board.get("/deals/board/?by=type").content.decode()
    found = re.search(r'<ul data-column="".*?</ul>', page, re.S)
    assert found and str(one.pk) in found[0]
    data = {"id": one.pk, "to": "renewal"}
    answer = board.post("/deals/board/move/?by=type", data, headers={"X-Requested-With": "fetch"})
    assert answer.status_code == 200 and again(one).type == "renewal"


def test_a_person_chooses_what_cards_show_and_an_admin_the_limits(company: Any, board: Client) -> None:
    deal(company.admin, "Kualifikasi", 5 * MILLION, next_step="Telepon Bu Sari")
    assert "Telepon Bu Sari" in board.get("/deals/board/").content.decode()
    name = f"limit-{stage('Negosiasi').pk}"
    wrong = board.post("/deals/board/setting/", {"by": "stage", "card": ["amount"], name: "banyak"})
    assert wrong.status_code == 422 and not BoardSetting.objects.exists()
    too_many = ["amount", "account", "owner", "next_step", "type", "competitor", "contact"]
    assert board.post("/deals/board/setting/", {"by": "stage", "card": too_many}).status_code == 422
    done = board.post("/deals/board/setting/", {"by": "stage", "card": ["amount"], name: "3"})
    assert done.status_code == 302
    page = board.get("/deals/board/").content.decode()
    assert "Telepon Bu Sari" not in page and "/3" in totals(board)
    other = signed_in(company.sales_a)
    assert other.post("/deals/board/setting/", {"by": "stage", "card": [], name: "1"}).status_code == 302
    assert "/3" in totals(other)


def test_a_folded_column_keeps_its_sum_and_shows_no_card(company: Any, board: Client) -> None:
    one = deal(company.admin, "Kualifikasi", 5)
    board.post("/deals/board/fold/", {"column": stage("Kualifikasi").pk})
    assert str(one.pk) not in cards(board)
    board.post("/deals/board/fold/", {"column": stage("Kualifikasi").pk})
    assert str(one.pk) in cards(board)


def test_a_card_made_in_a_column_comes_back_to_the_board(company: Any, board: Client) -> None:
    with acting(company.admin):
        account = make("customers.Account")
    here = stage("Negosiasi")
    address = f"/deals/quick/?stage={here.pk}&next=/deals/board/"
    assert "Negosiasi" in board.get(address).content.decode()
    values = {"name": "Baru", "account": account.pk, "stage": here.pk, "expected_close": "2030-01-01"}
    answer = board.post(address, {**values, "owner": company.admin.pk})
    assert answer.headers["Location"] == "/deals/board/"
    assert len(column(board, here)) == 1
    outside = board.post(
        address.replace("/deals/board/", "//evil.example/"), {**values, "owner": company.admin.pk}
    )
    assert outside.headers["Location"].startswith("/deals/")


def test_bad_questions_are_not_found_or_told(company: Any, board: Client) -> None:
    one = deal(company.admin, "Kualifikasi")
    assert move(board, one, "9999999").status_code == 404
    assert board.get("/deals/board/more/?column=nothing").status_code == 404
    assert board.get(f"/deals/board/more/?column={one.stage_id}&after=rubbish").status_code == 404
    assert board.post("/deals/board/move/", {"to": one.stage_id}).status_code == 404
    told = board.get('/deals/board/?f={"all":[{"field":"nothing","op":"is","value":1}]}')
    assert told.status_code == 200 and "nothing" in told.content.decode()
    assert board.get("/deals/board/?by=amount'--&within=x&lanes=y&sort=drop").status_code == 200


def test_every_module_with_a_choice_has_a_board(company: Any, board: Client) -> None:
    with acting(company.admin):
        lead = make("customers.Lead")
    assert registry.module("customers.Lead").board
    page = board.get("/leads/board/").content.decode()
    assert f'data-card="{lead.pk}"' in page
    answer = board.post(
        "/leads/board/move/", {"id": lead.pk, "to": "contacted"}, headers={"X-Requested-With": "fetch"}
    )
    assert answer.status_code in (200, 422)
    assert board.get("/contacts/board/").status_code == 200
