"""What a change of plan, a pause or a cancellation would do is told beforehand, comes out like that, and leaves no trace."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from markupsafe import escape

from relasi.engine.records.change_set import ChangeRow, ChangeSet
from relasi.engine.records.refusal import Refused
from relasi.engine.records.tried import tried
from relasi.modules.billing.credit_note import CreditNote
from relasi.modules.billing.invoice import Invoice
from relasi.modules.subscribing.billing_run import bill_due
from relasi.modules.subscribing.plan_change import PlanChange
from relasi.modules.subscribing.plan_told import next_bill
from relasi.modules.subscribing.subscription_period import SubscriptionPeriod
from relasi.modules.subscribing.transaction import Transaction
from tests.make import again
from tests.modules.subscribing import invoices, on, plan, running
from tests.people import signed_in

pytestmark = pytest.mark.django_db
KEPT = (PlanChange, Invoice, CreditNote, Transaction, ChangeSet, ChangeRow)
TAXED = plan(taxes=["PPN"])


def stored() -> list[int]:
    return [model._base_manager.count() for model in KEPT]


@dataclass(frozen=True)
class Outcome:
    """today, following: payable of what was billed at once and next. credit: of the note. balance: of the next invoice."""

    effective_on: Any
    amount: Any
    today: Any
    credit: Any
    following: Any
    balance: Any


def told_of(found: Any) -> Outcome:
    change = PlanChange._base_manager.latest("pk")
    coming = next_bill(again(found))
    assert coming is not None
    return Outcome(
        change.effective_on, change.amount, change.invoice and change.invoice.payable,
        change.credit_note and change.credit_note.payable, coming.payable, coming.payable - coming.credit,
    )  # fmt: skip


def came_of(found: Any) -> Outcome:
    change = PlanChange._base_manager.latest("pk")
    with on(str(again(found).next_date)):
        bill_due()
    period = SubscriptionPeriod._base_manager.filter(subscription=found.pk, period__isnull=False).latest(
        "period"
    )
    billed = period.invoice
    return Outcome(
        change.effective_on, change.amount, change.invoice_id and Invoice._base_manager.get(pk=change.invoice_id).payable,
        change.credit_note and change.credit_note.payable, billed.payable if billed else 0, billed.balance if billed else 0,
    )  # fmt: skip


@settings(
    max_examples=5,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    st.integers(0, 900_000), st.integers(1, 4), st.integers(1, 30), st.sampled_from(["now", "next"]),
    st.sampled_from(["period_end", "balance"]), st.sampled_from(["", "now", "period_end"]), st.booleans(),
)  # fmt: skip
def test_what_is_told_is_what_comes_of_it(
    as_admin: Any, price: int, quantity: int, day: int, upgrade: str, downgrade: str, when: str, renamed: bool
) -> None:
    with on("2026-04-01"):
        found = running(TAXED, start="2026-04-01", upgrade_billed=upgrade, downgrade_holds=downgrade)
        invoices(found)[0].pay(amount=333_000)
    asked = {"price": price, "quantity": quantity, "change_when": when, "name": "Pro" if renamed else ""}
    with on(f"2026-04-{day:02}"):
        before = stored()
        try:
            told = tried(lambda: again(found).change_plan(**asked), told_of)
        except Refused:
            with pytest.raises(Refused):
                again(found).change_plan(**asked)
            return
        assert stored() == before
        again(found).change_plan(**asked)
        assert told == came_of(found)


def page(found: Any, verb: str) -> str:
    return f"/subscriptions/{found.pk}/do/{verb}/"


def test_the_dialog_tells_what_a_change_costs_and_writes_nothing(as_admin: Any) -> None:
    client = signed_in(as_admin.user)
    with on("2026-04-01"):
        found = running(TAXED, start="2026-04-01", payment_days=7)
    with on("2026-04-16"):
        before = stored()
        typed = {"place": "1", "name": "Paket Pro", "price": "500.000", "act": "preview"}
        answer = client.post(
            page(found, "change_plan"), typed, headers={"HX-Request": "true"}
        ).content.decode()
        assert "<form" not in answer
        for said in ("Paket Bisnis, 1 × Rp 300.000", "Paket Pro, 1 × Rp 500.000", "Rp 100.000", "Rp 111.000", "Rp 555.000",
                     "23 Apr 2026", "1 Mei 2026"):  # fmt: skip
            assert said in answer.replace("\N{NO-BREAK SPACE}", " "), said
        whole = client.post(page(found, "change_plan"), typed).content.decode()
        assert "<form" in whole and "Paket Pro" in whole and "555.000" in whole
    assert stored() == before
    assert again(found).lines_in_order()[0].price == 300_000


def test_the_dialog_says_what_is_wrong_before_anything_is_sent(as_admin: Any) -> None:
    client = signed_in(as_admin.user)
    with on("2026-04-01"):
        found = running(start="2026-04-01")
        before = stored()
        for typed in (
            {"price": "seratus"},
            {"quantity": "0"},
            {"place": "9", "price": "1"},
            {"name": "x" * 10_000},
        ):
            answer = client.post(
                page(found, "change_plan"), {**typed, "act": "preview"}, headers={"HX-Request": "true"}
            )
            assert answer.status_code == 200
            assert 'class="note"' in answer.content.decode()
    assert stored() == before


def test_a_pause_and_a_cancellation_are_told_beforehand(as_admin: Any) -> None:
    client = signed_in(as_admin.user)
    with on("2026-02-01"):
        found = running(start="2026-02-01")
    with on("2026-02-10"):
        before = stored()
        typed = {"pause_until": "2026-04-10", "act": "preview"}
        answer = client.post(page(found, "pause"), typed, headers={"HX-Request": "true"}).content.decode()
        assert "10 Apr 2026" in answer and "1 Mei 2026" in answer
        typed = {"cancel_when": "period_end", "cancel_reason": "Pindah", "act": "preview"}
        answer = client.post(page(found, "cancel"), typed, headers={"HX-Request": "true"}).content.decode()
        assert "28 Feb 2026" in answer
    assert stored() == before
    assert again(found).status == "active"


def test_who_may_not_change_it_is_told_nothing(company: Any) -> None:
    with on("2026-02-01"):
        from relasi.engine.access.acting import acting

        with acting(company.admin):
            found = running(start="2026-02-01", owner=company.admin.pk)
    answer = signed_in(company.sales_a).post(page(found, "pause"), {"act": "preview"})
    assert answer.status_code == 404


HOSTILE = "<script>alert(1)</script>\N{RIGHT-TO-LEFT OVERRIDE}" + "x" * 10_000


@pytest.mark.parametrize(
    ("verb", "typed", "values"),
    [
        ("pause", "besok lusa", {"pause_until": "besok lusa"}),
        ("pause", "2020-01-01", {"pause_until": "2020-01-01"}),
        ("cancel", HOSTILE, {"cancel_when": "now", "cancel_reason": HOSTILE}),
        ("cancel", "sometime", {"cancel_when": "sometime", "cancel_reason": "sometime"}),
        ("change_plan", HOSTILE, {"name": HOSTILE, "price": "1"}),
        ("change_plan", "1,2,3", {"price": "1,2,3", "quantity": "x"}),
        ("change_plan", "Pro", {"name": "Pro", "price": "500000", "change_when": "sometime"}),
        ("enter_payment", "HOSTILE-REF", {"amount": "-5", "reference": "HOSTILE-REF", "method": "transfer"}),
        ("enter_payment", HOSTILE, {"amount": "5", "reference": HOSTILE, "method": "transfer"}),
        (
            "take_details",
            "4111 1111 1111 1111",
            {"gateway_token": "4111 1111 1111 1111", "last_digits": "1111"},
        ),
    ],
)
def test_a_dialog_says_what_is_wrong_and_loses_nothing(
    as_admin: Any, verb: str, typed: str, values: dict[str, Any]
) -> None:
    client = signed_in(as_admin.user)
    with on("2026-02-01"):
        autopay = (
            {"mode": "autopay", "gateway": "midtrans", "token": "tok-1"} if verb == "take_details" else {}
        )
        found = running(start="2026-02-01", **autopay)
        before = stored()
        answer = client.post(page(found, verb), values)
    assert answer.status_code == 422
    text = answer.content.decode()
    assert escape(typed) in text
    assert "<script>alert" not in text
    assert stored() == before
    assert again(found).status == "active"


def test_a_dialog_sent_twice_acts_once(as_admin: Any) -> None:
    client = signed_in(as_admin.user)
    found = running()
    for verb, values in (("change_plan", {"name": "Pro", "price": "500000"}),
                         ("cancel", {"cancel_when": "now", "cancel_reason": "Pindah"})):  # fmt: skip
        assert client.post(page(found, verb), values).status_code == 302
        assert client.post(page(found, verb), values).status_code in (404, 422)
    assert PlanChange._base_manager.count() == 1
    assert len(invoices(found)) == 2
