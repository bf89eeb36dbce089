"""Files: a table as CSV or as a workbook, for who may export."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import xlsxwriter
from django.http import HttpResponse

from relasi.engine.activity.file_name import disposition
from relasi.engine.fields.reader import Reader
from relasi.engine.fields.safe_text import guarded
from relasi.engine.transfer.export_rows import plain

Table = Sequence[Sequence[Any]]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def file_answer(name: str, format: str, rows: Table, reader: Reader) -> HttpResponse:
    """rows: headings first. name: without its ending. format: "csv" or "xlsx"."""
    content, kind = (
        (_xlsx(rows), XLSX) if format == "xlsx" else (_csv(rows, reader), "text/csv; charset=utf-8")
    )
    answer = HttpResponse(content, content_type=kind)
    answer["Content-Disposition"] = disposition(f"{name}.{format}")
    answer["Cache-Control"] = "private, no-store"
    return answer


def _csv(rows: Table, reader: Reader) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";" if reader.decimal == "," else ",", lineterminator="\r\n")
    for row in rows:
        writer.writerow([guarded(plain(value, reader)) for value in row])
    return out.getvalue().encode("utf-8-sig")


def _xlsx(rows: Table) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    sheet, head = book.add_worksheet(), book.add_format({"bold": True})
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    for place, row in enumerate(rows):
        for column, value in enumerate(row):
            if isinstance(value, Decimal | int):
                sheet.write_number(place, column, float(value))
            elif isinstance(value, date) and not isinstance(value, datetime):
                sheet.write_datetime(place, column, value, day)
            elif value not in (None, ""):
                sheet.write_string(place, column, guarded(str(value)), head if not place else None)
    sheet.freeze_panes(1, 0)
    book.close()
    return out.getvalue()
