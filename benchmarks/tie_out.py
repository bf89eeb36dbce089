"""The tie-out of all figures, against a bare sum over the same lines."""

from __future__ import annotations

import time
from typing import Any

from benchmarks import measure as measured
from relasi.engine.access.acting import SYSTEM, acting
from relasi.engine.declare.registry import registry
from relasi.features.tie_out.models import TieOutResult, TieOutRun
from relasi.features.tie_out.running import run_checks

SLOWEST = 6
SUMS = ("gross", "discount", "net", "share", "base", "tax", "total")


def measure() -> dict[str, Any]:
    """tie_out_s: seconds by the clock of all checks; tie_out_slowest_ms: of those that take longest; bare_sum_s: of one
    statement that adds up the same lines."""
    lines = registry.module("billing.InvoiceLine")
    with acting(SYSTEM, via="system"):
        [run] = TieOutRun.objects.bulk_create([TieOutRun()])
        begun = time.perf_counter()
        differing = run_checks(run)
        seconds = time.perf_counter() - begun
    assert not differing, differing
    results = TieOutResult.objects.filter(run=run)
    assert not results.exclude(trouble="").exists(), results.exclude(trouble="").first().trouble
    sums = ", ".join(f"sum({one})" for one in SUMS)
    bare = measured.timed(lambda n: measured.sql(f"SELECT {sums} FROM {lines.table}", []), times=5, warm_up=1)
    slowest = results.order_by("-milliseconds").values_list("check_key", "milliseconds")[:SLOWEST]
    return {
        "tie_out_lines": lines.model._base_manager.count(),
        "tie_out_s": round(seconds, 2),
        "tie_out_slowest_ms": dict(slowest),
        "bare_sum_s": round(bare.p50 / 1000, 2),
        "tie_out_to_bare_sum": round(seconds * 1000 / bare.p50, 1),
    }
