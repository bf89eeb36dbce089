"""Qualification: MQL and SQL, their transitions, stamps and reasons."""

from datetime import date, datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from time_machine import travel

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.activity.notification import News
from relasi.engine.declare.registry import registry
from relasi.engine.records.write import Draft, create, update, write
from relasi.modules.agenda.task import Task
from relasi.modules.customers.handover import tell_of_waiting
from relasi.modules.customers.lead import Lead
from relasi.modules.customers.qualification import MOVES
from relasi.modules.customers.stage_history import LeadStage
from tests.make import again, make, put
from tests.modules.refused import refused

pytestmark = pytest.mark.usefixtures("as_admin")

ANSWERS = {"budget": "500 jt", "authority": "Direktur", "need": "Gudang", "timing": "Q3"}


def moves(lead):
    rows = LeadStage.objects.filter(lead=lead).order_by("pk")
    return [(row.before, row.after, row.rejection_reason, row.reason) for row in rows]


def test_a_promotion_is_stamped_with_person_and_note(company):
    lead = make("customers.Lead", owner=company.sales_a)
    with acting(company.manager):
        lead = lead.promote(stage_note="Minta demo")
    assert (lead.stage, bool(lead.mql_first_at), lead.mql_first_at == lead.mql_last_at) == ("mql", True, True)
    [row] = LeadStage.objects.filter(lead=lead)
    assert (row.user_id, row.reason, row.days) == (company.manager.pk, "Minta demo", 0)


def test_an_mql_is_not_accepted_without_the_answers():
    lead = make("customers.Lead").promote()
    answers = {**ANSWERS, "budget": ""}
    assert refused(lead.accept, **answers) == [("budget", "REQUIRED")]
    assert again(lead).stage == "mql"


def test_an_accepted_mql_is_an_sql_of_whoever_accepts_it(company):
    lead = make("customers.Lead").promote()
    lead = lead.accept(**ANSWERS)
    assert (lead.stage, lead.accepted_by_id, lead.sales_owner_id) == (
        "sql",
        company.admin.pk,
        company.admin.pk,
    )
    assert (bool(lead.sql_at), lead.qualification_score) == (True, 100)


def test_an_sql_needs_an_owner_in_sales():
    lead = make("customers.Lead").promote()
    assert refused(update, lead, {**ANSWERS, "stage": "sql"}) == [("sales_owner", "REQUIRED")]


def test_rejecting_needs_a_reason():
    lead = make("customers.Lead").promote()
    assert refused(lead.reject) == [("rejection_reason", "REQUIRED")]
    lead = lead.reject(rejection_reason="budget", recycle_on="2030-08-01")
    assert (lead.stage, str(lead.recycle_on)) == ("lead", "2030-08-01")
    assert moves(lead)[-1] == ("mql", "lead", "budget", None)


def test_the_reason_of_an_earlier_rejection_does_not_pass_for_a_new_one():
    lead = make("customers.Lead").promote().reject(rejection_reason="budget").promote()
    assert lead.rejection_reason is None
    assert refused(lead.reject) == [("rejection_reason", "REQUIRED")]
    assert lead.mql_first_at < lead.mql_last_at


def test_sales_gives_an_sql_back_to_be_nurtured():
    lead = make("customers.Lead").promote().accept(**ANSWERS)
    assert refused(lead.return_to_marketing) == [("rejection_reason", "REQUIRED")]
    lead = lead.return_to_marketing(
        rejection_reason="not_yet", recycle_on="2030-08-01", stage_note="Tahun depan"
    )
    assert (lead.stage, lead.rejection_reason, str(lead.recycle_on)) == ("mql", "not_yet", "2030-08-01")
    assert moves(lead)[-1] == ("sql", "mql", "not_yet", "Tahun depan")


def test_skipping_the_mql_step_needs_the_right_and_a_note(company):
    with acting(company.sales_a):
        lead = make("customers.Lead")
        assert refused(lead.skip_to_sql, **ANSWERS) == [("stage", "NO_PERMISSION")]
    with acting(company.manager):
        assert refused(lead.skip_to_sql, **ANSWERS) == [("stage_note", "REQUIRED")]
        lead = lead.skip_to_sql(**ANSWERS, stage_note="Sudah kenal")
    assert (lead.stage, moves(lead)) == ("sql", [("lead", "sql", None, "Sudah kenal")])


def test_a_disqualified_lead_begins_anew():
    lead = make("customers.Lead").promote()
    lead = lead.disqualify(rejection_reason="out_of_area")
    assert lead.stage == "disqualified"
    assert refused(lead.promote) == [("stage", "INVALID_TRANSITION")]
    assert lead.requalify().stage == "lead"


ASKED = {"rejection_reason": "budget", "stage_note": "x", **ANSWERS}
FORBIDDEN = [(one, other) for one, other in product(MOVES, MOVES) if one != other and other not in MOVES[one]]


@pytest.mark.parametrize(("before", "after"), FORBIDDEN)
def test_a_move_that_is_not_in_the_table_is_refused_one_by_one_and_in_bulk(before, after):
    lead = put(make("customers.Lead"), stage=before.value)
    values = {"stage": after.value, **ASKED}
    assert refused(update, lead, values) == [("stage", "INVALID_TRANSITION")]
    written = write(registry.module("customers.Lead"), [Draft(values, id=lead.pk)], partial=True)
    assert [refusal.code for refusal in written.refusals] == ["INVALID_TRANSITION"]
    assert again(lead).stage == before


@pytest.mark.parametrize("stage", ["opportunity", "customer"])
def test_no_lead_begins_where_only_a_conversion_leads(stage):
    values = {"last_name": "X", "stage": stage, **ASKED}
    assert refused(create, Lead, values) == [("stage", "INVALID_TRANSITION")]


def test_converting_takes_expected_value_source_and_answers_to_the_deal():
    lead = (
        make("customers.Lead", lead_source="whatsapp", expected_value=75_000_000).promote().accept(**ANSWERS)
    )
    deal = lead.convert(expected_close="2030-01-31")
    assert (deal.amount, deal.lead_source) == (75_000_000, "whatsapp")
    assert {name: getattr(deal, name) for name in ANSWERS} == ANSWERS
    assert again(lead).status == "converted"


def test_the_bar_of_stages_offers_the_verbs_that_lead_there():
    lead = make("customers.Lead")
    steps = {str(step["label"]): step for step in lead.path_steps("stage")}
    assert [step["current"] for step in steps.values()] == [True, False, False, False, False]
    assert [step["url"] for step in steps.values()][1:4] == [
        f"/leads/{lead.pk}/do/promote/", f"/leads/{lead.pk}/do/skip_to_sql/", f"/leads/{lead.pk}/do/convert/",
    ]  # fmt: skip


# What follows for the people: a task, a notification, a clock.
FRIDAY = datetime(2026, 10, 9, 16, 0, tzinfo=ZoneInfo("Asia/Jakarta"))


def tasks_of(lead):
    return list(Task._base_manager.filter(lead=lead.pk, trashed_at=None).order_by("pk"))


def test_an_mql_asks_sales_by_one_task_and_one_notification(company):
    lead = make("customers.Lead", owner=company.sales_a)
    with acting(company.manager):
        lead = lead.promote()
    [task] = tasks_of(lead)
    assert (task.owner_id, task.status) == (company.sales_a.pk, "not_started")
    told = News.objects.filter(user=company.sales_a, record_id=task.pk)
    assert [news.kind for news in told] == ["assigned"]
    assert again(lead).handover_task_id == task.pk


def test_the_task_of_the_hand_over_ends_with_the_answer():
    lead = make("customers.Lead").promote().reject(rejection_reason="budget")
    assert [task.status for task in tasks_of(lead)] == ["done"]
    assert (again(lead).handover_until, len(tasks_of(lead.promote()))) == (None, 2)


def test_an_accepted_mql_has_a_first_step_on_the_next_working_day():
    with travel(FRIDAY, tick=False):
        lead = make("customers.Lead").promote().accept(**ANSWERS)
    offered, first = tasks_of(lead)
    assert (offered.status, first.status) == ("done", "not_started")
    assert first.due_on == date(2026, 10, 12)


def test_the_manager_is_told_of_an_mql_nobody_took_over_in_two_working_days(company):
    with travel(FRIDAY, tick=False):
        lead = make("customers.Lead", owner=company.sales_a).promote()
        taken = make("customers.Lead", owner=company.sales_a).promote().accept(**ANSWERS)
        given_up = make("customers.Lead", owner=company.sales_a).promote()
        update(given_up, {"status": "lost", "lost_reason": "no_budget"})
    tuesday = FRIDAY + timedelta(days=4)
    with acting(SYSTEM, via="system"):
        assert tell_of_waiting(tuesday - timedelta(seconds=1)) == 0
        assert [tell_of_waiting(tuesday), tell_of_waiting(tuesday + timedelta(days=1))] == [1, 0]
    told = News.objects.filter(kind="handover")
    assert [(news.user_id, news.record_id) for news in told] == [(company.manager.pk, lead.pk)]
    assert again(taken).handover_until is None


def test_leads_that_come_as_mql_start_no_clock():
    lead = make("customers.Lead", stage="mql")
    assert (lead.handover_until, tasks_of(lead)) == (None, [])
