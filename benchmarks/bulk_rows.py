"""Many records edited and taken back, against a bare UPDATE of the same columns of the same rows.

Everything is counted: the chosen records written down, rights, rules, history, search index, undo.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from relasi.engine.access.acting import acting
from relasi.engine.access.door import visible_to
from relasi.engine.bulk.job import Act, BulkJob
from relasi.engine.bulk.run import run
from relasi.engine.bulk.take_back import begin_undo
from relasi.engine.declare.registry import registry
from relasi.engine.records.change_set import ChangeSet, open_change_set

VALUES = {"next_step": "Kirim penawaran akhir tahun", "expected_close": "2027-03-31"}


def measure(user: Any, count: int) -> dict[str, Any]:
    """bulk_edit_rows_s, bulk_undo_rows_s, bare_update_rows_s: deals a second by the clock; bulk_cpu_s: seconds of
    the processor by what used them."""
    deals = registry.module("sales.Deal")
    with acting(user):
        rows = visible_to(user, deals.model, "edit").filter(status="open")
        ids = list(rows.order_by("pk").values_list("pk", flat=True)[:count])
    edit, undo = _Taken(), _Taken()
    job = BulkJob(user=user, act=Act.EDIT, module=deals.key, slug="deals", values=VALUES)
    edit.during(lambda: _run(job, ids))
    assert job.count("done") == len(ids), job.counts
    undo.during(lambda: run(begin_undo(user, ChangeSet.objects.get(pk=job.change_set))))
    bare = _Taken()
    bare.during(lambda: _bare_update(user, deals.table, ids))
    return {
        "bulk_rows": len(ids),
        "bulk_edit_rows_s": round(len(ids) / edit.seconds),
        "bulk_undo_rows_s": round(len(ids) / undo.seconds),
        "bare_update_rows_s": round(len(ids) / bare.seconds),
        "bulk_cpu_s": {"edit": edit.shown, "undo": undo.shown, "bare_update": bare.shown},
    }


def _run(job: BulkJob, ids: list[int]) -> None:
    BulkJob.objects.bulk_create([job])
    job.freeze(ids)
    run(job)


class _Back(Exception):
    """Ends the transaction of the bare statement."""


def _bare_update(user: Any, table: str, ids: list[int]) -> None:
    """Without history: what the table and its indexes alone cost. Taken back afterwards."""
    try:
        with acting(user), transaction.atomic(), connection.cursor() as cursor:
            open_change_set()
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            cursor.execute(
                f"UPDATE {table} SET version = version + 1, changed_at = now(), next_step = %s, expected_close = %s "
                "WHERE id = ANY(%s)",
                [*VALUES.values(), ids],
            )
            raise _Back
    except _Back:
        pass


class _Taken:
    """Seconds by the clock and of the processor: this process and its PostgreSQL backend."""

    def during(self, call: Callable[[], Any]) -> None:
        python, database, clock = time.process_time(), backend_seconds(), time.perf_counter()
        call()
        self.seconds = time.perf_counter() - clock
        self.python, self.database = time.process_time() - python, backend_seconds() - database

    @property
    def shown(self) -> dict[str, float]:
        return {
            "clock": round(self.seconds, 2), "python": round(self.python, 2), "postgres": round(self.database, 2)
        }  # fmt: skip


def backend_seconds() -> float:
    """0 where the database runs on another machine."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        stat = Path(f"/proc/{cursor.fetchone()[0]}/stat")
    if connection.settings_dict["HOST"][:1] not in ("", "/") or not stat.exists():
        return 0.0
    ticks = stat.read_text().rpartition(")")[2].split()[11:13]
    return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")
