"""Rows made into records without Django's ceremony, which takes longer than PostgreSQL needs to find them.

Django hands every column of a model to its constructor, those that were not loaded too, and makes the same related record
anew for each row. Here a record gets what was loaded and nothing else, and rows share what they refer to.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models.base import ModelState

Row = Sequence[Any]


def maker(compiler: Any, db: str) -> Maker | None:
    """What makes records of the rows of a compiled query; None for one with inherited tables, where Django must."""
    info = compiler.klass_info
    if not _is_plain(info):
        return None
    return Maker(info, compiler.select, db, tuple((compiler.annotation_col_map or {}).items()))


def _is_plain(info: dict[str, Any]) -> bool:
    related = info.get("related_klass_infos", [])
    return all(not one.get("from_parent") and not one["field"].unique and _is_plain(one) for one in related)


class Maker:
    """One model of the query: which columns are its own, and what it refers to. Safe to share between threads."""

    def __init__(
        self, info: dict[str, Any], select: Any, db: str, annotations: Iterable[tuple[str, int]] = ()
    ):
        places = info["select_fields"]
        self._model, self._db = info["model"], db
        self._start, self._end = places[0], places[-1] + 1
        self._names = [one[0].target.attname for one in select[self._start : self._end]]
        self._key = self._start + self._names.index(self._model._meta.pk.attname)
        self._annotations = annotations
        self._related = [
            (one["field"].cache_name, Maker(one, select, db)) for one in info.get("related_klass_infos", [])
        ]

    def all(self, rows: Sequence[Row]) -> list[Any]:
        """A record of each row; what several of them refer to is one record."""
        made: dict[Any, Any] = {}
        return [self._make(row, made) for row in rows]

    def _make(self, row: Row, made: dict[Any, Any]) -> Any:
        record = self._model.__new__(self._model)
        inside = record.__dict__
        inside.update(zip(self._names, row[self._start : self._end], strict=True))
        state = inside["_state"] = ModelState()
        state.adding, state.db = False, self._db
        for name, place in self._annotations:
            inside[name] = row[place]
        if self._related:
            state.fields_cache = {name: other._shared(row, made) for name, other in self._related}
        return record

    def _shared(self, row: Row, made: dict[Any, Any]) -> Any:
        key = row[self._key]
        if key is None:
            return None
        found = made.get((self, key))
        if found is None:
            found = made[self, key] = self._make(row, made)
        return found
