"""Workbooks: the rows of one sheet of an Excel or OpenDocument file."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from relasi.engine.transfer import workbook_process
from relasi.engine.transfer.bad_file import BadFile
from relasi.engine.transfer.table import (
    EMPTY,
    MOST_COLUMNS,
    MOST_TITLES,
    TOO_MANY_CELLS,
    Row,
    Table,
    heading_place,
    unique_headings,
)

# What one workbook may take of the machine: unpacked, and in memory while its rows are read.
MOST_UNPACKED = 2 << 30
MOST_MEGABYTES = 3072

PASSWORD = _("The workbook is protected by a password. Save it without one and choose it again.")
BROKEN = _(
    "The workbook is damaged or no workbook at all. Open it in a spreadsheet program and save it again."
)
TOO_LARGE = _("The workbook is too large to be read. Save the sheet as CSV and choose that file.")
_TROUBLES = {"password": PASSWORD, "broken": BROKEN, "empty": EMPTY}


class WorkbookTable(Table):
    """sheets: the names of all visible sheets; the wanted one is read, else the first."""

    def __init__(self, path: Path, sheet: str = ""):
        self.path, self.wanted = path, sheet
        _check_unpacked(path)
        with self._reading() as (about, rows):
            self.sheets: list[str] = about["sheets"]
            self.height: int = about["height"]
            first = list(islice(rows, MOST_TITLES))
        place = heading_place(first)
        if place is None:
            raise BadFile(EMPTY)
        self.titles = place
        self.wanted = about["sheet"]
        kind = "ODS" if path.suffix.lower() == ".ods" else "Excel"
        cells = first[place] if len(first[place]) <= MOST_COLUMNS else _trimmed(first[place])
        super().__init__(unique_headings(cells), {"format": kind, "sheet": about["sheet"]})

    def rows(self) -> Iterator[Row]:
        width = len(self.headings)
        with self._reading() as (_about, rows):
            for number, cells in enumerate(rows, 1):
                if number & 255 == 0:
                    self.read = min(number / self.height, 1.0)
                if number <= self.titles + 1 or not any(cell not in ("", None) for cell in cells):
                    continue
                if any(cell not in ("", None) for cell in cells[width:]):
                    values = {"cells": len(_trimmed(cells)), "headings": width}
                    yield Row(number, cells, (TOO_MANY_CELLS, values))
                else:
                    yield Row(number, cells[:width] + [""] * (width - len(cells)))
        self.read = 1.0

    @contextmanager
    def _reading(self) -> Iterator[tuple[dict[str, Any], Iterator[list[Any]]]]:
        command = [
            sys.executable,
            workbook_process.__file__,
            str(self.path),
            self.wanted,
            str(MOST_MEGABYTES),
        ]
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, encoding="utf-8"
        ) as process:
            assert process.stdout is not None
            try:
                about = json.loads(process.stdout.readline() or '{"error": "large"}')
                if "error" in about:
                    raise BadFile(_TROUBLES.get(about["error"], TOO_LARGE))
                yield about, _decoded(process)
            finally:
                process.kill()


def _decoded(process: subprocess.Popen[str]) -> Iterator[list[Any]]:
    decode = json.JSONDecoder(parse_float=Decimal, object_hook=_day).decode
    for line in process.stdout or ():
        yield decode(line)
    if process.wait():
        raise BadFile(TOO_LARGE)


def _day(found: dict[str, str]) -> date:
    return date.fromisoformat(found["date"]) if "date" in found else datetime.fromisoformat(found["moment"])


def _trimmed(cells: list[Any]) -> list[Any]:
    """Without the blank cells at the end, which formatting alone may make."""
    width = len(cells)
    while width > 1 and cells[width - 1] in ("", None):
        width -= 1
    return cells[:width]


def _check_unpacked(path: Path) -> None:
    """Refuses a small file that claims to unpack into an enormous one."""
    if not zipfile.is_zipfile(path):
        return
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError):
        raise BadFile(BROKEN) from None
    if unpacked > MOST_UNPACKED:
        raise BadFile(TOO_LARGE)
