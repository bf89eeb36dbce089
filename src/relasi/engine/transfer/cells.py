"""Cells: how one cell of a file is read: by the kind of its field, or as the person said about its column."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from relasi.engine.fields.choice import MultiChoiceKind
from relasi.engine.fields.kind import Kind
from relasi.engine.fields.numbers import NumberKind
from relasi.engine.fields.reader import Reader
from relasi.engine.fields.reference import Unresolved
from relasi.engine.fields.safe_text import unguarded
from relasi.engine.transfer.mapping import EXTRA, LEFT_OUT, Column
from relasi.engine.transfer.table import Cell

Parse = Callable[[Any, Reader], Any]

# Between the module and the name of a record, and between several choices, in files of another CRM.
_FOREIGN_NAME, _FOREIGN_LIST = "::::", "|##|"

KEPT_BESIDE = object()


def filled(cell: Cell) -> Cell:
    """None for a blank cell."""
    if cell.__class__ is str:
        if not cell or cell.isspace():
            return None
        return unguarded(cell) if cell[0] == "'" else cell
    return cell


def by_name(raw: Any, _reader: Reader) -> Unresolved:
    """Never an id: a company called “7” is no record number 7."""
    return Unresolved(str(raw).strip().split(_FOREIGN_NAME)[-1])


def by_their_id(raw: Any, _reader: Reader) -> Unresolved:
    """The first of "8012;8013", whole: ids may hold any sign."""
    return Unresolved(str(raw).strip().split(";")[0].strip())


def name_of(column: Column) -> Parse:
    """Names of records as the file writes them, or as the person said which record they mean."""
    return _as_meant(column, by_name) if column.values else by_name


_YES = frozenset(("1", "true", "yes", "y", "t", "ya", "benar"))


def says_yes(text: str) -> bool:
    return text.strip().casefold() in _YES


def parse_of(kind: Kind, column: Column) -> Parse:
    """How the cells of one column are read: by the kind, with the column's factor or its own list of values."""
    parse = kind.parse
    if isinstance(kind, NumberKind) and Decimal(column.factor) != 1:
        factor = Decimal(column.factor)
        return lambda raw, reader: _multiplied(kind, parse(raw, reader), factor)
    if isinstance(kind, MultiChoiceKind):
        return lambda raw, reader: parse(str(raw).replace(_FOREIGN_LIST, ";"), reader)
    return _as_meant(column, parse) if column.values else parse


def _as_meant(column: Column, parse: Parse) -> Parse:
    meant = {written.strip().casefold(): key for written, key in (column.values or {}).items()}
    return lambda raw, reader: _chosen(meant, raw, parse, reader)


def _multiplied(kind: NumberKind, number: Any, factor: Decimal) -> Any:
    return None if number is None else kind.within(number.__class__(number * factor))


def _chosen(meant: dict[str, str], raw: Any, parse: Parse, reader: Reader) -> Any:
    key = meant.get(str(raw).strip().casefold())
    if key is None:
        return parse(raw, reader)
    return KEPT_BESIDE if key == EXTRA else None if key == LEFT_OUT else parse(key, reader)
