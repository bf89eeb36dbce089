"""Running: every check in turn, each one statement over all records, and what it found is kept."""

from __future__ import annotations

import time
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from relasi.engine.records.tying import Check, all_checks
from relasi.features.tie_out.models import Outcome, TieOutDifference, TieOutResult, TieOutRun
from relasi.features.tie_out.suspects import suspect_of

SHOWN = 200  # differences of one check that are kept one by one; all are counted


def run_checks(run: TieOutRun) -> int:
    """How many figures differ. A check that fails stops no other."""
    TieOutRun.objects.filter(pk=run.pk).update(started_at=timezone.now(), finished_at=None)
    TieOutResult.objects.filter(run=run).delete()
    differing = sum(_check(run, check).differing for check in all_checks())
    TieOutRun.objects.filter(pk=run.pk).update(finished_at=timezone.now())
    return differing


def _check(run: TieOutRun, check: Check) -> TieOutResult:
    result = TieOutResult(run=run, check_key=check.key, at=timezone.now())
    begun = time.perf_counter()
    found: list[Any] = []
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL work_mem = '128MB'")  # sums of all documents stay in memory
            found, result.differing = failing(check)
            result.rows = _ask(check.counted)[0][0]
        result.outcome = Outcome.DIFFERS if result.differing else Outcome.CLEAN
    except DatabaseError as trouble:
        result.outcome, result.trouble = Outcome.BROKEN, str(trouble)[:2000]
    result.milliseconds = round((time.perf_counter() - begun) * 1000)
    with transaction.atomic():
        TieOutResult.objects.bulk_create([result])
        TieOutDifference.objects.bulk_create([_difference(check, result, *row) for row in found])
    return result


def failing(check: Check) -> tuple[list[Any], int]:
    """The first figures that differ (record, line, figure, stored, due), and how many there are in all."""
    # By itself first: with the limit in sight the planner would read a whole table along an index, for the order.
    rows = _ask(
        f"WITH f AS MATERIALIZED ({check.sql}) SELECT f.*, count(*) OVER () FROM f "
        f"ORDER BY record, line, figure, due LIMIT {SHOWN}"
    )
    return [row[:-1] for row in rows], rows[0][-1] if rows else 0


def _difference(
    check: Check,
    result: TieOutResult,
    record: int | None,
    line: int | None,
    figure: str,
    stored: Any,
    due: Any,
) -> TieOutDifference:
    suspect = suspect_of(check, record, line, figure, stored)
    return TieOutDifference(
        result=result, record=record, line=line, figure=figure, stored=stored, due=due,
        change_set=suspect.change_set, past_history=suspect.past_history,
    )  # fmt: skip


def _ask(sql: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()
