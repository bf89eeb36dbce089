"""Prepared: a query whose SQL is worked out once and run with other values each time.

For what is asked all day, Django takes longer to word a query than PostgreSQL to answer it. What a query looks like is its
shape; whoever prepares one names the shape, and everything that is not in the shape is a Given value.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from copy import copy
from functools import cached_property
from typing import Any

from django.db import connections
from django.db.backends.postgresql.base import ServerBindingCursor
from django.db.models import BooleanField, Expression, Func, QuerySet
from django.db.models.query import ModelIterable

from relasi.engine.access.rows_made import Maker, maker
from relasi.engine.declare.remembered import forgotten_by

MOST_SHAPES = 2000


class Given(Expression):
    """Stands in a prepared query for the value that is handed over, under this name, when it runs."""

    def __init__(self, name: str, **kwargs: Any):
        super().__init__(**kwargs)
        self.name = name

    def as_sql(self, _compiler: Any, _connection: Any) -> Any:
        return "%s", [self]


class IsOneOf(Func):
    """IsOneOf(F("owner_id"), Given("owners")): whether an id is in a list, as one value however long the list."""

    template = "%(expressions)s::bigint[])"
    arg_joiner = " = ANY("
    output_field = BooleanField()


def planned_once(cursor: Any) -> Any:
    """The cursor, with whatever it asks planned by the server once for each connection, for questions that one plan
    always answers best: rows by their key, or the few of one person. It is planned anew after a change of its tables."""
    cursor.cursor = ServerBindingCursor(cursor.cursor.connection)  # type: ignore[call-arg] # stubs do not know it
    return cursor


class Prepared:
    """Runs a queryset of records whose conditions hold Given values. Safe to share between threads."""

    def __init__(self, rows: QuerySet, *, by_key: bool = False):
        self.db, self._by_key = rows.db, by_key
        self._compiler = rows.query.get_compiler(rows.db)
        self._sql, self._params = self._compiler.as_sql()

    @cached_property
    def _maker(self) -> Maker | None:
        return maker(self._compiler, self.db)

    @cached_property
    def _converters(self) -> list[tuple[int, list[Any], Any]]:
        columns = self._compiler.get_converters([column[0] for column in self._compiler.select])
        return [(place, converters, expression) for place, (converters, expression) in columns.items()]

    def run(self, values: dict[str, Any]) -> list[Any]:
        if self._maker is None:
            return self._made_by_django(values)
        rows = self.tuples(values)
        return self._maker.all([self._converted(row) for row in rows] if self._converters else rows)

    def tuples(self, values: dict[str, Any]) -> list[tuple[Any, ...]]:
        """The bare columns, for a queryset of values_list(): what the database gives, nothing converted."""
        with connections[self.db].cursor() as cursor:
            (planned_once(cursor) if self._by_key else cursor).execute(self._sql, self._given(values))
            return cursor.fetchall()

    def _given(self, values: dict[str, Any]) -> tuple[Any, ...]:
        return tuple(values[p.name] if p.__class__ is Given else p for p in self._params)

    def _converted(self, row: tuple[Any, ...]) -> list[Any]:
        found, connection = list(row), connections[self.db]
        for place, converters, expression in self._converters:
            for convert in converters:
                found[place] = convert(found[place], expression, connection)
        return found

    def _made_by_django(self, values: dict[str, Any]) -> list[Any]:
        compiler = copy(self._compiler)
        compiler.connection = connections[self.db]
        worded = self._sql, self._given(values)
        compiler.as_sql = lambda *_args, **_kwargs: worded
        rows: Any = _Rows(self.db, compiler)
        return list(ModelIterable(rows))


class _Rows:
    """What ModelIterable asks of a queryset."""

    _known_related_objects: dict[Any, Any] = {}

    def __init__(self, db: str, compiler: Any):
        self.db, self.query = db, self
        self.get_compiler = lambda **_kwargs: compiler


_prepared: dict[Hashable, Prepared] = {}
forgotten_by(_prepared.clear)


def prepared(shape: Hashable, build: Callable[[], QuerySet], *, by_key: bool = False) -> Prepared:
    """The prepared query of a shape, built when it is met for the first time. by_key: one plan always answers it best,
    because it asks for rows by their key; a list does not, whose best plan differs with how much a person sees."""
    found = _prepared.get(shape)
    if found is None:
        if len(_prepared) >= MOST_SHAPES:
            _prepared.clear()
        found = _prepared[shape] = Prepared(build(), by_key=by_key)
    return found
