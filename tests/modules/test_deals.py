"""Deal: the acceptance checks of its specification, and what follows from them."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db.models import Sum
from django.utils import timezone

from relasi.engine.access.acting import acting
from relasi.engine.declare.registry import registry
from relasi.engine.query.condition import matches
from relasi.engine.query.listing import Listing
from relasi.engine.records.change_set import ChangeSet
from relasi.engine.records.undo import revert
from relasi.engine.records.write import Draft, create, trash, update, write
from relasi.kits.pipeline.days import today
from relasi.modules.sales.deal import Deal
from relasi.modules.sales.pipeline import Pipeline, Stage
from relasi.modules.sales.stage_history import DealStage
from tests.make import again, make, put
from tests.modules.refused import refused

pytestmark = pytest.mark.usefixtures("as_admin")

MODULE = "sales.Deal"


def stage(name, pipeline=None):
    rows = Stage._base_manager.filter(name=name)
    return rows.get(pipeline=pipeline) if pipeline else rows.get()


def deal_in(name, **values):
    return make(MODULE, stage=stage(name), **values)


def test_a_new_deal_stands_in_the_first_stage_of_the_usual_pipeline():
    deal = make(MODULE, amount=1000)
    assert (str(deal.stage), str(deal.pipeline)) == ("Prospek Baru", "Penjualan")
    assert (deal.probability, deal.probability_manual, deal.weighted_amount) == (10, False, 100)
    assert (deal.status, deal.forecast_category, deal.closed_at) == ("open", "pipeline", None)


def test_the_weighted_value_of_open_deals_adds_up():
    for amount, probability in ((100, 10), (200, 50), (300, 75)):
        make(MODULE, amount=amount * 1_000_000, probability=probability)
    make(MODULE, amount=50_000_000).win()
    open_deals = Deal.objects.filter(status="open")
    assert open_deals.aggregate(total=Sum("weighted_amount"))["total"] == 335_000_000


def test_the_weighted_value_follows_amount_and_probability():
    deal = make(MODULE, amount=1_000_000)
    assert update(deal, {"amount": 2_000_000}).weighted_amount == 200_000
    assert update(deal, {"probability": 35}).weighted_amount == 700_000
    assert update(deal, {"amount": None}).weighted_amount is None


def test_a_deal_is_not_lost_without_a_reason():
    deal = make(MODULE)
    assert refused(update, deal, {"stage": stage("Kalah").pk}) == [("lost_reason", "REQUIRED")]
    assert refused(deal.lose) == [("lost_reason", "REQUIRED")]
    assert str(again(deal).stage) == "Prospek Baru"
    deal = deal.lose(lost_reason="price", competitor="PT Sebelah")
    assert (deal.status, deal.probability, deal.weighted_amount) == ("lost", 0, None)
    assert (deal.lost_reason, deal.competitor, bool(deal.closed_at)) == ("price", "PT Sebelah", True)


def test_a_probability_set_by_hand_stays_when_the_stage_changes():
    deal = update(make(MODULE), {"probability": 35})
    assert deal.probability_manual
    deal = update(deal, {"stage": stage("Negosiasi").pk})
    assert (deal.probability, deal.probability_manual) == (35, True)
    deal = deal.reset_probability()
    assert (deal.probability, deal.probability_manual) == (80, False)


def test_the_probability_follows_the_stage():
    deal = update(make(MODULE), {"stage": stage("Penawaran Harga").pk})
    assert (deal.probability, deal.probability_manual, deal.forecast_category) == (60, False, "best_case")


def test_an_emptied_probability_is_the_stages_again():
    deal = update(make(MODULE), {"probability": 35})
    assert update(deal, {"probability": ""}).probability == 10


@pytest.mark.parametrize(("days", "stuck"), [(15, 1), (14, None), (0, None)])
def test_a_deal_is_stuck_only_after_its_days(company, days, stuck):
    deal = put(make(MODULE), stage_since=timezone.now() - timedelta(days=days))
    assert (deal.days_in_stage, deal.stuck_days, deal.stuck) == (days, stuck, stuck is not None)
    condition = {"field": "stuck_days", "op": "gt", "value": 0}
    found = Listing(registry.module(MODULE), company.admin, condition=condition, columns=["name"]).page().rows
    assert [row.pk for row in found] == ([deal.pk] if stuck else [])
    assert matches(condition, deal, registry.module(MODULE), company.admin) == bool(stuck)


def test_days_told_by_the_database_are_those_told_in_memory(company):
    def ago(days):
        return timezone.now() - timedelta(days=days)

    put(make(MODULE), stage_since=ago(40), created_at=ago(50))
    put(make(MODULE).win(), created_at=ago(30), closed_at=ago(9))
    computed = registry.module(MODULE).computed
    names = ("days_in_stage", "stuck_days", "age_days", "overdue", "qualification_score")
    rows = Deal._base_manager.annotate(**{f"told_{name}": computed[name].sorts_by for name in names})
    seen = [
        ({n: getattr(row, f"told_{n}") for n in names}, {n: getattr(row, n) for n in names}) for row in rows
    ]
    assert [told for told, _mine in seen] == [mine for _told, mine in seen]
    assert [mine["age_days"] for _told, mine in sorted(seen, key=lambda s: s[1]["age_days"])] == [21, 50]


def test_an_open_deal_past_its_date_stays_in_the_total_and_is_marked(company):
    yesterday = today() - timedelta(days=1)
    late = make(MODULE, amount=10, expected_close=yesterday)
    make(MODULE, amount=5, expected_close=today())
    make(MODULE, amount=7, expected_close=yesterday).win()
    assert (late.overdue, Deal.objects.filter(status="open").aggregate(s=Sum("amount"))["s"]) == (True, 15)
    [view] = [view for view in registry.module(MODULE).views if view.key == "overdue"]
    listing = Listing(registry.module(MODULE), company.admin, condition=view.condition, columns=["name"])
    assert [row.pk for row in listing.page().rows] == [late.pk]


def test_every_built_in_view_can_be_read(company):
    for label in ("sales.Deal", "customers.Account", "customers.Contact", "customers.Lead"):
        module = registry.module(label)
        for view in module.views:
            page = Listing(
                module, company.admin, view.condition, list(module.columns), list(view.sort)
            ).page()
            assert page.rows == []


def test_a_deal_needs_an_account_or_a_contact():
    values = {"name": "Tanpa siapa", "expected_close": today(), "owner": make("customers.Lead").owner_id}
    assert refused(create, Deal, values) == [("account", "REQUIRED")]
    assert create(Deal, {**values, "contact": make("customers.Contact").pk}).pk


def test_the_account_of_a_chosen_contact_is_filled_in():
    account = make("customers.Account", currency="USD")
    deal = make(MODULE, contact=make("customers.Contact", account=account))
    assert (deal.account_id, deal.currency) == (account.pk, "USD")


def test_every_move_is_kept_with_its_days(company):
    deal = put(make(MODULE), stage_since=timezone.now() - timedelta(days=3))
    deal = deal.move(stage=stage("Negosiasi").pk)
    deal.lose(lost_reason="price")
    rows = list(DealStage.objects.filter(deal=deal).order_by("pk"))
    assert [(str(r.before), str(r.after), r.days, r.user_id) for r in rows] == [
        ("Prospek Baru", "Negosiasi", 3, company.admin.pk),
        ("Negosiasi", "Kalah", 0, company.admin.pk),
    ]
    assert rows[1].reason


def test_a_closed_deal_is_changed_only_after_reopening(company):
    deal = make(MODULE, amount=5).win()
    assert refused(update, deal, {"amount": 6}) == [("", "CLOSED_RECORD")]
    assert refused(update, deal, {"stage": stage("Kalah").pk, "lost_reason": "price"}) == [
        ("", "CLOSED_RECORD")
    ]
    assert update(deal, {"owner": company.sales_a.pk}).owner_id == company.sales_a.pk


def test_reopening_goes_back_to_the_stage_before():
    deal = deal_in("Negosiasi").lose(lost_reason="price")
    deal = deal.reopen()
    assert (str(deal.stage), deal.status, deal.closed_at, deal.lost_reason) == (
        "Negosiasi",
        "open",
        None,
        None,
    )
    assert deal.probability == 80
    assert refused(deal.reopen) == [("", "INVALID_TRANSITION")]


def test_reopening_needs_the_right(company):
    with acting(company.sales_a):
        deal = make(MODULE).win()
        assert refused(deal.reopen) == [("stage", "NO_PERMISSION")]
        assert refused(update, deal, {"stage": stage("Negosiasi").pk}) == [("stage", "NO_PERMISSION")]
    with acting(company.manager):
        assert again(deal).reopen().status == "open"


def test_a_deal_read_from_a_file_may_be_closed_already():
    [deal] = write(registry.module(MODULE), [Draft({
        "name": "Lama", "account": make("customers.Account").pk, "expected_close": "2020-01-31",
        "stage": stage("Menang").pk, "owner": make("customers.Lead").owner_id, "amount": 10,
    })]).records  # fmt: skip
    assert (deal.status, deal.probability, deal.weighted_amount, bool(deal.closed_at)) == (
        "won",
        100,
        10,
        True,
    )


def test_a_stage_asks_for_fields_from_there_on():
    quote = update(stage("Penawaran Harga"), {"required_fields": ["amount", "next_step"]})
    deal = make(MODULE)
    assert update(deal, {"stage": stage("Proposisi Nilai").pk}).pk
    expected = [("amount", "REQUIRED"), ("next_step", "REQUIRED")]
    assert refused(update, deal, {"stage": quote.pk}) == expected
    assert refused(update, deal, {"stage": stage("Negosiasi").pk}) == expected
    assert refused(deal.win) == expected
    deal = update(deal, {"stage": quote.pk, "amount": 5, "next_step": "Telepon"})
    assert refused(update, deal, {"amount": ""}) == [("amount", "REQUIRED")]
    assert deal.lose(lost_reason="price").status == "lost"


def test_only_chosen_roles_may_set_a_stage(company):
    update(stage("Menang"), {"set_by": [company.roles["Manajer"].pk]})
    with acting(company.sales_a):
        deal = make(MODULE)
        assert refused(deal.win) == [("stage", "NO_PERMISSION")]
    with acting(company.manager):
        assert again(deal).win().status == "won"


def test_a_pipeline_can_forbid_to_skip_stages():
    update(Pipeline._base_manager.get(), {"no_skipping": True})
    deal = make(MODULE)
    assert refused(deal.move, stage=stage("Negosiasi").pk) == [("stage", "INVALID_TRANSITION")]
    assert refused(deal.win) == [("stage", "INVALID_TRANSITION")]
    deal = deal.move(stage=stage("Kualifikasi").pk)
    assert deal.move(stage=stage("Prospek Baru").pk).lose(lost_reason="price").status == "lost"


def second_pipeline():
    pipeline = make("sales.Pipeline", name="Perpanjangan")
    for place, (name, probability, outcome) in enumerate(
        [
            ("Ditawarkan", 50, "open"),
            ("Disepakati", 90, "open"),
            ("Diperpanjang", 100, "won"),
            ("Berhenti", 0, "lost"),
        ]
    ):
        values = {"pipeline": pipeline.pk, "name": name, "probability": probability, "outcome": outcome}
        create(Stage, {**values, "position": place})
    return pipeline


def test_a_deal_moves_to_the_nearest_stage_of_another_pipeline_after_asking():
    pipeline, deal = second_pipeline(), deal_in("Negosiasi")
    assert refused(update, deal, {"pipeline": pipeline.pk}) == [("stage", "INVALID_TRANSITION")]
    moved = update(deal, {"pipeline": pipeline.pk}, confirmed=["pipeline"])
    assert (str(moved.stage), moved.probability) == ("Disepakati", 90)


def test_a_stage_tells_its_pipeline():
    pipeline, deal = second_pipeline(), make(MODULE)
    moved = update(deal, {"stage": stage("Ditawarkan").pk})
    assert moved.pipeline_id == pipeline.pk
    assert str(moved.win().stage) == "Diperpanjang"
    wrong = {"pipeline": pipeline.pk, "stage": stage("Kualifikasi").pk}
    assert refused(update, make(MODULE), wrong) == [("stage", "INVALID_VALUE")]


def test_a_stage_in_use_is_not_deleted():
    deal = deal_in("Negosiasi")
    assert refused(trash, Stage, [deal.stage_id]) == [("", "LOCKED")]
    assert refused(update, deal.stage, {"outcome": "won"}) == [("", "LOCKED")]
    assert refused(trash, Pipeline, [deal.pipeline_id]) == [("", "LOCKED")]


def test_a_stage_that_is_not_used_any_more_is_not_chosen():
    update(stage("Proposisi Nilai"), {"active": False})
    assert refused(make(MODULE).move, stage=stage("Proposisi Nilai").pk) == [("stage", "BAD_REFERENCE")]


def test_the_score_is_the_mean_of_what_is_known():
    deal = make(MODULE, amount=5, contact=make("customers.Contact"), next_step="Telepon", type="new")
    parts = [(weight, score) for _label, weight, score in deal.score_parts()]
    assert [weight for weight, _score in parts] == [30, 20, 10]
    assert again(deal).deal_score == round((30 * 100 + 20 * 5 + 10 * 67) / 60)
    deal = put(deal, stage_since=timezone.now() - timedelta(days=28))
    assert deal.score_parts()[0][2] == 0
    assert deal.win().deal_score is None


def test_undoing_a_move_puts_everything_back_and_says_so_in_the_history(company):
    deal = make(MODULE, amount=100)
    with acting(company.admin) as stretch:
        deal.win()
    with acting(company.admin):
        revert(ChangeSet.objects.get(pk=stretch.change_set))
    deal = again(deal)
    assert (str(deal.stage), deal.status, deal.closed_at, deal.weighted_amount) == (
        "Prospek Baru",
        "open",
        None,
        10,
    )
    rows = DealStage.objects.filter(deal=deal).order_by("pk")
    assert [(str(r.before), str(r.after)) for r in rows] == [
        ("Prospek Baru", "Menang"),
        ("Menang", "Prospek Baru"),
    ]


def test_the_bar_of_stages_offers_the_verbs_that_lead_there():
    deal = deal_in("Kualifikasi")
    steps = deal.path_steps("stage")
    assert [step["done"] for step in steps[:3]] == [True, False, False]
    assert steps[1]["current"] and steps[6]["url"] == f"/deals/{deal.pk}/do/win/"
    assert steps[2]["url"] == f"/deals/{deal.pk}/do/move/?stage={stage('Analisis Kebutuhan').pk}"
    assert {step["url"] for step in deal.win().path_steps("stage")} == {None}


def test_the_owner_is_found_by_the_stage_name_in_either_language(company):
    with acting(company.sales_a):
        module = registry.module(MODULE)
        account = make("customers.Account")
        drafts = [
            Draft({"name": name, "account": account.pk, "stage": name, "expected_close": "2030-01-01"})
            for name in ("Negosiasi", "negotiation")
        ]
        assert {str(deal.stage) for deal in write(module, drafts).records} == {"Negosiasi"}


def test_amounts_keep_their_cents():
    assert make(MODULE, amount="1.000,55", currency="USD", probability=50).weighted_amount == Decimal(
        "500.28"
    )


def test_a_date_that_is_over_is_marked_in_lists_without_a_query_for_each_row(
    company, django_assert_num_queries
):
    for days in (-1, 0, 1):
        make(MODULE, expected_close=today() + timedelta(days=days))
    listing = Listing(
        registry.module(MODULE), company.admin, None, ["name", "expected_close", "stage"], ["name"]
    )
    rows = listing.page().rows
    kind, stage_kind = (path.kind for path in listing.paths[1:])
    with django_assert_num_queries(0):
        marked = ["Lewat tanggal" in kind.cell(row.expected_close, row) for row in rows]
        drawn = {stage_kind.cell(row.stage_id, row) for row in rows}
    assert marked == [True, False, False]
    assert drawn == {'<span class="badge" data-tone="gray">Prospek Baru</span>'}
