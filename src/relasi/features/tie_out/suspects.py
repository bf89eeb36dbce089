"""Suspects: the change set after which a figure did not tie out any more, as far as history knows."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import connection

from relasi.engine.records.tying import Check, Touch

_LAST = """
    SELECT c.id, c.change_set_id FROM records_change c
    WHERE c.record_id IN ({ids}) AND c.origin = %(table)s AND (c.kind <> 'u' OR c.after ?| %(columns)s)
    ORDER BY c.id DESC LIMIT 1
"""
_KNOWN = """
    SELECT c.after->>%(figure)s FROM records_change c
    WHERE c.record_id = %(id)s AND c.origin = %(table)s AND c.kind = 'u' AND c.after ? %(figure)s
    ORDER BY c.id DESC LIMIT 1
"""


@dataclass(frozen=True)
class Suspect:
    """change_set: None where history has nothing. past_history: history knows another value than the stored one."""

    change_set: int | None
    past_history: bool


def suspect_of(
    check: Check, record: int | None, line: int | None, figure: str, stored: Decimal | None
) -> Suspect:
    found, past = (0, None), False
    for touch in check.touches(figure):
        found = max(found, _last(touch, record, line), key=lambda one: one[0])
    of_line = check.of.lines_module if line is not None else None
    for module, id in ((check.of, record), (of_line, line)):
        if module is not None and id is not None and figure in {f.attname for f in module.model._meta.fields}:
            known = _known(module.table, id, figure)
            past = past or (known is not None and known != stored)
    return Suspect(found[1], past)


def _last(touch: Touch, record: int | None, line: int | None) -> tuple[int, int | None]:
    """(row of history, change set), (0, None) where there is none."""
    values = {"record": record, "line": line, "table": touch.table, "columns": list(touch.columns)}
    return _one(_LAST.format(ids=touch.ids), values) or (0, None)


def _known(table: str, id: int, figure: str) -> Decimal | None:
    row = _one(_KNOWN, {"table": table, "id": id, "figure": figure})
    try:
        return Decimal(row[0]) if row and row[0] is not None else None
    except InvalidOperation:
        return None


def _one(sql: str, values: dict[str, Any]) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchone()
