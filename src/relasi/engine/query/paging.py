"""Keyset paging: a page starts after the last row of the one before, however far down the list it is."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Case, F, Q, QuerySet, When
from django.db.models.expressions import OrderBy
from django.utils.translation import gettext_lazy as _

from relasi.engine.access.prepared import Given
from relasi.engine.fields.kind import Invalid
from relasi.engine.query.path import Path

MOST_KEYS = 3


@dataclass(frozen=True)
class SortKey:
    """guard: what must hold for a row to be placed by its value; otherwise it stands with the empty ones."""

    path: Path
    descending: bool
    guard: Q = field(default_factory=Q)

    @property
    def text(self) -> str:
        return ("-" if self.descending else "") + self.path.text

    @property
    def nullable(self) -> bool:
        return not self.is_column or getattr(self.path.kind.field, "null", True)

    @property
    def expression(self) -> Any:
        found = self.path.expression if self.path.computed else self.path.kind.order(self.path.orm)
        return Case(When(self.guard, then=found), default=None) if self.guard else found

    @property
    def alias(self) -> str:
        """The name the sorted value has in a row: the column itself, or an annotation for anything worked out."""
        column = self.expression
        if isinstance(column, F) and self.path.through is None and not self.path.part:
            return str(column.name)  # type: ignore[attr-defined]
        return f"sort_{self.path.text.replace('.', '_')}"

    @property
    def is_column(self) -> bool:
        return not self.alias.startswith("sort_")

    def order(self, backwards: bool) -> OrderBy:
        """Empty values stand last, whichever way the list runs; a page read backwards turns that round."""
        expression = F(self.alias)
        descending = self.descending != backwards
        nulls = {("nulls_first" if backwards else "nulls_last"): True} if self.nullable else {}
        return OrderBy(expression, descending=descending, **nulls)


@dataclass
class Page:
    """rows in list order. after, before: cursors of the pages that follow and precede, or None. start: 1-based."""

    rows: list[Any]
    after: str | None
    before: str | None
    start: int = 1
    size: int = 25
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Place:
    """Where a page lies: after or before the row whose keys and id a cursor holds, or at the beginning."""

    cursor: dict[str, Any] | None = None
    backwards: bool = False

    @classmethod
    def read(cls, keys: list[SortKey], after: str, before: str) -> Place:
        """Raises Invalid for a cursor that is not one of ours."""
        return cls(_decode(before or after, len(keys)) if before or after else None, bool(before))

    @property
    def shape(self) -> Any:
        """What of it words a query: the direction, and which keys are empty."""
        return self.cursor and (self.backwards, tuple(value is None for value in self.cursor["k"]))

    @property
    def values(self) -> dict[str, Any]:
        """What a prepared query is given."""
        if self.cursor is None:
            return {}
        return {"id": self.cursor["id"], **{f"key{n}": value for n, value in enumerate(self.cursor["k"])}}

    def prepared(self) -> Place:
        """The same place with Given values."""
        if self.cursor is None:
            return self
        keys = [None if value is None else Given(f"key{n}") for n, value in enumerate(self.cursor["k"])]
        return Place({"k": keys, "id": Given("id")}, self.backwards)


def rows_at(rows: QuerySet, keys: list[SortKey], place: Place, size: int) -> QuerySet:
    """The rows of one page and one more, in reading order. Every sort key can be read from them."""
    rows = with_keys(rows, keys)
    if place.cursor:
        rows = rows.filter(_beyond(keys, place.cursor, place.backwards))
    return rows.order_by(*order_of(keys, place.backwards))[: size + 1]


def page_of(found: list[Any], keys: list[SortKey], place: Place, size: int) -> Page:
    """The page whose rows have been read by rows_at."""
    cursor, backwards = place.cursor, place.backwards
    more = len(found) > size
    found = found[:size]
    if backwards:
        found.reverse()
    start = _start(cursor, backwards, len(found))
    if not found:
        return Page([], None, None, start, size)
    has_next, has_before = (True, more) if backwards else (more, bool(cursor))
    return Page(
        found,
        _encode(found[-1], keys, start + len(found) - 1) if has_next else None,
        _encode(found[0], keys, start) if has_before and start > 1 else None,
        start,
        size,
    )


def with_keys(rows: QuerySet, keys: list[SortKey]) -> QuerySet:
    """The rows with what they are sorted by under the names the keys know it by."""
    for key in keys:
        if not key.is_column:
            rows = rows.annotate(**{key.alias: key.expression})
    return rows


def order_of(keys: list[SortKey], backwards: bool = False) -> list[OrderBy]:
    """The order of rows `with_keys`; the id decides where all keys are equal."""
    tie_descending = bool(keys) and keys[0].descending
    tie = OrderBy(F("pk"), descending=tie_descending != backwards)
    return [*(key.order(backwards) for key in keys), tie]


def first_page(found: list[Any], keys: list[SortKey], size: int) -> Page:
    """The first page of rows read in order somewhere else, one more than the size where there are more."""
    after = _encode(found[size - 1], keys, size) if len(found) > size else None
    return Page(found[:size], after, None, 1, size)


def _start(cursor: dict[str, Any] | None, backwards: bool, count: int) -> int:
    if not cursor:
        return 1
    return max(cursor["n"] - count, 1) if backwards else cursor["n"] + 1


def _key_value(record: Any, key: SortKey) -> Any:
    value = getattr(record, key.alias)
    return value.pk if hasattr(value, "pk") else value


def _encode(record: Any, keys: list[SortKey], n: int) -> str:
    body = {"k": [_key_value(record, key) for key in keys], "id": record.pk, "n": n}
    return base64.urlsafe_b64encode(json.dumps(body, cls=_Exact).encode()).decode().rstrip("=")


def cursor_of(record: Any, keys: list[SortKey]) -> str:
    """The place of a record in a list, for asking what stands before and after it."""
    return _encode(record, keys, 1)


class _Exact(DjangoJSONEncoder):
    """Django's own encoder cuts microseconds to milliseconds, which would skip rows."""

    def default(self, o: Any) -> Any:
        if isinstance(o, datetime | date):
            return o.isoformat()
        if isinstance(o, Decimal):
            return str(o)
        return super().default(o)


def _decode(text: str, keys: int) -> dict[str, Any]:
    try:
        body = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        if len(body["k"]) == keys and isinstance(body["id"], int) and isinstance(body["n"], int):
            return body
    except (ValueError, KeyError, TypeError):
        pass
    raise Invalid(_("This page of the list cannot be found. Start again from the first."))


def _beyond(keys: list[SortKey], cursor: dict[str, Any], backwards: bool) -> Q:
    """Rows after the cursor: key by key, the first that differs decides, the id last."""
    found, equal = Q(pk__in=[]), Q()
    bound = Q()
    for place, (key, value) in enumerate(zip(keys, cursor["k"], strict=True)):
        path, descending = key.alias, key.descending != backwards
        further = "lt" if descending else "gt"
        if value is None:
            step = Q(**{f"{path}__isnull": False}) if backwards else Q(pk__in=[])
            same = Q(**{f"{path}__isnull": True})
        else:
            step = Q(**{f"{path}__{further}": value})
            if key.nullable and not backwards:
                step |= Q(**{f"{path}__isnull": True})
            same = Q(**{path: value})
            if place == 0 and not key.nullable:
                # Says the same once more in the form an index can start from.
                bound = Q(**{f"{path}__{further}e": value})
        found |= equal & step
        equal &= same
    tie_descending = bool(keys) and keys[0].descending
    further = "lt" if tie_descending != backwards else "gt"
    return bound & (found | (equal & Q(**{f"pk__{further}": cursor["id"]})))
