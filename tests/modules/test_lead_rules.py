"""Lead rules: points of leads, and leads that become MQLs by themselves."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.utils import timezone

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.activity.notification import News
from relasi.engine.declare.registry import registry
from relasi.engine.query.condition import matches
from relasi.engine.records.change_set import ChangeRow, ChangeSet, close_change_set
from relasi.engine.records.refusal import Refused
from relasi.engine.records.undo import revert
from relasi.engine.records.write import create, trash, update
from relasi.kits.pipeline.days import today
from relasi.modules.agenda.task import Task
from relasi.modules.customers.lead import Lead
from relasi.modules.customers.lead_rule import LeadRule
from relasi.modules.customers.scoring import weigh_all
from relasi.modules.customers.stage_history import LeadStage
from tests.make import again, make
from tests.modules.refused import refused
from tests.people import signed_in

pytestmark = pytest.mark.usefixtures("as_admin")


def is_(field: str, value: Any, op: str = "is") -> dict[str, Any]:
    return {"field": field, "op": op, "value": value}


def points(number: int, *leaves: dict[str, Any]) -> LeadRule:
    return make("customers.LeadRule", points=number, condition={"all": list(leaves)}, active=True)


def makes_mql(*leaves: dict[str, Any], **values: Any) -> LeadRule:
    return make("customers.LeadRule", effect="mql", condition={"all": list(leaves)}, active=True, **values)


@pytest.fixture
def rule(company: Any) -> LeadRule:
    """58 points for a lead of a trade show, 5 for one that is active; from 60 on an active lead is an MQL."""
    points(58, is_("lead_source", "trade_show"))
    points(5, is_("rating", "active"))
    return makes_mql(is_("score", 60, "gte"), is_("rating", "active"))


def test_a_lead_that_comes_to_fit_is_an_mql_with_one_task_and_one_notification(
    company: Any, rule: LeadRule
) -> None:
    lead = make("customers.Lead", lead_source="trade_show", owner=company.sales_b, mobile="0812 3456 7890")
    assert (again(lead).score, again(lead).stage) == (58, "lead")
    close_change_set()
    News.objects.all().delete()
    update(lead, {"rating": "active"})
    lead = again(lead)
    assert (lead.score, lead.stage, lead.qualified_by_id) == (63, "mql", rule.pk)
    [row] = LeadStage.objects.filter(lead=lead)
    assert (row.before, row.after, row.score, row.rule_id, row.user_id) == ("lead", "mql", 63, rule.pk, None)
    [task] = Task.objects.filter(lead=lead)
    assert (task.owner_id, lead.handover_task_id, bool(lead.handover_until)) == (
        company.sales_b.pk,
        task.pk,
        True,
    )
    assert News.objects.filter(user=company.sales_b).count() == 1


def test_no_score_takes_a_lead_back(rule: LeadRule) -> None:
    lead = make("customers.Lead", lead_source="trade_show", rating="active")
    assert again(lead).stage == "mql"
    update(again(lead), {"lead_source": "employee", "rating": None})
    assert (again(lead).score, again(lead).stage) == (0, "mql")


def test_what_sales_gave_back_waits_for_its_day(rule: LeadRule) -> None:
    for_good = make("customers.Lead", lead_source="trade_show", rating="active")
    later = make("customers.Lead", lead_source="trade_show", rating="active")
    again(for_good).reject(rejection_reason="budget")
    again(later).reject(rejection_reason="not_yet", recycle_on=today() + timedelta(days=1))
    update(again(later), {"title": "Direktur"})
    assert {again(for_good).stage, again(later).stage} == {"lead"}
    update(again(later), {"recycle_on": today()})
    assert (again(for_good).stage, again(later).stage) == ("lead", "mql")


def test_who_can_only_be_mailed_and_has_not_agreed_is_not_promoted(rule: LeadRule) -> None:
    fits = {"lead_source": "trade_show", "rating": "active", "email": "ratna@maju.co.id"}
    alone = make("customers.Lead", **fits)
    agreed = make("customers.Lead", **fits, consent_at=timezone.now(), consent_purpose="Kabar produk")
    phone = make("customers.Lead", **fits, mobile="0812 3456 7890")
    assert [again(one).stage for one in (alone, agreed, phone)] == ["lead", "mql", "mql"]
    with pytest.raises(Refused) as warned:
        again(alone).promote()
    assert [one.more["confirm"] for one in warned.value.refusals] == ["consent"]
    assert update(again(alone), {"stage": "mql"}, confirmed=["consent"]).qualified_by_id is None


@pytest.mark.parametrize(
    "values", [{"status": "lost", "lost_reason": "no_budget"}, {"status": "junk", "lost_reason": "spam"}]
)
def test_a_lead_that_is_given_up_is_not_promoted(rule: LeadRule, values: dict[str, Any]) -> None:
    assert again(make("customers.Lead", lead_source="trade_show", rating="active", **values)).stage == "lead"


def test_points_are_no_change_of_a_lead_and_an_undo_brings_the_promotion_back(
    company: Any, rule: LeadRule
) -> None:
    lead = make("customers.Lead", lead_source="trade_show")
    close_change_set()
    with acting(company.admin) as stretch:
        update(again(lead), {"rating": "active"})
    written = [row.after or {} for row in ChangeRow.objects.filter(record_id=lead.pk)]
    assert again(lead).stage == "mql" and not any("score" in row for row in written)
    close_change_set()
    with acting(company.admin):
        revert(ChangeSet.objects.get(pk=stretch.change_set))
    assert (again(lead).rating, again(lead).stage, again(lead).qualified_by_id) == (None, "lead", None)
    assert again(lead).score == 58


def test_a_rule_that_is_changed_or_gone_counts_for_everybody_after_the_job(rule: LeadRule) -> None:
    leads = [make("customers.Lead", employees=n) for n in (10, 200, 600)]
    new = points(40, is_("employees", 500, "gt"))
    points(25, is_("employees", 100, "gte"))
    assert weigh_all() == 3
    assert [again(one).score for one in leads] == [0, 25, 65]
    update(new, {"points": 10})
    weigh_all()
    assert again(leads[2]).score == 35
    for one in LeadRule.objects.all():
        trash(LeadRule, [one.pk])
    weigh_all()
    assert {again(one).score for one in leads} == {0}


def test_the_database_and_the_memory_agree_on_who_fits(company: Any) -> None:
    rules = [
        points(1, is_("rating", "active")), points(2, is_("employees", 100, "gte")),
        points(4, {"any": [is_("lead_source", "employee"), is_("company", "PT", "contains")]}),
        points(8, is_("email", None, "not_empty")),
    ]  # fmt: skip
    leads = [
        make("customers.Lead", rating=rating, employees=employees, lead_source=source, company=name, email=email)
        for rating in ("active", None) for employees in (99, 100) for source in ("employee", None)
        for name, email in (("PT Maju", None), (None, f"x{employees}@maju.id"))
    ]  # fmt: skip
    module = registry.of(Lead)
    for lead in map(again, leads):
        told = [rule.points for rule in rules if matches(rule.condition, lead, module, SYSTEM)]
        assert lead.score == sum(told)


@pytest.mark.parametrize(
    ("values", "wrong"),
    [
        ({"condition": {}}, [("condition", "REQUIRED")]),
        ({"points": None}, [("points", "REQUIRED")]),
        ({"points": 101}, [("points", "OUT_OF_RANGE")]),
        ({"condition": is_("tidak_ada", 1)}, [("condition", "INVALID_VALUE")]),
        ({"condition": {"field": "owner", "op": "me"}}, [("condition", "INVALID_VALUE")]),
    ],
    ids=["no filter", "no points", "too many", "no such field", "depends on who looks"],
)
def test_a_rule_that_makes_no_sense_is_refused(values: dict[str, Any], wrong: list[tuple[str, str]]) -> None:
    assert refused(make, "customers.LeadRule", **values) == wrong


def test_an_admin_chooses_the_filter_of_a_list_view_and_gets_it_back_in_words(company: Any) -> None:
    client = signed_in(company.admin)
    page = client.get("/lead-rules/new/").content.decode()
    values = [unescape(value) for value in re.findall('value="([^"]*)"', page)]
    [value] = [one for one in values if '"stage"' in one and '"mql"' in one]
    form = {"name": "Sudah MQL", "effect": "points", "points": "7", "condition": value, "active": "on"}
    assert client.post("/lead-rules/new/", {**form, "points": "banyak"}).status_code == 422
    assert client.post("/lead-rules/new/", form).status_code == 302
    rule = LeadRule.objects.get(name="Sudah MQL")
    page = client.get(f"/lead-rules/{rule.pk}/").content.decode()
    assert "MQL" in page and "Tahap" in page


def test_only_an_admin_makes_rules(company: Any) -> None:
    with acting(company.manager), pytest.raises(Refused):
        create(LeadRule, {"name": "X", "points": 5, "condition": is_("rating", "active")})
    assert signed_in(company.manager).get("/lead-rules/").status_code == 404
