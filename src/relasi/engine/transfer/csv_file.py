"""CSV files: rows of text, streamed; the encoding and the separator are found by themselves."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from relasi.engine.transfer.bad_file import BadFile
from relasi.engine.transfer.encoding import MIXED, MIXED_ERRORS, NAMES, find_encoding
from relasi.engine.transfer.table import (
    EMPTY,
    MOST_TITLES,
    OPEN_QUOTE,
    Row,
    Table,
    fitted,
    heading_place,
    unique_headings,
)

SEPARATORS = (",", ";", "\t", "|")

# One line of text, and one record with the line breaks inside its quotes, in characters.
LONGEST_LINE = 1_000_000
LONGEST_RECORD = 2_000_000
# So much is read to find the separator.
SAMPLE_LINES = 200

LINE_TOO_LONG = _(
    "Line %(line)s is too long for a row of a table. Save the file as CSV or XLSX and choose it again."
)
RECORD_TOO_LONG = _(
    "The row that begins in line %(line)s is too long. A quotation mark opened there is probably never closed."
)


class _Lines:
    """The lines of a file, one after the other, none of them endless. `pending`: those since the last take()."""

    def __init__(self, text: io.TextIOWrapper):
        self.text = text
        self.number = 0
        self.pending: list[str] = []
        self.size = 0

    def __iter__(self) -> Iterator[str]:
        read = self.text.readline
        while line := read(LONGEST_LINE + 1):
            self.number += 1
            self.size += len(line)
            if len(line) > LONGEST_LINE:
                raise BadFile(LINE_TOO_LONG, line=self.number)
            if self.size > LONGEST_RECORD:
                raise BadFile(RECORD_TOO_LONG, line=self.number - len(self.pending))
            self.pending.append(line)
            yield line

    def take(self) -> list[str]:
        """The lines of the record just read."""
        taken, self.pending, self.size = self.pending, [], 0
        return taken


class CsvTable(Table):
    def __init__(self, path: Path):
        self.path = path
        self.bytes = path.stat().st_size
        with path.open("rb") as handle:
            self.encoding = find_encoding(handle)
        self.separator, self.before_headings = self._find_separator()
        first = list(islice(self._records(), MOST_TITLES))
        place = heading_place([cells for _number, cells in first])
        if place is None:
            raise BadFile(EMPTY)
        self.titles = place
        super().__init__(
            unique_headings(first[place][1]),
            {"format": "CSV", "encoding": NAMES[self.encoding], "separator": self.separator},
        )

    def rows(self) -> Iterator[Row]:
        width = len(self.headings)
        for number, cells in islice(self._records(), self.titles + 1, None):
            if number == self.open_quote:
                yield Row(number, cells, (OPEN_QUOTE, {}))
            else:
                yield Row(number, cells) if len(cells) == width else fitted(number, cells, width)

    def _records(self) -> Iterator[tuple[int, list[str]]]:
        """(row number, cells) of every row that is not blank. open_quote: the number of the one that never ends."""
        self.open_quote = 0
        csv.field_size_limit(LONGEST_RECORD + 1)
        with self._open() as text:
            for _line in range(self.before_headings):
                text.readline(LONGEST_LINE)
            lines = _Lines(text)
            reader = csv.reader(lines, delimiter=self.separator)
            held, number = next(reader, None), 0
            while held is not None:
                written = lines.take()
                cells, number, held = held, number + 1, next(reader, None)
                if held is None and _lacks_end(written, self.separator):
                    self.open_quote = number
                if number & 1023 == 0:
                    self.read = min(text.buffer.tell() / self.bytes, 1.0)  # type: ignore[attr-defined]
                if any(cell and not cell.isspace() for cell in cells):
                    yield number, cells
            self.read = 1.0

    def _open(self) -> io.TextIOWrapper:
        encoding, errors = ("utf-8", MIXED_ERRORS) if self.encoding == MIXED else (self.encoding, "replace")
        return io.TextIOWrapper(self.path.open("rb"), encoding, errors, newline="")

    def _find_separator(self) -> tuple[str, int]:
        """The separator, and how many lines stand before the headings: "sep=;" as Excel writes it."""
        with self._open() as text:
            lines = []
            for line in _Lines(text):
                lines.append(line)
                if len(lines) > SAMPLE_LINES:
                    break
        if not lines:
            raise BadFile(EMPTY)
        said = lines[0].strip().lower()
        if said[:4] == "sep=" and len(said) <= 5:
            return lines[0].strip()[4:] or "\t", 1
        return find_separator(lines), 0


def find_separator(lines: list[str]) -> str:
    """The sign that cuts the lines into the most columns, as many in most rows as in the headings."""
    return max(SEPARATORS, key=lambda separator: (_fits(lines, separator), -SEPARATORS.index(separator)))


def _fits(lines: list[str], separator: str) -> float:
    records = list(csv.reader(lines, delimiter=separator))
    if len(lines) > SAMPLE_LINES:
        records.pop()  # the sample may end inside it
    widths = Counter(len(cells) for cells in records if cells)
    heading = len(next((cells for cells in records if cells), []))
    if heading < 2:
        return 0.0
    return heading * (widths[heading] / widths.total()) ** 2


def _lacks_end(lines: list[str], separator: str) -> bool:
    """Whether a quotation mark is opened in these lines and never closed."""
    try:
        for _cells in csv.reader(lines, delimiter=separator, strict=True):
            pass
    except csv.Error as error:
        return "unexpected end" in str(error)
    return False
