"""Line cells: the columns of a file that fill the lines of a record. Rows of the same record come one after another.

The record is told by its number where the file has one, else by all its cells being the same or blank again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from relasi.engine.declare.module import Module
from relasi.engine.declare.refusal import Refusal
from relasi.engine.fields.kind import Invalid
from relasi.engine.fields.reader import Reader
from relasi.engine.records.write import Draft
from relasi.engine.transfer.cells import Parse, by_name, filled, parse_of
from relasi.engine.transfer.mapping import EXTRA, LEFT_OUT, Column
from relasi.engine.transfer.table import Cell
from relasi.engine.transfer.target import LINE_KEY, Target

if TYPE_CHECKING:
    from relasi.engine.transfer.row_reader import ReadRow

# On how many rows a record may stand: a longer one is a file without heads.
MOST_ROWS = 2000


class LineCells:
    """names: of the fields of lines that have a column. references: those of them that refer to other records."""

    def __init__(self, columns: Sequence[Column], targets: dict[str, Target]) -> None:
        self._of_line: list[tuple[int, str, Parse]] = []
        self._of_head: list[int] = []
        self._number: int | None = None
        self.references: set[str] = set()
        for place, column in enumerate(columns):
            target = None if column.to in (EXTRA, LEFT_OUT) else targets[column.to]
            if target is not None and target.line and target.kind is not None:
                parse = by_name if target.is_reference else parse_of(target.kind, column)
                self._of_line.append((place, target.name, parse))
                self.references |= {target.name} if target.is_reference else set()
            elif column.to != LEFT_OUT:
                self._of_head.append(place)
                self._number = place if column.to == "number" else self._number
        self.names = [name for _place, name, _parse in self._of_line]

    def read(self, cells: Sequence[Cell], reader: Reader, found: ReadRow) -> None:
        if not self._of_line:
            return
        number = None if self._number is None else filled(cells[self._number])
        found.head = (
            (number,) if number is not None else tuple(filled(cells[place]) for place in self._of_head)
        )
        values: dict[str, Any] = {}
        is_blank = True
        for place, name, parse in self._of_line:
            cell = filled(cells[place])
            if cell is None:
                continue
            is_blank = False
            try:
                value = parse(cell, reader)
            except Invalid as wrong:
                found.faults.append(Refusal(f"{LINE_KEY}.0.{name}", wrong.code, wrong.message, value=cell))
            else:
                if value is not None and value != "":
                    values[name] = value
        if not is_blank:
            found.lines, found.of_line = [values], [0]


def belongs(first: ReadRow, row: ReadRow) -> bool:
    """Whether the row is one more of the record that begins with the first."""
    if first.head is None or row.head is None or len(first.rest) >= MOST_ROWS:
        return False
    return row.head == first.head or not any(cell is not None for cell in row.head)


def join(first: ReadRow, row: ReadRow) -> None:
    first.rest.append((row.number, row.cells))
    place = len(first.lines)
    for fault in row.faults:
        if fault.field.startswith(f"{LINE_KEY}."):
            fault.field = f"{LINE_KEY}.{place}.{fault.field.split('.')[-1]}"
            first.faults.append(fault)
    first.lines += row.lines
    first.of_line += [len(first.rest)] * len(row.lines)


def each_row(first: ReadRow, refusals: list[Refusal]) -> Iterator[tuple[int, Sequence[Cell], list[Refusal]]]:
    """Every row of a record that was not taken (number, cells, reasons): put right, they can be imported again."""
    by_row: dict[int, list[Refusal]] = {}
    for one in refusals:
        head, _dot, rest = one.field.partition(".")
        place, _dot, name = rest.partition(".")
        is_line = head == LINE_KEY and place.isdigit() and int(place) < len(first.of_line)
        row = first.of_line[int(place)] if is_line else 0
        said = Refusal(f"{LINE_KEY}.{name}", one.code, one.message, **one.more) if is_line else one
        by_row.setdefault(row, []).append(said)
    other = Refusal("", "INVALID_VALUE", _("Another row of the same record was not taken."))
    for nth, (number, cells) in enumerate([(first.number, first.cells), *first.rest]):
        yield number, cells, by_row.get(nth, [other])


def onto_standing(module: Module, drafts: Sequence[Draft]) -> None:
    """The lines of records that stand already are their lines in the same order; what is more comes new, what is
    missing goes."""
    known = {draft.id: draft for draft in drafts if draft.id is not None and draft.lines is not None}
    lines = module.lines_module
    if not known or lines is None or lines.whole is None:
        return
    column = lines.whole.attname
    rows = lines.model._base_manager.filter(**{f"{column}__in": list(known)}, trashed_at=None)
    places: dict[int, int] = {}
    for whole, id in rows.order_by("position", "pk").values_list(column, "pk"):
        place = places.get(whole, 0)
        given = known[whole].lines or []
        if place < len(given):
            given[place] = {**given[place], "id": id}
        places[whole] = place + 1
