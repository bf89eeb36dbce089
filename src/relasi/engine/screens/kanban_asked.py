"""What a request asks of a board: by which field, which lanes, which pipeline, whose cards."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest

from relasi.engine.access.door import fields_for, may
from relasi.engine.declare.registry import registry
from relasi.engine.declare.words import Board
from relasi.engine.fields.choice import WithOptions
from relasi.engine.fields.kind import kind_of
from relasi.engine.fields.numbers import NumberKind
from relasi.engine.fields.reader import Reader
from relasi.engine.query.board import BoardListing, Total
from relasi.engine.query.board_columns import Column, column_fields, columns_of
from relasi.engine.query.board_setting import MOST_FIELDS, Chosen, chosen_for
from relasi.engine.query.listing import Listing
from relasi.engine.query.path import Path, resolve
from relasi.engine.records.record import title_of
from relasi.engine.screens.asking import reader_of, user_of
from relasi.engine.screens.list_state import ListState
from relasi.engine.screens.shell import Entry

SIZE = 25
COUNT = "count"  # in place of an amount: the number of cards is enough


@dataclass
class Totals:
    """by: (column value, lane value) -> Total. whole: of all open columns together."""

    by: dict[Any, Total]
    columns: list[Column]

    def of(self, column: Column) -> Total:
        found = Total()
        for (value, _lane), total in self.by.items():
            if value == column.value:
                found.add(total)
        return found

    @property
    def whole(self) -> Total:
        found = Total()
        for column in self.columns:
            if not column.closed:
                found.add(self.of(column))
        return found


@dataclass
class Asked:
    entry: Entry
    user: Any
    reader: Reader
    state: ListState

    @classmethod
    def of(cls, request: HttpRequest, entry: Entry, *, plain: bool = False) -> Asked:
        """plain: without the filter of the address, when that cannot be read. 404 for a module without columns."""
        user = user_of(request)
        state = ListState.read(request, entry, user, screen="board")
        found = cls(
            entry, user, reader_of(request), replace(state, condition=None, sort=None) if plain else state
        )
        if not found.choices:
            raise Http404
        return found

    @property
    def module(self) -> Any:
        return self.entry.module

    @cached_property
    def seen(self) -> set[str]:
        return fields_for(self.user, "view", self.module)

    @cached_property
    def choices(self) -> list[str]:
        """Names of the fields its columns may stand for."""
        return column_fields(self.module, self.seen)

    @cached_property
    def by(self) -> Path:
        wanted = self.state.option("by")
        return resolve(self.module, wanted if wanted in self.choices else self.choices[0], self.user)

    @cached_property
    def lanes(self) -> Path | None:
        wanted = self.state.option("lanes")
        if wanted in self.choices and wanted != self.by.text:
            return resolve(self.module, wanted, self.user)
        return None

    @cached_property
    def words(self) -> Board:
        """The declared board; by another field than its own, without what belongs to that one."""
        declared = self.module.board or Board(self.by.text, card=self.module.columns[1:6])
        if declared.by != self.by.text:
            return replace(declared, by=self.by.text, within="", closed=(), bar="")
        return declared

    @cached_property
    def chosen(self) -> Chosen:
        return chosen_for(self.user, self.module, self.by.text)

    @cached_property
    def card(self) -> list[str]:
        """Names of what a card shows beside its title: those of the named board, the person's own, or the declared ones."""
        told = self.state.option("card").split(",") if self.state.option("card") else None
        wanted = told or (self.chosen.card if self.chosen.card is not None else list(self.words.card))
        titles = set(self.module.title_fields)
        return [n for n in wanted if n in self.seen and n not in titles and n != self.by.text][:MOST_FIELDS]

    @cached_property
    def amounts(self) -> list[str]:
        """Names of the numbers a column may add up."""
        fields, shown = self.module.fields, {*self.module.form_fields, *self.module.columns}
        return [n for n in fields if n in self.seen & shown and isinstance(kind_of(fields[n]), NumberKind)]

    @property
    def sum(self) -> str:
        wanted = self.state.option("sum")
        if wanted == COUNT or wanted in self.amounts:
            return "" if wanted == COUNT else wanted
        return self.words.sum if self.words.sum in self.seen else ""

    @property
    def weighted(self) -> str:
        usual = self.sum == self.words.sum and self.words.weighted in self.seen
        return self.words.weighted if self.sum and usual and not self.means else ""

    @property
    def means(self) -> bool:
        """Whether a column tells the average of its amounts in place of their sum."""
        return bool(self.sum) and self.state.option("mean") == "1"

    @cached_property
    def colour(self) -> Path | None:
        """The choice whose tone a card has at its edge."""
        wanted = self.state.option("colour")
        return resolve(self.module, wanted, self.user) if wanted in self.coloured else None

    @property
    def coloured(self) -> list[str]:
        """Names of the fields a card may have the tone of."""
        return [name for name in self.choices if isinstance(kind_of(self.module.fields[name]), WithOptions)]

    @property
    def by_hand(self) -> int | None:
        """The named board whose cards people put in order themselves."""
        named = self.state.saved if self.state.is_own_screen else None
        return named.pk if named is not None and self.state.option("hand") == "1" else None

    @cached_property
    def listing(self) -> Listing:
        marks = [name for name in self.words.marks if name in self.seen]
        more = (self.by, self.lanes, self.colour)
        also = [name for name in (*(path.text for path in more if path), self.sum) if name]
        state = self.state
        return Listing(
            self.module,
            self.user,
            condition=state.tree,
            columns=list(dict.fromkeys([*self.card, *marks, *also])),
            sort=state.shown_sort,
            words=state.words,
            fixed=dict(self.entry.fixed),
        )

    @cached_property
    def insides(self) -> list[Any]:
        """The rows of `within` (the pipelines) to choose from, in their order."""
        name = self.words.within
        if not name or name not in self.seen:
            return []
        home = registry.of(self.module.fields[name].related_model)
        rows = home.model._base_manager.filter(trashed_at=None).order_by(*home.sort, "pk")
        return [row for row in rows if getattr(row, "active", True)]

    @cached_property
    def inside(self) -> Any:
        """The one it shows: chosen, filtered for, or the first."""
        wanted = {self.state.option("within")} - {""} or self._filtered_for()
        return next((row for row in self.insides if str(row.pk) in wanted), next(iter(self.insides), None))

    def _filtered_for(self) -> set[str]:
        for leaf in self.listing.group.leaves():
            if leaf.path.text == self.words.within and leaf.op in ("is", "in"):
                return {str(id) for id in (leaf.value if isinstance(leaf.value, list) else [leaf.value])}
        return set()

    @cached_property
    def board(self) -> BoardListing:
        within = (self.words.within, self.inside.pk) if self.inside is not None else None
        since = self.words.since if self.words.since in self.module.fields else ""
        return BoardListing(self.listing, self.by, self.lanes, within, since, self.by_hand)

    @cached_property
    def columns(self) -> list[Column]:
        inside = self.inside.pk if self.inside is not None else None
        return columns_of(self.by, self.words, self.board.rows(), inside)

    @cached_property
    def lane_columns(self) -> list[Column]:
        if self.lanes is None:
            return []
        return columns_of(self.lanes, Board(self.lanes.text), self.board.rows())

    def column(self, key: str | None) -> Column:
        """404 for what is no column of this board."""
        for column in self.columns:
            if column.key == (key or ""):
                return column
        raise Http404

    def lane(self, key: str | None) -> Column | None:
        return next((lane for lane in self.lane_columns if lane.key == key), None)

    def totals(self) -> Totals:
        return Totals(self.board.totals(self.columns, self.sum, self.weighted), self.columns)

    @property
    def shows_closed(self) -> bool:
        return self.state.option("closed") == "1"

    @cached_property
    def movable(self) -> bool:
        """Whether this person may put cards into other columns at all."""
        field_ = self.by.kind.field
        return (
            field_.editable
            and may(self.user, "edit", self.module)
            and self.by.text in fields_for(self.user, "edit", self.module)
        )

    def limit(self, column: Column) -> int | None:
        return self.chosen.limits.get(column.key)

    def part_url(self, part: str, **more: Any) -> str:
        """The address of a part of the board, with all it is told."""
        pairs = [(k, v) for k, v in self.state.hidden() if k != "screen"]
        query = urlencode([*pairs, *((k, v) for k, v in more.items() if v is not None)])
        return f"{self.entry.url}board/{part}{'?' + query if query else ''}"

    def move_url(self, pairs: list[tuple[str, Any]]) -> str:
        """Where cards are moved. pairs: ids, versions and the column."""
        state = [(k, v) for k, v in self.state.hidden() if k != "screen"]
        return f"{self.entry.url}board/move/?{urlencode([*state, *pairs])}"

    def option_url(self, name: str, value: str) -> str:
        """The address of this board with one of its options changed; "" leaves it out."""
        return self.state.url(options=self.state.with_options({name: value}))

    def new_url(self, column: Column) -> str:
        """Where a new record of this column is made, leading back here."""
        values = {self.by.text: column.key, "next": self.state.url()}
        if self.inside is not None:
            values[self.words.within] = str(self.inside.pk)
        return f"{self.entry.url}quick/?{urlencode(values)}"

    def titles(self, rows: list[Any]) -> list[tuple[str, str, bool]]:
        """(title, address, whether it is the one shown) of the rows to choose a pipeline from."""
        return [(title_of(row), self.option_url("within", str(row.pk)), row is self.inside) for row in rows]
