"""A billing run: invoices made by schedules that are all due, with lines, tax, history, search index, numbers and log.

Each order has two lines with a tax; half of the invoices stay drafts, half are issued and get their binding number.
"""

from __future__ import annotations

import cProfile
import os
import pstats
import time
from datetime import date
from typing import Any

from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.declare.registry import registry
from relasi.engine.records.write import Draft, write
from relasi.modules.billing import recurring_run

AT_ONCE = 500


def measure(people: Any, count: int) -> dict[str, Any]:
    """recurring_invoices_s: invoices a second by the clock; recurring_cpu_ms: processor time of this process for each."""
    _prepare([person.pk for person in people.everyone], count)
    profile = cProfile.Profile() if os.environ.get("RELASI_BENCH_PROFILE") else None
    start, used = time.perf_counter(), time.process_time()
    if profile:
        profile.enable()
    made = recurring_run.run()
    if profile:
        profile.disable()
    seconds, used = time.perf_counter() - start, time.process_time() - used
    if profile:
        pstats.Stats(profile).sort_stats("cumulative").print_stats(70)
    assert made == count, (made, count)
    return {
        "recurring_invoices": made,
        "recurring_invoices_s": round(made / seconds),
        "recurring_cpu_ms": round(used / made * 1000, 2),
    }


def _prepare(owners: list[int], count: int) -> None:
    accounts = registry.module("customers.Account").model._base_manager.order_by("pk")
    ids = list(accounts.values_list("pk", flat=True)[:1000])
    orders, schedules = registry.module("sales.SalesOrder"), registry.module("billing.RecurringInvoice")
    today = date.today()
    for start in range(0, count, AT_ONCE):
        some = range(start, min(start + AT_ONCE, count))
        with acting(SYSTEM, via="import", reason="benchmark"):
            drafts = [
                Draft({"subject": f"Sewa {n}", "account": ids[n % len(ids)], "date": today, "owner": owners[n % len(owners)]},
                      lines=[{"name": "Sewa alat {periode}", "price": 1_500_000 + n, "quantity": 2},
                             {"name": "Pemeliharaan", "price": 350_000, "quantity": 1}])
                for n in some
            ]  # fmt: skip
            made = write(orders, drafts).records
            write(orders, [Draft({"status": "approved"}, id=one.pk) for one in made])
            plans = [
                Draft({"subject": one.subject, "sales_order": one.pk, "start": today, "payment_days": 30,
                       "owner": one.owner_id, "makes": "issued" if one.pk % 2 else "draft"})
                for one in made
            ]  # fmt: skip
            found = write(schedules, plans).records
            write(schedules, [Draft({"status": "active"}, id=one.pk) for one in found])
