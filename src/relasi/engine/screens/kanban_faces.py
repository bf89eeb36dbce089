"""How cards, columns and their sums look: each value of a card finds its place by its kind."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup, escape

from relasi.engine.fields.avatar import small_avatar
from relasi.engine.fields.boolean import BooleanKind
from relasi.engine.fields.choice import WithOptions
from relasi.engine.fields.dates import DateKind
from relasi.engine.fields.money import MoneyKind, short
from relasi.engine.fields.number_text import write_number
from relasi.engine.fields.owner import OwnerKind
from relasi.engine.fields.reader import Reader
from relasi.engine.fields.reference import ReferenceKind
from relasi.engine.query.board import Total
from relasi.engine.query.board_columns import Column
from relasi.engine.query.paging import Page
from relasi.engine.query.path import Path
from relasi.engine.records.record import title_of
from relasi.engine.screens.kanban_asked import SIZE, Asked


@dataclass
class Card:
    """under: lines below the title. badges: states. main: amounts. dates. people: owners. notes: what is left.

    brief: the amount as a column's preview adds it. tone: of its edge, "" for none.
    """

    record: Any
    title: str
    url: str
    under: list[Any] = field(default_factory=list)
    badges: list[Any] = field(default_factory=list)
    main: list[Any] = field(default_factory=list)
    dates: list[Any] = field(default_factory=list)
    people: list[Any] = field(default_factory=list)
    notes: list[Any] = field(default_factory=list)
    brief: str = ""
    tone: str = ""


@dataclass
class Heap:
    """The cards of one column, in one lane. after: the cursor of those that follow, or None."""

    column: Column
    lane: Column | None
    cards: list[Card]
    after: str | None
    folded: bool = False
    place: int = 0


def card_of(asked: Asked, record: Any) -> Card:
    card = Card(record, title_of(record), f"{asked.entry.url}{record.pk}/")
    for path in asked.listing.paths:
        if path.text in asked.card:
            _place(card, path, record, asked)
        elif path.text in asked.words.marks:
            text = path.value_of(record)
            if text:
                card.badges.append(Markup('<span class="badge" data-tone="merah">%s</span>') % text)
        if path.text == asked.sum and isinstance(path.kind, MoneyKind):
            card.brief = path.kind.short(path.value_of(record), record, asked.reader)
    if asked.colour is not None:
        card.tone = _tone(asked.colour, record)
    return card


def _tone(path: Path, record: Any) -> str:
    value = str(path.value_of(record) or "")
    return next((option.tone for option in path.kind.options if option.key == value), "")  # type: ignore[attr-defined]


def _place(card: Card, path: Path, record: Any, asked: Asked) -> None:
    kind, value, reader = path.kind, path.value_of(record), asked.reader
    if kind.is_empty(value):
        return
    if isinstance(kind, OwnerKind):
        card.people.append(small_avatar(kind.title(record)))
    elif isinstance(kind, ReferenceKind):
        plain = kind.address(value) is not None
        (card.under if plain else card.badges).append(
            escape(kind.title(record)) if plain else kind.cell(value, record, reader)
        )
    elif isinstance(kind, WithOptions):
        card.badges.append(_badge(kind, value, record, reader))
    elif isinstance(kind, BooleanKind):
        if value:
            card.badges.append(Markup('<span class="tag">%s</span>') % kind.label)
    elif isinstance(kind, MoneyKind):
        card.main.append(kind.short(value, record, reader))
    elif isinstance(kind, DateKind):
        card.dates.append(kind.cell(value, record, reader))
    elif path.text == asked.module.subtitle:
        card.under.append(kind.show(value, reader))
    elif kind.align == "right":
        card.notes.append(f"{kind.label}: {kind.brief(value, reader)}")
    else:
        card.notes.append(kind.brief(value, reader)[:120])


def _badge(kind: Any, value: Any, record: Any, reader: Reader) -> Any:
    """A choice without a tone stands as a tag, so that the words of two of them never run together."""
    drawn = kind.cell(value, record, reader)
    return drawn if "<" in drawn else Markup('<span class="tag">%s</span>') % drawn


def heaps_of(
    asked: Asked, sizes: dict[str, int]
) -> tuple[list[tuple[Column | None, list[Heap]]], list[tuple[int, Column]]]:
    """(lane or None, its columns) for each lane, and the closed columns that only take cards, as (place, column)."""
    columns = list(enumerate(asked.columns))
    strips = [(n, c) for n, c in columns if c.closed and c.takes and not asked.shows_closed]
    shown = [(n, c) for n, c in columns if asked.shows_closed or not c.closed]
    folded = set(asked.chosen.folded)
    cards = asked.board.cards([c for _n, c in shown if c.key not in folded], SIZE, sizes)
    filled = {value for (value, _lane), page in cards.items() if page.rows}
    shown = [(n, c) for n, c in shown if c.certain or c.value in filled]
    return [(lane, _lane_heaps(asked, shown, folded, cards, lane)) for lane in _lanes(asked, cards)], strips


def _lanes(asked: Asked, cards: dict[Any, Page]) -> list[Column | None]:
    """Those with a card in them; one nameless lane for a board without lanes."""
    if asked.lanes is None:
        return [None]
    filled = {lane for (_value, lane), page in cards.items() if page.rows}
    return [lane for lane in asked.lane_columns if lane.value in filled] or [None]


def _lane_heaps(
    asked: Asked,
    shown: list[tuple[int, Column]],
    folded: set[str],
    cards: dict[Any, Page],
    lane: Column | None,
) -> list[Heap]:
    found = []
    for place, column in shown:
        page = cards.get((column.value, lane.value if lane else None), Page([], None, None))
        drawn = [card_of(asked, record) for record in page.rows]
        found.append(Heap(column, lane, drawn, page.after, column.key in folded, place))
    return found


def total_text(total: Total, asked: Asked, weighted: bool = False) -> str:
    """ "Rp 2,39 M", or each currency by itself: "Rp 2,39 M + USD 12 rb"."""
    amounts = total.weighted if weighted else total.means if asked.means else total.sums
    path = next((path for path in asked.listing.paths if path.text == asked.sum), None)
    if path is None:
        return ""
    if not isinstance(path.kind, MoneyKind):
        return write_number(sum(amounts.values()), asked.reader, 2, shortest=True)
    by_currency: dict[str, Any] = {}
    for currency, amount in amounts.items():
        name = currency or asked.reader.currency
        by_currency[name] = by_currency.get(name, 0) + amount
    usual = asked.reader.currency
    if not by_currency:
        return short(0, usual, asked.reader)
    ordered = sorted(by_currency.items(), key=lambda pair: (pair[0] != usual, pair[0]))
    return " + ".join(short(amount, name, asked.reader) for name, amount in ordered)
