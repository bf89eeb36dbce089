"""Belonging: which modules have anything at all that points at a record, asked of all of them at once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from django.db import connection
from psycopg import sql

from relasi.engine.access.prepared import planned_once
from relasi.engine.declare.module import Module

Pointing = tuple[Module, str]  # a module, and its field that points


def with_any(pointing: Sequence[Pointing], id: int) -> list[bool]:
    """Whether a standing record of each module points at the record of this id, whoever may see it."""
    if not pointing:
        return []
    with connection.cursor() as cursor:
        planned_once(cursor).execute(_statement(tuple(pointing)), [id] * len(pointing))
        return list(cursor.fetchone())


@lru_cache(maxsize=500)
def _statement(pointing: tuple[Pointing, ...]) -> sql.Composed:
    return sql.SQL("SELECT {}").format(sql.SQL(", ").join(_any(module, by) for module, by in pointing))


def _any(module: Module, by: str) -> sql.Composed:
    standing = sql.SQL(" AND trashed_at IS NULL" if "trashed_at" in module.fields else "")
    return sql.SQL("EXISTS (SELECT 1 FROM {} WHERE {} = %s{})").format(
        sql.Identifier(module.table), sql.Identifier(str(module.fields[by].column)), standing
    )
