"""Circles: a reference from a record to another of its own module must never lead back to itself."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _
from psycopg import sql

from relasi.engine.records.refusal import Change

# Enough for any company; a chain that is longer is looked at no further.
LONGEST = 100


def refuse_circles(changes: list[Change], field: str, message: Any, *, deepest: int | None = None) -> None:
    """Refuses every change whose reference leads, through others, back to its record.

    deepest: how many records may stand above one another, None for any number. Two queries at most, however
    many changes; none when nobody's reference changed.
    """
    touched = [change for change in changes if change.has(field)]
    moved = [change for change in touched if _above(change, field) is not None]
    if not moved:
        return
    model = moved[0].record._meta.model
    above = chains(model, field, {_above(change, field) for change in moved})
    # What this write itself changes counts already.
    above |= {change.record.pk: _above(change, field) for change in touched if change.record.pk is not None}
    below = (
        _heights(model, field, [c.record.pk for c in touched if c.record.pk is not None]) if deepest else {}
    )
    for change in moved:
        length = _steps_up(above, change, field)
        if length is None:
            change.refuse(field, "INVALID_VALUE", message)
        elif deepest and 1 + length + below.get(change.record.pk, 0) > deepest:
            text = _("At most %(most)s levels can stand above one another.")
            change.refuse(field, "INVALID_VALUE", text % {"most": deepest})


def _above(change: Change, field: str) -> Any:
    return change.record.__dict__[change.record._meta.get_field(field).attname]


def _steps_up(above: dict[int, Any], change: Change, field: str) -> int | None:
    """How many records stand above this one, None when the way leads in a circle."""
    seen = {change.record.pk} - {None}
    one, steps = _above(change, field), 0
    while one is not None:
        if one in seen:
            return None
        seen.add(one)
        steps += 1
        one = above.get(one)
    return steps


def chains(model: Any, field: str, ids: Iterable[int]) -> dict[int, int | None]:
    """Record -> the one above it, for these records and all above them."""
    statement = sql.SQL(
        "WITH RECURSIVE up AS (SELECT id, {column} AS above, 1 AS step FROM {table} WHERE id = ANY(%s) UNION "
        "SELECT t.id, t.{column}, up.step + 1 FROM {table} t JOIN up ON t.id = up.above WHERE up.step < %s) "
        "SELECT DISTINCT id, above FROM up"
    )
    return dict(_rows(model, field, statement, [list(ids), LONGEST]))


def those_below(model: Any, field: str, top: int, most: int) -> dict[int, int]:
    """Record -> the one above it, for the living records below one, those nearest to it first; at most so many."""
    statement = sql.SQL(
        "WITH RECURSIVE down AS (SELECT id, {column} AS above, 1 AS step FROM {table} WHERE {column} = %s "
        "AND trashed_at IS NULL UNION ALL SELECT t.id, t.{column}, down.step + 1 FROM {table} t "
        "JOIN down ON t.{column} = down.id WHERE t.trashed_at IS NULL AND down.step < %s) "
        "SELECT id, above FROM down ORDER BY step, id LIMIT %s"
    )
    return dict(_rows(model, field, statement, [top, LONGEST, most]))


def _heights(model: Any, field: str, ids: list[int]) -> dict[int, int]:
    """Record -> how many levels hang below it, leaving out those that this write moves: they answer for themselves."""
    statement = sql.SQL(
        "WITH RECURSIVE down AS (SELECT id AS top, id, 0 AS step FROM {table} WHERE id = ANY(%s) UNION "
        "SELECT down.top, t.id, down.step + 1 FROM {table} t JOIN down ON t.{column} = down.id "
        "WHERE down.step < %s AND t.trashed_at IS NULL AND t.id <> ALL(%s)) "
        "SELECT top, max(step) FROM down GROUP BY top"
    )
    return dict(_rows(model, field, statement, [ids, LONGEST, ids]))


def _rows(model: Any, field: str, statement: sql.SQL, params: list[Any]) -> list[tuple[int, Any]]:
    column = sql.Identifier(model._meta.get_field(field).column)
    with connection.cursor() as cursor:
        cursor.execute(statement.format(table=sql.Identifier(model._meta.db_table), column=column), params)
        return cursor.fetchall()
