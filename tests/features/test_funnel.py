"""The funnel: rates over those who took the first step in the span, of what the person may see."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.declare.registry import registry
from relasi.engine.records.write import Draft, create, write
from relasi.features.funnel.rates import Span, deal_rates, lead_rates
from relasi.modules.customers.lead import Lead
from relasi.modules.sales.deal import Deal
from tests.make import make
from tests.people import make_profile, make_role, make_user, signed_in

pytestmark = pytest.mark.usefixtures("as_admin")
JAKARTA = ZoneInfo("Asia/Jakarta")
MAY = Span(date(2026, 5, 1), date(2026, 5, 31))


def at(month: int, day: int, hour: int = 9) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=JAKARTA)


def stamp(model: Any, ids: list[int], **stamps: Any) -> None:
    """Columns as they stand at the end of a long story."""
    model._base_manager.filter(pk__in=ids).update(**stamps)


def leads(count: int, **stamps: Any) -> None:
    drafts = [Draft({"last_name": f"Orang {n}"}) for n in range(count)]
    stamp(Lead, [one.pk for one in write(registry.of(Lead), drafts, confirmed=["double"]).records], **stamps)


def test_a_quarter_of_the_leads_of_may_became_mql_in_may(company):
    leads(145, created_at=at(5, 10))
    leads(50, created_at=at(5, 1, 0), mql_first_at=at(5, 31, 23))
    leads(5, created_at=at(5, 20), mql_first_at=at(6, 1, 0))
    leads(3, created_at=at(4, 30), mql_first_at=at(5, 2))
    rate = lead_rates(company.admin, MAY).mql
    assert (rate.part, rate.whole, rate.percent) == (50, 200, 25)


def test_of_the_mqls_of_may_forty_percent_are_sql_today(company):
    leads(30, created_at=at(4, 1), mql_first_at=at(5, 5))
    leads(20, created_at=at(5, 1), mql_first_at=at(5, 6), sql_at=at(7, 1))
    leads(4, created_at=at(5, 1), mql_first_at=at(6, 6), sql_at=at(7, 1))
    assert lead_rates(company.admin, MAY).sql.percent == 40


def test_sqls_that_became_customers_and_the_days_to_mql(company):
    for days in (1, 2, 9):
        leads(1, created_at=at(5, 1), mql_first_at=at(5, 1 + days), sql_at=at(5, 20), stage="customer")
    leads(1, created_at=at(5, 1), sql_at=at(5, 21), stage="sql")
    found = lead_rates(company.admin, MAY)
    assert (found.won.percent, found.days_to_mql) == (75, 2)


def test_a_rejected_mql_is_counted_with_its_reason(company):
    for reason in ("budget", "budget", "no_reply"):
        make("customers.Lead").promote().reject(rejection_reason=reason)
    make("customers.Lead").promote()
    now = datetime.now(JAKARTA).date()
    assert lead_rates(company.admin, Span(now, now)).rejected == {"budget": 2, "no_reply": 1}
    assert lead_rates(company.admin, MAY).rejected == {}


def test_sources_say_how_far_their_leads_came(company):
    leads(
        3,
        created_at=at(5, 2),
        lead_source="whatsapp",
        stage="customer",
        mql_first_at=at(5, 3),
        sql_at=at(5, 4),
    )
    leads(1, created_at=at(5, 2), lead_source="whatsapp")
    leads(1, created_at=at(5, 2))
    rows = lead_rates(company.admin, MAY).sources
    assert [(row[1:]) for row in rows] == [(4, 3, 3, 3), (1, 0, 0, 0)]


def test_twelve_won_and_eight_lost_are_a_win_rate_of_sixty_percent(company):
    for n in range(20):
        won = "won" if n < 12 else "lost"
        stamp(Deal, [make("sales.Deal").pk], status=won, closed_at=at(5, 15), created_at=at(5, 5))
    stamp(Deal, [make("sales.Deal").pk], status="won", closed_at=at(6, 1, 0))
    make("sales.Deal")
    found = deal_rates(company.admin, MAY)
    assert found is not None
    assert (found.won.percent, found.cycle) == (60, 10)


def test_nobody_is_told_of_leads_they_may_not_see(company):
    with acting(SYSTEM):
        for owner in (company.sales_a, company.sales_b):
            lead = create(Lead, {"last_name": "X", "owner": owner.pk})
            stamp(Lead, [lead.pk], created_at=at(5, 3), mql_first_at=at(5, 4))
    for who, count in ((company.sales_a, 1), (company.manager, 2)):
        with acting(who):
            assert lead_rates(who, MAY).mql.whole == count


def test_the_page_is_for_those_who_see_the_stages(company):
    leads(1, created_at=at(5, 2), lead_source="whatsapp", mql_first_at=at(5, 3))
    page = signed_in(company.admin).get("/funnel/?first=2026-05-01&last=2026-05-31").content.decode()
    assert "100%" in page and "WhatsApp" in page
    assert signed_in(company.admin).get("/funnel/?first=gestern&last=99999-01-01").status_code == 200
    closed = make_profile("Tertutup", tools=["*"], fields={"customers.lead": {"mql_first_at": "hidden"}})
    assert (
        signed_in(make_user("tertutup", make_role("Tertutup", profiles=[closed]))).get("/funnel/").status_code
        == 404
    )
