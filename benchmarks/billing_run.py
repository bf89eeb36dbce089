"""Billing runs: invoices made by schedules, and by subscriptions, that are all due, with lines, tax, history, search index,
numbers, the log of periods, a virtual account and a transfer code.

Each has two lines with a tax. Of the recurring invoices half stay drafts, half are issued and get their binding number;
those of subscriptions are all issued and charged.
"""

from __future__ import annotations

import cProfile
import os
import pstats
import time
from collections.abc import Callable
from datetime import date
from typing import Any

from benchmarks.bulk_rows import backend_seconds
from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.declare.registry import registry
from relasi.engine.records.write import Draft, create, write
from relasi.modules.billing import recurring_run
from relasi.modules.subscribing import billing_run

AT_ONCE = 500
LINES = [
    {"name": "Sewa alat {periode}", "price": 1_500_000, "quantity": 2},
    {"name": "Pemeliharaan", "price": 350_000, "quantity": 1},
]


def recurring(people: Any, count: int) -> dict[str, Any]:
    """recurring_invoices_s: invoices a second by the clock; recurring_work_ms: processor time of each."""
    _prepare_schedules([person.pk for person in people.everyone], count)
    made, taken = _measured(recurring_run.run)
    assert made == count, (made, count)
    return {"recurring_invoices": made, "recurring_invoices_s": round(made / taken.pop("clock"))} | {
        "recurring_work_ms": {name: round(used / made * 1000, 2) for name, used in taken.items()}
    }


def subscriptions(people: Any, count: int) -> dict[str, Any]:
    """The same of subscriptions: an invoice, a settled period and a charge for each."""
    _prepare_subscriptions([person.pk for person in people.everyone], count)

    def run() -> int:
        with acting(SYSTEM, via="system", reason="benchmark"):
            return billing_run.bill_due()

    made, taken = _measured(run)
    assert made == count, (made, count)
    return {"subscription_invoices": made, "subscription_invoices_s": round(made / taken.pop("clock"))} | {
        "subscription_work_ms": {name: round(used / made * 1000, 2) for name, used in taken.items()}
    }


def _measured(run: Callable[[], int]) -> tuple[int, dict[str, float]]:
    """What it returns, and seconds by the clock and of the processor."""
    profile = cProfile.Profile() if os.environ.get("RELASI_BENCH_PROFILE") else None
    start, used, database = time.perf_counter(), time.process_time(), backend_seconds()
    made = profile.runcall(run) if profile else run()
    seconds = time.perf_counter() - start
    taken = {"clock": seconds, "python": time.process_time() - used, "postgres": backend_seconds() - database}
    if profile:
        pstats.Stats(profile).sort_stats("cumulative").print_stats(110)
    return made, taken


def _accounts() -> list[int]:
    """Of whom is billed; and there is a bank account whose payments name their invoice."""
    banks = registry.module("billing.BankAccount").model
    if not banks._base_manager.exists():
        with acting(SYSTEM, via="import", reason="benchmark"):
            create(banks, {"bank": "Bank Contoh", "number": "1234567890", "holder": "PT Contoh", "va_prefix": "88010",
                           "va_number_of": "customer", "va_digits": 10, "transfer_code": "added"})  # fmt: skip
    rows = registry.module("customers.Account").model._base_manager.order_by("pk")
    return list(rows.values_list("pk", flat=True)[:1000])


def _prepare_schedules(owners: list[int], count: int) -> None:
    orders, schedules = registry.module("sales.SalesOrder"), registry.module("billing.RecurringInvoice")
    ids, today = _accounts(), date.today()
    for start in range(0, count, AT_ONCE):
        some = range(start, min(start + AT_ONCE, count))
        with acting(SYSTEM, via="import", reason="benchmark"):
            drafts = [
                Draft({"subject": f"Sewa {n}", "account": ids[n % len(ids)], "date": today, "owner": owners[n % len(owners)]},
                      lines=[dict(line) for line in LINES])
                for n in some
            ]  # fmt: skip
            made = write(orders, drafts).records
            write(orders, [Draft({"status": "approved"}, id=one.pk) for one in made])
            plans = [
                Draft({"subject": one.subject, "sales_order": one.pk, "start": today, "payment_days": 30,
                       "owner": one.owner_id, "makes": "issued" if n % 2 else "draft"})
                for n, one in enumerate(made)
            ]  # fmt: skip
            found = write(schedules, plans).records
            write(schedules, [Draft({"status": "active"}, id=one.pk) for one in found])


def _prepare_subscriptions(owners: list[int], count: int) -> None:
    module, ids, today = registry.module("subscribing.Subscription"), _accounts(), date.today()
    rows = registry.module("customers.Contact").model._base_manager.order_by("pk")
    contacts = list(rows.values_list("pk", flat=True)[: len(ids)])
    for start in range(0, count, AT_ONCE):
        some = range(start, min(start + AT_ONCE, count))
        with acting(SYSTEM, via="import", reason="benchmark"):
            drafts = [
                Draft({"subject": f"Internet {n}", "account": ids[n % len(ids)], "contact": contacts[n % len(contacts)],
                       "start": today, "payment_days": 14, "owner": owners[n % len(owners)]},
                      lines=[dict(line) for line in LINES])
                for n in some
            ]  # fmt: skip
            made = write(module, drafts).records
            write(module, [Draft({"status": "active"}, id=one.pk) for one in made], authorised="benchmark")
