"""Row reader: the cells of a row become values of fields, each read once by its kind; what cannot be read is said."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from relasi.engine.declare.module import Module
from relasi.engine.declare.refusal import Refusal
from relasi.engine.fields.kind import Invalid, Kind
from relasi.engine.fields.reader import Reader
from relasi.engine.fields.reference import Unresolved
from relasi.engine.fields.safe_text import unguarded
from relasi.engine.transfer.cells import (
    KEPT_BESIDE,
    Parse,
    by_name,
    by_their_id,
    filled,
    name_of,
    parse_of,
    says_yes,
)
from relasi.engine.transfer.foreign_id import LONGEST_ID
from relasi.engine.transfer.heading import plain
from relasi.engine.transfer.known_source import sheet_of
from relasi.engine.transfer.line_cells import LineCells
from relasi.engine.transfer.mapping import EXTRA, LEFT_OUT, Column
from relasi.engine.transfer.matching import Known, Matcher
from relasi.engine.transfer.table import Cell, Row
from relasi.engine.transfer.target import GONE, MERGED_INTO, THEIR_ID, Target

# So many texts of one column are remembered with what they mean.
MOST_KNOWN = 5000
# Values that many rows can have in common, because nobody can change them.
_SHARED = (str, date, datetime, Decimal, int, bool, Unresolved)


@dataclass(slots=True)
class ReadRow:
    """values: field -> stored form; references still stand by their names (Unresolved).

    parts: field -> part -> value, for values made of several. beside: heading -> text that has no field.
    keys: what the row can be known by, None while that cannot be told. faults: why it cannot be taken.

    Of a record with lines: lines: values of each; of_line: on which of its rows the line stands. rest: its rows
    after the first. head: what tells its rows from those of the next record, None without columns of lines.

    Of a file of another program: their_id: of the record there; merged_into: the id it went into; gone: deleted there.
    """

    number: int
    cells: Sequence[Cell]
    values: dict[str, Any] = field(default_factory=dict)
    parts: dict[str, dict[str, Any]] = field(default_factory=dict)
    beside: dict[str, str] = field(default_factory=dict)
    keys: list[Known] | None = None
    faults: list[Refusal] = field(default_factory=list)
    lines: list[dict[str, Any]] = field(default_factory=list)
    of_line: list[int] = field(default_factory=list)
    rest: list[tuple[int, Sequence[Cell]]] = field(default_factory=list)
    head: tuple[Cell, ...] | None = None
    their_id: str = ""
    merged_into: str = ""
    gone: bool = False


class RowReader:
    """Reads the rows of one file as its columns are mapped. Touches no database.

    names: the fields that have a column of their own: a blank cell there says something. parts: the same for
    parts of a field. references: names of fields that refer to other records, by their columns. source: the program the
    file comes from. constants: of Plan.
    """

    def __init__(
        self,
        columns: Sequence[Column],
        targets: dict[str, Target],
        module: Module,
        reader: Reader,
        matcher: Matcher,
        source: str = "",
        constants: dict[str, str] | None = None,
    ):
        self.reader, self.matcher = reader, matcher
        self._plain: list[tuple[int, str]] = []
        self._parts: list[tuple[int, str, str]] = []
        self._composites: list[tuple[int, Callable[[str], dict[str, str]]]] = []
        self._beside: list[tuple[int, str]] = []
        self._said: list[tuple[int, str]] = []
        self._parse: dict[str, Parse] = {}
        self._kinds: dict[str, Kind] = {
            t.name: t.kind for t in targets.values() if t.kind is not None and not t.line
        }
        sheet = sheet_of(source, module)
        self._set_right = sheet.set_right if sheet is not None else None
        self._places = {plain(column.heading): place for place, column in enumerate(columns)}
        self._tidy = import_string(module.tidy_row) if module.tidy_row else None
        self._headings: dict[str, str] = {}
        self._known: dict[str, dict[str, Any]] = defaultdict(dict)
        self.lines = LineCells(columns, targets)
        self.references: dict[str, Column] = {}
        for place, column in enumerate(columns):
            if column.to == EXTRA:
                self._beside.append((place, column.heading))
            elif column.to in (THEIR_ID, MERGED_INTO, GONE):
                self._said.append((place, column.to))
            elif column.to != LEFT_OUT and not targets[column.to].line:
                self._place(place, column, targets[column.to])
        self._constants = self._placed(constants or {}, targets)
        self.names = [name for _place, name in self._plain]
        self.parts = [(name, part) for _place, name, part in self._parts]

    def _placed(self, constants: dict[str, str], targets: dict[str, Target]) -> dict[str, str]:
        for name in constants:
            if targets[name].is_reference and name not in self._parse:
                self.references[name], self._parse[name] = Column("", name, create=False), by_name
        return constants

    def _place(self, place: int, column: Column, target: Target) -> None:
        if target.function:
            self._composites.append((place, import_string(target.function)))
        elif target.part:
            self._parts.append((place, target.name, target.part))
        else:
            self._plain.append((place, target.name))
            self._headings[target.name] = column.heading
            if target.is_reference:
                self.references[target.name] = column
                self._parse[target.name] = by_their_id if target.by_their_id else name_of(column)
            elif target.kind is not None:
                self._parse[target.name] = parse_of(target.kind, column)

    def read(self, row: Row) -> ReadRow:
        found = ReadRow(row.number, row.cells)
        if row.fault is not None:
            message, values = row.fault
            found.faults.append(Refusal("", "INVALID_VALUE", str(message) % values))
            return found
        if row.beside:
            found.beside.update(row.beside)
        if self._set_right is not None:
            row = self._as_set_right(row, self._set_right)
        for place, heading in self._beside:
            text = filled(row.cells[place])
            if text is not None:
                found.beside[heading] = str(text)
        for place, said in self._said:
            _note_said(found, said, row.cells[place])
        self._read_parts(row.cells, found)
        self._read_values(self._texts(row.cells), found)
        self.lines.read(row.cells, self.reader, found)
        if not found.faults:
            found.keys = self.matcher.early_keys(found.values)
        return found

    def _as_set_right(self, row: Row, set_right: Callable[[dict[str, Cell]], None]) -> Row:
        cells = {heading: row.cells[place] for heading, place in self._places.items()}
        set_right(cells)
        changed = list(row.cells)
        for heading, place in self._places.items():
            changed[place] = cells[heading]
        return row._replace(cells=changed)

    def _texts(self, cells: Sequence[Cell]) -> dict[str, Cell]:
        """Field -> what its cell holds, blank ones left out, set to rights by the module."""
        texts: dict[str, Cell] = {}
        for place, name in self._plain:
            cell = cells[place]
            if cell.__class__ is not str:
                if cell is not None:
                    texts[name] = cell
            elif cell and not cell.isspace():
                texts[name] = unguarded(cell) if cell[0] == "'" else cell
        for name, text in self._constants.items():
            texts.setdefault(name, text)
        for place, function in self._composites:
            whole = filled(cells[place])
            if whole is not None:
                for name, text in function(str(whole)).items():
                    if text:
                        texts.setdefault(name, text)
        if self._tidy is not None:
            self._tidy(texts)
        return texts

    def _read_values(self, texts: dict[str, Cell], found: ReadRow) -> None:
        for name, text in texts.items():
            known = self._known[name]
            if text.__class__ is str and text in known:
                value = known[text]
            else:
                try:
                    value = self._value(name, text, known)
                except Invalid as wrong:
                    found.faults.append(Refusal(name, wrong.code, wrong.message, value=text))
                    continue
            if value is KEPT_BESIDE:
                found.beside[self._headings[name]] = str(text)
            elif value is not None and value != "":
                found.values[name] = value

    def _value(self, name: str, text: Cell, known: dict[str, Any]) -> Any:
        """Raises Invalid. Remembers what a text means: owners, companies and choices come again and again."""
        value = (self._parse.get(name) or self._parse_more(name))(text, self.reader)
        if text.__class__ is str and value.__class__ in _SHARED:
            if len(known) >= MOST_KNOWN:
                known.clear()
            known[text] = value
        return value

    def _parse_more(self, name: str) -> Parse:
        """How a field is read that a composite or the module filled."""
        self._parse[name] = self._kinds[name].parse
        return self._parse[name]

    def heading_of(self, name: str) -> str:
        """The heading of the column that fills a field of its own."""
        return self._headings[name]

    def _read_parts(self, cells: Sequence[Cell], found: ReadRow) -> None:
        if not self._parts:
            return
        wholes: dict[str, dict[str, Any]] = {}
        for place, name, part in self._parts:
            text = filled(cells[place])
            if text is not None:
                wholes.setdefault(name, {})[part] = str(text)
        for name, texts in wholes.items():
            try:
                found.parts[name] = self._kinds[name].parse(texts, self.reader) or {}
            except Invalid as wrong:
                found.faults.append(Refusal(name, wrong.code, wrong.message, value=", ".join(texts.values())))


def _note_said(row: ReadRow, said: str, cell: Cell) -> None:
    text = filled(cell)
    if text is None:
        return
    if said != GONE and len(str(text)) > LONGEST_ID:
        row.faults.append(Refusal("", "TOO_LONG", _("An id of another program is not that long.")))
    elif said == THEIR_ID:
        row.their_id = str(text).strip()
    elif said == MERGED_INTO:
        row.merged_into = str(text).strip()
    else:
        row.gone = says_yes(str(text))
