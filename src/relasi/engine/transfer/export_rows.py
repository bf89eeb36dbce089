"""Export rows: what a person sees of the records of a list, page by page, so that memory stays flat however many."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol

from relasi.engine.access.door import may
from relasi.engine.declare.module import Module
from relasi.engine.declare.registry import registry
from relasi.engine.fields.boolean import BooleanKind
from relasi.engine.fields.reader import Reader
from relasi.engine.fields.reference import ReferenceKind, unseen
from relasi.engine.query.listing import Listing
from relasi.engine.query.path import Path, UnknownField, resolve
from relasi.engine.transfer.export import Shape
from relasi.engine.transfer.target import targets_of

PAGE = 1000


class Asking(Protocol):
    """Who takes what out: an export, or whoever else writes the same rows. asked: as ExportJob has it."""

    user: Any
    shape: Any
    asked: dict[str, Any]

    @property
    def home(self) -> Module: ...

    @property
    def reader(self) -> Reader: ...


@dataclass(frozen=True)
class ExportColumn:
    """heading: of the column. key: of the value in JSON. value: of a record, or of one of its lines."""

    heading: str
    key: str
    value: Callable[[Any], Any]
    of_line: bool = False


def listing_of(job: Asking) -> Listing:
    """The list that is exported, as the person sees it now."""
    asked = job.asked
    return Listing(
        job.home,
        job.user,
        condition=asked.get("condition"),
        columns=_paths(job),
        sort=list(asked.get("sort", ())),
        words=asked.get("words", ""),
        fixed=dict(asked.get("fixed", {})),
    )


def _paths(job: Asking) -> list[str]:
    module, user = job.home, job.user
    wanted = list(job.asked.get("columns", ()))
    if job.shape == Shape.IMPORT:
        targets = targets_of(module, user)
        wanted = [
            key
            for key, target in targets.items()
            if not (target.function or target.line or target.of_other_program)
        ]
    found = []
    for name in dict.fromkeys(wanted):
        try:
            path = resolve(module, name, user)
        except UnknownField:
            continue
        if not path.kind.secret and path.kind.name not in ("hidden", "structure"):
            found.append(name)
    return found


def count_of(job: Asking, most: int) -> int:
    """How many records it would hold, counted up to most + 1."""
    ids = job.asked.get("ids")
    listing = listing_of(job)
    rows = listing.rows() if ids is None else listing.rows().filter(pk__in=ids)
    return rows.order_by()[: most + 1].count()


def records_of(job: Asking, listing: Listing) -> Iterator[Any]:
    """The records in the order of the list, with references to what is hidden marked."""
    ids, after = job.asked.get("ids"), ""
    while True:
        if ids is None:
            page = listing.page(PAGE, after=after)
        else:
            page = listing.page_of(listing.rows().filter(pk__in=ids), PAGE, after=after)
        if has_lines(job):
            add_lines(job, page.rows)
        yield from page.rows
        if not page.after:
            return
        after = page.after


def has_lines(job: Asking) -> bool:
    """Whether a record takes a row for each of its lines, with its own values repeated."""
    return job.shape == Shape.IMPORT and job.home.lines_module is not None


def add_lines(job: Asking, records: list[Any]) -> None:
    """Gives each record its lines in their order. One query."""
    lines = job.home.lines_module
    assert lines is not None and lines.whole is not None
    by_record: dict[int, list[Any]] = {record.pk: [] for record in records}
    rows = lines.model._base_manager.filter(**{f"{lines.whole.name}__in": list(by_record)}, trashed_at=None)
    references = [
        name for name, field in lines.fields.items() if field.is_relation and field is not lines.whole
    ]
    for line in rows.select_related(*references).order_by("position", "pk"):
        by_record[getattr(line, lines.whole.attname)].append(line)
    for record in records:
        record.exported_lines = by_record[record.pk]


def rows_of(job: Asking, columns: list[ExportColumn], record: Any) -> Iterator[list[Any]]:
    """What stands in the columns: one row, or one for each line."""
    if not has_lines(job):
        yield [column.value(record) for column in columns]
        return
    own = [None if column.of_line else column.value(record) for column in columns]
    for line in record.exported_lines or [None]:
        yield [
            (column.value(line) if line is not None else None) if column.of_line else value
            for column, value in zip(columns, own, strict=True)
        ]


def columns_of(job: Asking, listing: Listing) -> list[ExportColumn]:
    reader = job.reader
    if job.shape == Shape.IMPORT:
        found = [
            ExportColumn(path.text, path.text, to_import(path, job.user, reader)) for path in listing.paths
        ]
        return [*found, *_line_columns(job)]
    return [ExportColumn(path.label, path.text, _to_read(path, reader)) for path in listing.paths]


def _line_columns(job: Asking) -> list[ExportColumn]:
    lines = job.home.lines_module
    if lines is None:
        return []
    return [
        ExportColumn(
            key,
            key,
            to_import(Path(target.name, lines, target.kind, target.name), job.user, job.reader),
            of_line=True,
        )
        for key, target in targets_of(job.home, job.user).items()
        if target.line and target.kind is not None
    ]


def _owner_of(path: Path, record: Any) -> Any:
    """The record that holds the value: the one referred to, None where it may not be seen."""
    if path.through is None:
        return record
    if path.through.name in unseen(record):
        return None
    return getattr(record, path.through.name)


def _to_read(path: Path, reader: Reader) -> Callable[[Any], Any]:
    """What a spreadsheet should hold: numbers and days as such, all else in words."""
    if path.part or path.beside:

        def part(record: Any) -> Any:
            value = path.value_of(record) if _owner_of(path, record) is not None else None
            return path.kind.show(value, reader) or None

        return part

    def value(record: Any) -> Any:
        holder = _owner_of(path, record)
        return None if holder is None else path.kind.export_of(holder, reader)

    return value


def to_import(path: Path, user: Any, reader: Reader) -> Callable[[Any], Any]:
    """What the import reads back as the very same value."""
    if isinstance(path.kind, ReferenceKind) and not path.part:
        return lambda record: _name_of(path, record, user)
    if isinstance(path.kind, BooleanKind):
        words = {True: "1", False: "0"}
        return lambda record: words.get(path.value_of(record), "")

    def value(record: Any) -> Any:
        found = path.value_of(record)
        return "" if found is None and not path.kind.imported else path.kind.typed(found, reader)

    return value


def _name_of(path: Path, record: Any, user: Any) -> str:
    """By what the import finds the record referred to: its number, or its title where it has none."""
    other = getattr(record, path.kind.key)
    if other is None:
        return ""
    home = registry.of(other) if registry.knows(other._meta.label) else None
    if home is not None and home.is_record:
        return str(other.number)
    if home is not None and not home.is_settings and not may(user, "view", home, other):
        return ""
    return str(other)


def plain(value: Any, reader: Reader) -> str:
    """The value as text of a CSV file, as the reader writes numbers and days."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value:%d/%m/%Y %H:%M}"
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, Decimal | int) and not isinstance(value, bool):
        return f"{value:f}".replace(".", reader.decimal) if isinstance(value, Decimal) else str(value)
    return str(value)
