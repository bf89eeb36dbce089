"""Table: what every file an import can read looks like once it is open: headings, and rows of cells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _

from relasi.engine.transfer.bad_file import BadFile

# Texts of CSV files; workbooks give numbers, dates and yes/no as such.
Cell = str | int | Decimal | date | bool | None

# A sheet of Excel has 16,384 columns; nobody keeps records that wide, and hostile files do.
MOST_COLUMNS = 1000

TOO_FEW_CELLS = _(
    "This row has %(cells)s cells, but there are %(headings)s headings. "
    "A quotation mark or a separator may be missing."
)
TOO_MANY_CELLS = _(
    "This row has %(cells)s cells, but there are %(headings)s headings. "
    "A text that holds the separator must stand in quotation marks."
)
OPEN_QUOTE = _(
    "The quotation mark opened in this row is never closed, so all that follows was read as one cell."
)
TOO_WIDE = _("The table has %(columns)s columns; at most %(most)s can be imported.")
EMPTY = _("The file is empty.")


class Row(NamedTuple):
    """number: as a spreadsheet counts, headings included. fault: why the row cannot be taken, with its values."""

    number: int
    cells: Sequence[Cell]
    fault: tuple[Any, dict[str, Any]] | None = None
    beside: dict[str, str] | None = None  # what the row holds under headings of its own


@dataclass
class Table:
    """An open file. shape: what was found out about it (format, encoding, separator, sheet), for people.

    `rows()` gives the rows under the headings, blank ones left out, and may be called again. `read` is how much
    of the file has been read so far, from 0 to 1.
    """

    headings: list[str]
    shape: dict[str, str] = field(default_factory=dict)
    read: float = 0.0

    def rows(self) -> Iterator[Row]:
        raise NotImplementedError

    def sample(self, count: int) -> list[Row]:
        """The first rows that can be taken."""
        found = []
        for row in self.rows():
            if row.fault is None:
                found.append(row)
            if len(found) == count:
                break
        return found


# Titles above the table ("Daftar Kontak") stand in one cell each, and there are few of them.
MOST_TITLES = 20


def heading_place(rows: Sequence[Sequence[Any]]) -> int | None:
    """Which of the first rows holds the headings: the first with two of them, else the first that is not blank."""
    filled = [sum(1 for cell in cells if str(cell if cell is not None else "").strip()) for cells in rows]
    several = next((place for place, count in enumerate(filled) if count > 1), None)
    return (
        several if several is not None else next((place for place, count in enumerate(filled) if count), None)
    )


def unique_headings(cells: Sequence[Any]) -> list[str]:
    """Names for the columns: as written, "Email (2)" for the second of one name, "Column 3" for a nameless one.

    Raises BadFile when there are too many.
    """
    if len(cells) > MOST_COLUMNS:
        raise BadFile(TOO_WIDE, columns=len(cells), most=MOST_COLUMNS)
    found: list[str] = []
    seen: dict[str, int] = {}
    for place, cell in enumerate(cells, 1):
        text = " ".join(str(cell if cell is not None else "").replace("\x00", " ").split())
        name = text[:200] or str(_("Column %(number)s")) % {"number": place}
        count = seen[name.casefold()] = seen.get(name.casefold(), 0) + 1
        found.append(name if count == 1 else f"{name} ({count})")
    return found


def fitted(number: int, cells: list[Any], width: int) -> Row:
    """The row with as many cells as there are headings, or its fault."""
    if len(cells) == width:
        return Row(number, cells)
    values = {"cells": len(cells), "headings": width}
    if len(cells) < width:
        return Row(number, cells, (TOO_FEW_CELLS, values))
    if any(str(cell).strip() for cell in cells[width:]):
        return Row(number, cells, (TOO_MANY_CELLS, values))
    return Row(number, cells[:width])
