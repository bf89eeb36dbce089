"""Today and now where the reader is, as SQL: what is overdue for one person may not be for another further west."""

from __future__ import annotations

from typing import Any

from django.db.models import DateField, DateTimeField, Func

from relasi.engine.fields.reader import current_reader


class ReaderToday(Func):
    output_field = DateField()

    def as_sql(self, compiler: Any, connection: Any, *more: Any, **named: Any) -> Any:
        return "%s::date", [current_reader().today()]


class ReaderNow(Func):
    output_field = DateTimeField()

    def as_sql(self, compiler: Any, connection: Any, *more: Any, **named: Any) -> Any:
        return "%s::timestamptz", [current_reader().now()]
