"""The limit of a column: how many cards it may hold, whoever looks."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from relasi.engine.query.board_columns import Column
from relasi.engine.query.path import Path
from relasi.engine.records.refusal import Refusal, Refused


def hold_limit(path: Path, column: Column, limit: int, coming: list[int]) -> None:
    """Raises Refused when these records would make the column too full. Others wait until this transaction ends."""
    model: Any = path.module.model
    with connection.cursor() as cursor:
        name = f"board {path.module.key} {path.text} {column.key}"
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
    there = model._base_manager.filter(column.q(path.orm), trashed_at=None).exclude(pk__in=coming).count()
    if there + len(coming) > limit:
        message = _("“%(column)s” is full: it takes %(limit)s.") % {"column": column.label, "limit": limit}
        raise Refused([Refusal(path.text, "OUT_OF_RANGE", message)])
