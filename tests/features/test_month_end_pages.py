"""The pages of the month-end: figures add up to their rows, months are compared, and nobody sees more than elsewhere."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import pytest

from relasi.engine.access.acting import acting
from relasi.features.month_end.checklist import checklist
from relasi.features.month_end.models import Snapshot
from relasi.features.month_end.parts import PARTS, PIPELINE, RECEIVABLES, lines, rows_of, totals
from relasi.features.tie_out.models import Outcome, TieOutResult, TieOutRun
from relasi.kits.pipeline.days import today
from relasi.modules.billing.closed_period import ClosedPeriod
from relasi.modules.billing.invoice import Invoice
from tests.features.test_month_end import DAY, close, made, moves_before, sent
from tests.features.test_month_end import stages as deal_stages
from tests.make import make
from tests.modules.trading import document, paid, thing
from tests.people import signed_in

ON = timedelta(days=10)


@pytest.fixture
def closed(as_admin: Any, company: Any) -> tuple[Snapshot, Snapshot]:
    """Two closings: of the second, PT Maju owes more and PT Jaya nothing any more, in part in dollars."""
    on = today() - ON
    maju, jaya = make("customers.Account", name="PT Maju"), make("customers.Account", name="PT Jaya")
    sent(maju, 1_000, on - 40 * DAY)
    sent(jaya, 500, on - 40 * DAY).pay(amount=500, date=str(on))
    first = close(on - 30 * DAY)
    sent(maju, 200, on)
    sent(maju, 70, on, currency="USD", rate=16_000)
    for n, stage in enumerate(deal_stages()[1]):
        made(make("sales.Deal", stage=stage, pipeline=stage.pipeline_id, amount=900 + n), 20 + 30 * n)
    panel = made(make("catalog.Product", name="Panel"), 60)
    make("inventory.StockAdjustment", product=panel, counted=4, unit_cost=25)
    moves_before(20)
    return first, close(on)


def of_party(user: Any, part: Any, one: Snapshot, other: Snapshot | None = None) -> list[dict[str, Any]]:
    rows = rows_of(part, user, one, *([other] if other else []))
    return list(lines(part, user, part.groupings[0], rows, one, other))


def test_totals_are_the_sums_of_the_lines(closed: Any, company: Any) -> None:
    first, second = closed
    for part in PARTS:
        for grouping in part.groupings:
            rows = rows_of(part, company.admin, first, second)
            found = list(lines(part, company.admin, grouping, rows, second, first))
            for total in totals(part, company.admin, rows, second, first):
                of = [one for one in found if one.get("currency") == total.get("currency")]
                for figure in part.figures:
                    if figure.sums:
                        assert total[figure.name] == sum(one[figure.name] for one in of), (
                            part.key,
                            grouping.key,
                        )
                assert total["change"] == sum(one["change"] for one in of) == total[part.main] - total["then"]


def test_a_month_is_compared_line_by_line_with_another(closed: Any, company: Any) -> None:
    first, second = closed
    found = {
        (one["party_name_now"], one["currency"]): (one["owed"], one["then"], one["change"])
        for one in of_party(company.admin, RECEIVABLES, second, first)
    }
    assert found == {
        ("PT Maju", "IDR"): (1_200, 1_000, 200), ("PT Jaya", "IDR"): (0, 500, -500), ("PT Maju", "USD"): (70, 0, 70),
    }  # fmt: skip


def test_every_part_is_a_page_in_both_months_and_opens_what_is_behind_it(closed: Any, company: Any) -> None:
    _first, second = closed
    client, home = signed_in(company.admin), f"/month-end/{second.pk}/"
    assert "PT Maju" in client.get(home, {"part": "receivables"}).text
    for part in PARTS:
        for grouping in part.groupings:
            assert client.get(home, {"part": part.key, "by": grouping.key}).status_code == 200
    maju = second.balancerows.filter(party_name="PT Maju", currency="USD").get().party_id
    inside = client.get(home, {"part": "receivables", "by": "kind", "party_id": maju, "currency": "USD"}).text
    assert "/receivables/rows/?" in inside
    assert "PT Maju" in inside
    assert "Rp\xa01.120.000" in inside
    assert client.get("/month-end/").status_code == 200
    assert client.get("/month-end/999999/").status_code == 404


def test_a_file_holds_the_lines_that_are_shown(closed: Any, company: Any) -> None:
    first, second = closed
    client = signed_in(company.admin)
    answer = client.get(
        f"/month-end/{second.pk}/", {"part": "receivables", "format": "csv", "with": first.pk}
    )
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert len(rows) == 4
    assert ["PT Jaya", "", "IDR"] in [row[:3] for row in rows]
    assert rows[[row[:3] for row in rows].index(["PT Jaya", "", "IDR"])][-2:] == ["500,00", "-500,00"]
    answer = client.get(f"/month-end/{second.pk}/", {"part": "stock", "format": "xlsx"})
    assert answer.content[:2] == b"PK"
    assert client.get(f"/month-end/{second.pk}/", {"format": "exe"}).status_code == 404


def test_a_seller_sees_what_comes_from_their_own_records_alone(as_admin: Any, company: Any) -> None:
    mine = make("customers.Account", name="PT Milikku", owner=company.sales_a)
    theirs = make("customers.Account", name="PT Orang")
    sent(mine, 300, today() - ON, owner=company.sales_a.pk)
    sent(theirs, 9_000, today() - ON)
    make("sales.Deal", amount=5, owner=company.sales_a)
    make("sales.Deal", amount=70)
    snapshot = close(today())
    with acting(company.sales_a):
        assert [one["owed"] for one in of_party(company.sales_a, RECEIVABLES, snapshot)] == [300]
        assert [one["open_amount"] for one in of_party(company.sales_a, PIPELINE, snapshot)] == [5]
    client = signed_in(company.sales_a)
    page = client.get(f"/month-end/{snapshot.pk}/", {"part": "receivables"}).text
    assert "PT Milikku" in page
    assert "PT Orang" not in page
    assert "9.000" not in page
    assert "9.000" not in client.get("/month-end/").text
    assert client.get("/closed-periods/new/").status_code == 404


def test_the_page_tells_of_earlier_snapshots_and_of_what_was_undone(as_admin: Any, company: Any) -> None:
    sent(make("customers.Account"), 70, today() - ON)
    as_admin.change_set = None
    first = close(today() - ON)
    as_admin.change_set = None
    client = signed_in(company.admin)
    client.post(f"/changes/{first.change_set}/undo/")
    assert not ClosedPeriod._base_manager.filter(trashed_at=None).exists()
    page = client.get(f"/month-end/{first.pk}/").text
    assert "Penutupan ini dibatalkan" in page
    second = close(today() - ON)
    listed = client.get("/month-end/").text
    assert f"/month-end/{second.pk}/" in listed
    assert f"/month-end/{first.pk}/" not in listed
    assert f"/month-end/{first.pk}/" in client.get(f"/month-end/{second.pk}/").text


def test_the_checklist_counts_what_is_open_up_to_the_day_and_leads_there(as_admin: Any, company: Any) -> None:
    on = today() - ON
    account = make("customers.Account")
    for day in (on, on - DAY, on + DAY):
        document(Invoice, thing(5), account=account, date=str(day), due_date=str(day))
    paid(account, 100, date=str(on))
    make("billing.BankMovement", date=str(on))
    make("billing.BankMovement", date=str(on + DAY))
    [run] = TieOutRun.objects.bulk_create([TieOutRun(finished_at=None)])
    assert [one.count for one in checklist(company.admin, on)] == [2, 0, 1, 0, 1, None]
    TieOutRun.objects.filter(pk=run.pk).update(started_at=run.asked_at, finished_at=run.asked_at)
    TieOutResult.objects.bulk_create([
        TieOutResult(run=run, check_key="x", outcome=Outcome.DIFFERS, differing=3)
    ])  # fmt: skip
    points = checklist(company.admin, on)
    assert points[-1].count == 3
    client = signed_in(company.admin)
    for one in points:
        assert client.get(one.url).status_code == 200
    page = client.get("/closed-periods/new/", {"until": str(on)}).text
    assert page.count('class="ava ava-sq ava-md" data-tone="kuning"') == 4


def test_closing_on_the_page_leads_to_the_snapshot_and_a_wrong_day_loses_nothing(
    as_admin: Any, company: Any
) -> None:
    client = signed_in(company.admin)
    refused = client.post("/closed-periods/new/", {"until": "31 Foo", "note": "Sudah dicek"})
    assert refused.status_code == 422
    assert "Sudah dicek" in refused.text
    assert "31 Foo" in refused.text
    assert not Snapshot.objects.exists()
    done = client.post("/closed-periods/new/", {"until": str(today() - ON), "note": "Sudah dicek"})
    snapshot = Snapshot.objects.get()
    assert done.headers["Location"] == f"/month-end/{snapshot.pk}/"
    assert snapshot.taken_by == company.admin
    assert f"/month-end/{snapshot.pk}/" in client.get(f"/closed-periods/{snapshot.closing_id}/").text


def test_programs_read_snapshots_with_the_rights_of_their_person(closed: Any, company: Any) -> None:
    _first, second = closed
    client = signed_in(company.admin)
    told = client.get("/api/v1/month-end").json()["data"]
    assert [one["id"] for one in told] == [second.pk, _first.pk]
    found = client.get(f"/api/v1/month-end/{second.pk}/receivables", {"size": 1}).json()
    more = client.get(
        f"/api/v1/month-end/{second.pk}/receivables", {"size": 5, "after": found["after"]}
    ).json()
    amounts = {
        (one["kind"], one["currency"]): float(one["amount"]) for one in (*found["data"], *more["data"])
    }
    assert amounts == {("invoice", "IDR"): 1_200, ("invoice", "USD"): 70}
    assert client.get(f"/api/v1/month-end/{second.pk}/nothing").status_code == 404
    company.open_role("Baca", under="Manajer", profile=company.profile("Baca", tools=["api"]))
    reader = company.hire("Rani", "Baca")
    assert signed_in(reader).get(f"/api/v1/month-end/{second.pk}/receivables").json()["data"] == []


def test_who_does_not_see_amounts_sees_how_many_deals_there_were(closed: Any, company: Any) -> None:
    _first, second = closed
    hidden = {"sales.deal": {"amount": "hidden", "weighted_amount": "hidden"}}
    profile = company.profile("Tanpa nilai", view_all=True, fields=hidden)
    company.open_role("Tanpa nilai", under="Manajer", profile=profile)
    client = signed_in(company.hire("Tono", "Tanpa nilai"))
    page = client.get(f"/month-end/{second.pk}/", {"part": "pipeline"}).text
    assert "Nilai tertimbang" not in page
    assert "Rp\xa0900" not in page
    assert "Rp\xa0900" in signed_in(company.admin).get(f"/month-end/{second.pk}/", {"part": "pipeline"}).text
    assert client.get("/month-end/").status_code == 200
