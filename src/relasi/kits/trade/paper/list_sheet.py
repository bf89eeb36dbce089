"""List sheet: the rows of a list on landscape paper, under the head of the company."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from itertools import islice
from typing import Any

from django.utils import timezone
from django.utils.translation import ngettext

from relasi.engine.fields.number_text import write_number
from relasi.engine.fields.reader import Reader
from relasi.engine.query.listing import Listing
from relasi.engine.screens.faces import moment
from relasi.engine.transfer.export import MOST_ON_PAPER, ExportJob, Format
from relasi.engine.transfer.export_file import also_written, too_many_for_paper
from relasi.engine.transfer.export_rows import ExportColumn, plain, rows_of
from relasi.kits.trade.paper.letterhead import letterhead
from relasi.kits.trade.paper.printing import pdf

NARROWEST, WIDEST, AIR = 5, 36, 2  # letters a column is reckoned by, and those between it and the next
LONGEST = 300  # letters of one cell
# Columns up to which letters have this size, in points.
SIZES = ((8, 8.0), (12, 7.0), (18, 6.0))
SMALLEST = 5.0
_BREAKS = re.compile(r"(?<=[@./_-])(?=\w)")
_LONG = re.compile(r"\S{14,}")


def sheet_of_list(job: ExportJob, headings: list[str], rows: list[list[Any]]) -> dict[str, Any]:
    """For list.typ. rows: values as an export holds them, of which numbers stand to the right."""
    reader, count = job.reader, len(rows)
    texts = [[_cell(value, reader) for value in row] for row in rows]
    columns = range(len(headings))
    made = f"{job.user.full_name}, {moment(timezone.now())}"
    return {
        **letterhead(job.slug, reader), "template": "list", "language": job.language, "made": made,
        "title": str(job.home.plural), "count": ngettext("%(num)s record", "%(num)s records", count) % {"num": count},
        "headings": headings, "rows": texts, "points": _points(len(headings)),
        "widths": [_width(headings[n], [row[n] for row in texts]) for n in columns],
        "right": [_is_numeric([row[n] for row in rows]) for n in columns],
    }  # fmt: skip


def _cell(value: Any, reader: Reader) -> str:
    if isinstance(value, Decimal):
        places = max(-int(value.as_tuple().exponent), 0)
        return write_number(value, reader, places)
    text = plain(value, reader)
    text = text if len(text) <= LONGEST else text[:LONGEST] + "…"
    return _LONG.sub(lambda word: _BREAKS.sub("\u200b", word[0]), text)


def _width(heading: str, texts: list[str]) -> int:
    """As many letters as nearly all of its cells need."""
    lengths = sorted(len(text) for text in texts) or [0]
    return min(max(len(heading), lengths[len(lengths) * 9 // 10], NARROWEST) + AIR, WIDEST)


def _is_numeric(values: list[Any]) -> bool:
    given = [value for value in values if value not in (None, "")]
    return bool(given) and all(isinstance(one, int | Decimal) and not isinstance(one, bool) for one in given)


def _points(columns: int) -> float:
    return next((points for most, points in SIZES if columns <= most), SMALLEST)


def write_list(
    job: ExportJob, listing: Listing, columns: list[ExportColumn], records: Iterable[Any], place: str
) -> int:
    """Raises TooManyRows."""
    found = list(islice(records, MOST_ON_PAPER + 1))
    if len(found) > MOST_ON_PAPER:
        raise too_many_for_paper()
    rows = [row for record in found for row in rows_of(job, columns, record)]
    with open(place, "wb") as file:
        file.write(pdf(sheet_of_list(job, [str(column.heading) for column in columns], rows)))
    return len(found)


also_written(Format.PDF, write_list)
