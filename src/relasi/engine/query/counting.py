"""Counting: how many rows each of several querysets has, asked in one go."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet


def count_each(several: Sequence[QuerySet], most: int) -> list[int]:
    """In their order. Each is counted by a plan of its own, and no further than most + 1."""
    worded: list[str] = []
    values: list[Any] = []
    places: list[int] = []
    for place, rows in enumerate(several):
        try:
            sql, params = rows.order_by().values("pk")[: most + 1].query.sql_with_params()
        except EmptyResultSet:
            continue
        worded.append(f"(SELECT count(*) FROM ({sql}) AS rows_{place})")
        values += params
        places.append(place)
    found = [0] * len(several)
    if worded:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {', '.join(worded)}", values)
            for place, count in zip(places, cursor.fetchone(), strict=True):
                found[place] = count
    return found
