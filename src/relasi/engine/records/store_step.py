"""Step 5 of the write door: rows into the table, by COPY for new ones and one UPDATE for each set of columns."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable
from functools import cache
from operator import itemgetter
from typing import Any

from django.db import connection, models
from django.utils import timezone
from psycopg import sql
from psycopg.types.json import Jsonb

from relasi.engine.access.acting import SYSTEM
from relasi.engine.fields.custom import HOME, fold
from relasi.engine.records.batch import Batch, Draft
from relasi.engine.records.numbering import take_final_numbers, take_numbers


def store(batch: Batch) -> None:
    user = None if batch.user is SYSTEM else batch.user.id
    now = timezone.now()
    if batch.module.final_number is not None and not batch.exact:
        _number_for_good(batch)
    if batch.module.custom:
        for draft in batch.stored:
            fold(draft.record)
    if batch.created:
        _insert(batch, batch.created, user, now)
    if batch.updated:
        _update(batch, batch.updated, user, now)


def _number_for_good(batch: Batch) -> None:
    """Records that become binding now get their final number: here, where nothing can be refused any more."""
    final = batch.module.final_number
    found = [
        draft.record
        for draft in batch.updated
        if draft.change.has(final.by) and getattr(draft.record, final.by) in final.on
        and draft.change.old(final.by) not in final.on
    ]  # fmt: skip
    years = [getattr(record, final.day).year for record in found]
    for record, number in zip(found, take_final_numbers(batch.module, years), strict=True):
        record.number = number
        record.after_number()


def _insert(batch: Batch, drafts: list[Draft], user: int | None, now: Any) -> None:
    model = batch.module.model
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('relasi_id') FROM generate_series(1, %s)", [len(drafts)])
        ids = [row[0] for row in cursor.fetchall()]
    if batch.module.is_record:
        unnumbered = [draft.record for draft in drafts if not draft.record.number]
        for record, number in zip(unnumbered, take_numbers(batch.module, len(unnumbered)), strict=True):
            record.number = number
    for id, draft in zip(ids, drafts, strict=True):
        values = draft.record.__dict__
        values.update(
            id=id, version=1, created_at=now, created_by_id=user, changed_at=now, changed_by_id=user
        )
        draft.record._state.adding, draft.record._state.db = False, "default"
    _copy(model, [draft.record.__dict__ for draft in drafts])


def _copy(model: type[models.Model], rows: list[dict[str, Any]]) -> None:
    """COPY of the columns that any of the rows fills; the others keep what the table gives them."""
    columns, lists = [], []
    for column, values in zip(_columns(model), zip(*map(_values_of(model), rows), strict=True), strict=True):
        if values.count(None) < len(values):
            columns.append(column)
            lists.append([*map(_json_text, values)] if column in _json_columns(model) else values)
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(model._meta.db_table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    # Django hands copy through as it is: without this a broken constraint would be no IntegrityError.
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in zip(*lists, strict=True):
            copy.write_row(row)


@cache
def _values_of(model: type[models.Model]) -> Callable[[dict[str, Any]], tuple[Any, ...]]:
    return itemgetter(*_columns(model))


@cache
def _columns(model: type[models.Model]) -> list[str]:
    return [str(field.column) for field in model._meta.concrete_fields]


@cache
def _json_columns(model: type[models.Model]) -> frozenset[str]:
    return frozenset(str(f.column) for f in model._meta.concrete_fields if isinstance(f, models.JSONField))


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def _json_text(value: Any) -> str | None:
    """What COPY takes for JSON: its text, which is quicker than an adapter for each value."""
    return None if value is None else "{}" if value == {} else _encode(value)


def _jsonb(value: Any) -> Any:
    return None if value is None else Jsonb(value)


def _update(batch: Batch, drafts: list[Draft], user: int | None, now: Any) -> None:
    groups: dict[tuple[str, ...], list[Draft]] = defaultdict(list)
    for draft in drafts:
        changed = {HOME if c in batch.module.custom_columns else c for c in draft.change.columns()}
        groups[tuple(sorted(changed))].append(draft)
    for columns, some in groups.items():
        _update_columns(batch, columns, some, user, now)
    for draft in drafts:
        draft.record.version += 1
        draft.record.changed_at, draft.record.changed_by_id = now, user


def _update_columns(batch: Batch, columns: tuple[str, ...], drafts: list[Draft], user: Any, now: Any) -> None:
    """One statement for all drafts that change the same columns: UPDATE … FROM unnest(arrays). A column that gets the
    same value in all of them is no array."""
    model = batch.module.model
    lists: list[list[Any]] = [[draft.record.pk for draft in drafts]]
    types, names = ["bigint"], []
    same: dict[str, tuple[str, Any]] = {}
    fields: list[Any] = [model._meta.get_field(column) for column in columns]
    for field in fields:
        values = [draft.record.__dict__[field.attname] for draft in drafts]
        type = field.db_type(connection).split(" GENERATED")[0]
        as_json = isinstance(field, models.JSONField)
        if all(value is values[0] or value == values[0] for value in values):
            same[field.column] = (type, _jsonb(values[0]) if as_json else values[0])
        else:
            lists.append([_jsonb(v) for v in values] if as_json else values)
            types.append(type)
            names.append(sql.Identifier(field.column))
    sets = [sql.SQL(", {} = %s::" + type).format(sql.Identifier(c)) for c, (type, _value) in same.items()]
    sets += [sql.SQL(", {0} = v.{0}").format(name) for name in names]
    statement = sql.SQL(
        "UPDATE {table} t SET version = t.version + 1, changed_at = %s, changed_by_id = %s{sets} "
        "FROM unnest({arrays}) AS v(id{names}) WHERE t.id = v.id"
    ).format(
        table=sql.Identifier(model._meta.db_table),
        sets=sql.SQL("").join(sets),
        arrays=sql.SQL(", ").join(sql.SQL("%s::" + type + "[]") for type in types),
        names=sql.SQL("").join(sql.SQL(", {0}").format(name) for name in names),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [now, user, *(value for _type, value in same.values()), *lists])
