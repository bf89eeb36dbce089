"""Export file: the rows of an export written as CSV, as a workbook or as lines of JSON, never all in memory."""

from __future__ import annotations

import csv
import json
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import xlsxwriter
from django.core.files import File
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from relasi.engine.access.acting import acting
from relasi.engine.fields.reader import reading_as
from relasi.engine.fields.reference import unseen
from relasi.engine.fields.safe_text import guarded
from relasi.engine.query.listing import Listing
from relasi.engine.query.path import Path
from relasi.engine.transfer.export import MOST_IN_A_SHEET, MOST_ON_PAPER, ExportJob, Format, may_export
from relasi.engine.transfer.export_rows import (
    ExportColumn,
    columns_of,
    has_lines,
    listing_of,
    plain,
    records_of,
    rows_of,
)
from relasi.engine.transfer.file_job import State, Told, telling
from relasi.engine.transfer.record_files import write_calendar, write_cards

TOLD_EVERY = 1000


def run_export(job: ExportJob) -> None:
    """Writes the file as its person may see the records at this moment. One that is over stays as it is."""
    reader = job.reader
    with (
        acting(job.user, via="ui"), reading_as(reader), translation.override(job.language),
        timezone.override(reader.tz),
    ):  # fmt: skip
        if job.is_over:
            return
        if not may_export(job.user, job.home):
            job.fail(_("You may not export this."))
            return
        job.note(status=State.RUNNING)
        _write(job)


def _write(job: ExportJob) -> None:
    try:
        with written(job) as place, open(place, "rb") as content:
            job.keep(File(content))
    except TooManyRows as trouble:
        job.fail(str(trouble))


class TooManyRows(Exception):
    """A sentence says what to do instead."""


@contextmanager
def written(job: ExportJob) -> Iterator[str]:
    """The place of a file with all records as of one moment, until the block ends. Raises TooManyRows."""
    with tempfile.NamedTemporaryFile(suffix=f".{job.format}") as place:
        with one_moment(), telling(job) as told:
            job.rows = write_file(job, place.name, told)
        if job.rows > MOST_IN_A_SHEET and job.format == Format.XLSX:
            raise TooManyRows(_("A workbook holds at most %(n)s rows. Choose CSV.") % {"n": MOST_IN_A_SHEET})
        yield place.name


@contextmanager
def one_moment() -> Iterator[None]:
    """All that is read inside is of one moment: what is saved meanwhile is not half in it."""
    inside = connection.in_atomic_block
    with transaction.atomic():
        if not inside:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield


def write_file(job: ExportJob, place: str, told: Told = lambda rows: None) -> int:
    """Writes all records to a file. Returns how many."""
    if (whole := {Format.VCF: write_cards, Format.ICS: write_calendar}.get(Format(job.format))) is not None:
        return whole(job, place, lambda records: _counted(records, told))
    listing = listing_of(job)
    columns = columns_of(job, listing)
    return WRITERS[Format(job.format)](job, listing, columns, _counted(records_of(job, listing), told), place)


def _counted(records: Iterable[Any], told: Told) -> Iterator[Any]:
    """The records; every now and then it is told how many have come."""
    for count, record in enumerate(records, 1):
        yield record
        if count % TOLD_EVERY == 0:
            told(count)


def _csv(
    job: ExportJob, listing: Listing, columns: list[ExportColumn], records: Iterable[Any], place: str
) -> int:
    """With a byte order mark, so that every spreadsheet program reads its letters; RFC 4180."""
    reader, count = job.reader, 0
    with open(place, "w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=";" if reader.decimal == "," else ",", lineterminator="\r\n")
        writer.writerow([guarded(column.heading) for column in columns])
        for record in records:
            for row in rows_of(job, columns, record):
                writer.writerow([guarded(plain(value, reader)) for value in row])
            count += 1
    return count


def _xlsx(
    job: ExportJob, listing: Listing, columns: list[ExportColumn], records: Iterable[Any], place: str
) -> int:
    """A row at a time goes to the disk. Texts are texts, whatever they begin with."""
    book = xlsxwriter.Workbook(
        place, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    sheet = book.add_worksheet(_sheet_name(str(job.home.plural)))
    head = book.add_format({"bold": True})
    formats = {date: book.add_format({"num_format": "dd/mm/yyyy"}),
               datetime: book.add_format({"num_format": "dd/mm/yyyy hh:mm"})}  # fmt: skip
    sheet.freeze_panes(1, 0)
    for place_, column in enumerate(columns):
        sheet.write_string(0, place_, guarded(column.heading), head)
    count = written = 0
    for record in records:
        count += 1
        for row in rows_of(job, columns, record):
            written += 1
            if written > MOST_IN_A_SHEET:
                break
            for place_, value in enumerate(row):
                _write_cell(sheet, written, place_, value, formats)
        if written > MOST_IN_A_SHEET:
            break
    book.close()
    return count if written <= MOST_IN_A_SHEET else MOST_IN_A_SHEET + 1


def _sheet_name(text: str) -> str:
    return "".join(mark for mark in text if mark not in "[]:*?/\\'")[:31] or "Relasi"


def _write_cell(sheet: Any, row: int, column: int, value: Any, formats: dict[Any, Any]) -> None:
    if value is None or value == "":
        return
    if isinstance(value, datetime):
        sheet.write_datetime(row, column, value.replace(tzinfo=None), formats[datetime])
    elif isinstance(value, date):
        sheet.write_datetime(row, column, value, formats[date])
    elif (
        isinstance(value, int | Decimal)
        and not isinstance(value, bool)
        and Decimal(repr(float(value))) == value
    ):
        sheet.write_number(row, column, float(value))
    else:
        sheet.write_string(row, column, guarded(str(value)))


def _json_lines(
    job: ExportJob, listing: Listing, columns: list[ExportColumn], records: Iterable[Any], place: str
) -> int:
    """One object for each record, its values as the API gives them."""
    count = 0
    with open(place, "w", encoding="utf-8", newline="\n") as file:
        for record in records:
            found: dict[str, Any] = {"id": record.pk}
            for path in listing.paths:
                found[path.text] = _json_of(path, record)
            if has_lines(job):
                found["lines"] = [
                    {c.key.removeprefix("lines."): c.value(line) for c in columns if c.of_line}
                    for line in record.exported_lines
                ]
            file.write(json.dumps(found, cls=DjangoJSONEncoder, ensure_ascii=False) + "\n")
            count += 1
    return count


def _json_of(path: Path, record: Any) -> Any:
    if path.through is not None and path.through.name in unseen(record):
        return None
    return path.kind.to_json(path.value_of(record))


Writer = Callable[[ExportJob, Listing, list[ExportColumn], Iterable[Any], str], int]
WRITERS: dict[Format, Writer] = {Format.CSV: _csv, Format.XLSX: _xlsx, Format.JSONL: _json_lines}


def also_written(format: Format, writer: Writer) -> None:
    """For what the engine cannot write itself. writer: returns how many records it wrote."""
    WRITERS[format] = writer


def too_many_for_paper() -> TooManyRows:
    return TooManyRows(
        _("A PDF holds at most %(n)s records. Filter the list, or choose CSV.") % {"n": MOST_ON_PAPER}
    )
