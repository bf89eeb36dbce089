"""The job of subscriptions as a worker runs it: with no transaction around it, and nobody's trouble in anybody's way."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from relasi.engine.access.acting import acting
from relasi.modules.subscribing import following, jobs
from tests.company import found_company
from tests.make import again
from tests.modules.subscribing import each_once, invoices, on, plan, running
from tests.modules.trading import is_sound


@pytest.fixture
def admin(transactional_db: None) -> Iterator[Any]:
    user = found_company().admin
    with acting(user):
        yield user


def run_on(day: str) -> None:
    with on(day):
        jobs.bill_subscriptions(timestamp=0)


def test_the_job_bills_reminds_and_finds_who_is_late(admin: Any) -> None:
    with on("2026-01-01"):
        found = running(plan(300_000), start="2026-01-01", payment_days=3, suspends=True)
        paying = running(plan(200_000), start="2026-01-01", payment_days=3)
    run_on("2026-01-04")
    assert found.periods.get().reminded == 0
    paying_invoice = invoices(paying)[0]
    with on("2026-01-04"):
        paying_invoice.pay(amount=200_000)
    run_on("2026-01-05")
    assert (again(found).status, again(paying).status) == ("overdue", "active")
    run_on("2026-01-12")
    assert again(found).status == "suspended"
    run_on("2026-02-01")
    assert (len(invoices(found)), len(invoices(paying))) == (1, 2)
    with on("2026-02-01"):
        invoices(found)[0].pay(amount=300_000)
    assert again(found).status == "active"
    run_on("2026-02-01")
    each_once()
    is_sound()


def test_one_that_cannot_be_looked_at_keeps_nobody_from_being_found_late(
    admin: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with on("2026-01-01"):
        first, second, third = (running(plan(300_000), start="2026-01-01") for _ in range(3))
    whole, told = following.follow_subscription, []

    def follow(id: int, day: Any = None) -> None:
        whole(id, day)
        if id == second.pk:
            raise RuntimeError("broken")

    monkeypatch.setattr(following, "follow_subscription", follow)
    monkeypatch.setattr(following.log, "exception", lambda *about: told.append(about[1]))
    run_on("2026-01-05")
    assert [again(one).status for one in (first, second, third)] == ["overdue", "active", "overdue"]
    assert told == [second.pk]
