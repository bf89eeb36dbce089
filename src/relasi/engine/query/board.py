"""Board: the records of a listing column by column, and what each whole column adds up to, in a fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum, Value, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from relasi.engine.fields.money import MoneyKind
from relasi.engine.fields.number_text import rounded_to
from relasi.engine.query.board_columns import Column
from relasi.engine.query.by_hand import HandKey, put
from relasi.engine.query.listing import Listing
from relasi.engine.query.paging import Page, first_page, order_of, page_of, rows_at, with_keys
from relasi.engine.query.paging import Place as PagePlace
from relasi.engine.query.path import Path

CLOSED_DAYS = 30
Place = tuple[Any, Any]  # the values of the column and of the lane; None for a board without lanes


@dataclass
class Total:
    """How many records, and their sums by currency ("" without one). weighted: the same, weighted. filled: how many
    records an amount of each currency stands in."""

    count: int = 0
    filled: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    sums: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    weighted: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))

    def add(self, other: Total) -> None:
        self.count += other.count
        for currency, number in other.filled.items():
            self.filled[currency] += number
        for mine, theirs in ((self.sums, other.sums), (self.weighted, other.weighted)):
            for currency, amount in theirs.items():
                mine[currency] += amount

    @property
    def means(self) -> dict[str, Decimal]:
        """What the records that have an amount come to on average, by currency."""
        return {
            one: rounded_to(amount / self.filled[one], 2)
            for one, amount in self.sums.items()
            if self.filled[one]
        }


@dataclass
class BoardListing:
    """listing: filter, search, sort and what cards show. by, lanes: the fields of columns and lanes.

    within: (field name, id) of the one pipeline it shows. since: the field that tells when a record was closed;
    closed columns hold the last thirty days of it. by_hand: the saved view whose cards people put in order themselves.
    """

    listing: Listing
    by: Path
    lanes: Path | None = None
    within: tuple[str, Any] | None = None
    since: str = ""
    by_hand: int | None = None

    @cached_property
    def keys(self) -> list[Any]:
        """The order of the cards of a column."""
        if self.by_hand is None:
            return self.listing.keys
        return [HandKey(self.by_hand), *self.listing.keys]

    def rows(self) -> QuerySet:
        found = self.listing.rows()
        return found.filter(**{self.within[0]: self.within[1]}) if self.within else found

    def column_rows(self, column: Column) -> QuerySet:
        return self.rows().filter(self._in(column))

    def _in(self, column: Column) -> Q:
        return column.q(self.by.orm) & (self._recent() if column.closed else Q())

    def _recent(self) -> Q:
        name = self.since or "changed_at"
        return Q(**{f"{name}__gte": timezone.now() - timedelta(days=CLOSED_DAYS)})

    def cards(
        self, columns: list[Column], size: int, sizes: dict[str, int] | None = None
    ) -> dict[Place, Page]:
        """The first cards of each column; with lanes of each column in each lane. sizes: other numbers, by key.

        Two queries: which records stand first, then those records with all their cards show.
        """
        wanted = sizes or {}
        how_many = {column.value: wanted.get(column.key, size) for column in columns}
        if not columns:
            return {}
        ids = self._first_in_lanes(columns, size) if self.lanes else self._first(columns, how_many)
        listing = self.listing
        every = [id for found in ids.values() for id in found]
        loaded = with_keys(listing.loaded(listing.module.model._base_manager.filter(pk__in=every)), self.keys)
        records = {record.pk: record for record in loaded} if every else {}
        listing.complete(list(records.values()))
        return {
            place: first_page([records[id] for id in found if id in records], self.keys,
                              how_many.get(place[0], size))
            for place, found in ids.items()
        }  # fmt: skip

    def _first(self, columns: list[Column], how_many: dict[Any, int]) -> dict[Place, list[int]]:
        """Each column by itself, so that an index on the value and the sort gives its first rows at once."""
        keys = self.keys
        rows = with_keys(self.rows(), keys)
        parts = [
            rows.filter(self._in(column))
            .order_by(*order_of(keys))
            .annotate(board_column=Value(place))
            .values_list("board_column", "pk")[: how_many[column.value] + 1]
            for place, column in enumerate(columns)
        ]
        pairs = parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]
        found: dict[Place, list[int]] = {(column.value, None): [] for column in columns}
        for place, id in pairs:
            found[columns[place].value, None].append(id)
        return found

    def _first_in_lanes(self, columns: list[Column], size: int) -> dict[Place, list[int]]:
        assert self.lanes is not None
        keys = self.keys
        anywhere = Q()
        for column in columns:
            anywhere |= self._in(column)
        rank = Window(RowNumber(), partition_by=[F(self.by.orm), F(self.lanes.orm)], order_by=order_of(keys))
        rows = with_keys(self.rows().filter(anywhere), keys).annotate(board_rank=rank)
        found: dict[Place, list[int]] = defaultdict(list)
        first = rows.filter(board_rank__lte=size + 1).order_by("board_rank")
        for column, lane, id in first.values_list(self.by.orm, self.lanes.orm, "pk"):
            found[column, lane].append(id)
        return dict(found)

    def more(self, column: Column, size: int, after: str, lane: Column | None = None) -> Page:
        """The cards of one column after a cursor. Raises Invalid."""
        rows = self.column_rows(column)
        if lane is not None and self.lanes is not None:
            rows = rows.filter(lane.q(self.lanes.orm))
        if self.by_hand is None:
            return self.listing.page_of(rows, size, after=after)
        place = PagePlace.read(self.keys, after, "")
        found = list(rows_at(self.listing.loaded(rows), self.keys, place, size))
        self.listing.complete(found)
        return page_of(found, self.keys, place, size)

    def put(self, column: Column, card: int, after: int | None) -> bool:
        """Puts a card of this column below another one of it, or on top (by_hand.put)."""
        assert self.by_hand is not None
        return put(self.by_hand, self.column_rows(column), self.keys, card, after)

    def totals(self, columns: list[Column], sum: str = "", weighted: str = "") -> dict[Place, Total]:
        """What every column adds up to, in one query. sum, weighted: names of fields the person may see."""
        module = self.listing.module
        closed = [column for column in columns if column.closed]
        rows = self.rows()
        if closed:
            ended = Q(**{f"{self.by.orm}__in": [column.value for column in closed]})
            rows = rows.filter(~ended | self._recent() | Q(**{f"{self.by.orm}__isnull": True}))
        currency = self._currency(sum)
        groups = [self.by.orm, *([self.lanes.orm] if self.lanes else [])]
        amounts = {"board_sum": sum, "board_weighted": weighted}
        sums: dict[str, Any] = {alias: Sum(name) for alias, name in amounts.items() if name in module.fields}
        if sum in module.fields:
            sums["board_filled"] = Count(sum)
        found: dict[Place, Total] = defaultdict(Total)
        names = [*groups, *([currency] if currency else [])]
        for row in rows.order_by().values(*names).annotate(board_count=Count("pk"), **sums):
            part = Total(row["board_count"])
            mark = (row[currency] or "") if currency else ""
            part.filled[mark] += row.get("board_filled", 0)
            for alias, into in (("board_sum", part.sums), ("board_weighted", part.weighted)):
                if row.get(alias) is not None:
                    into[mark] += row[alias]
            found[row[self.by.orm], row[self.lanes.orm] if self.lanes else None].add(part)
        return found

    def _currency(self, name: str) -> str:
        path = next((path for path in self.listing.paths if path.text == name), None)
        return path.kind.currency_field if path is not None and isinstance(path.kind, MoneyKind) else ""
