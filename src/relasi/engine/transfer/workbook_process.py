"""Reads the rows of a workbook in a process of its own, so that a hostile file can only end that process.

Called as `python workbook_process.py FILE SHEET MEGABYTES`. Writes JSON lines: {"sheets": […], "sheet": …} or
{"error": code}, then one array of cells for each row. Knows nothing of the rest of the product.
"""

import json
import resource
import sys
from datetime import date, datetime, time
from typing import Any

MOST_SECONDS = 900
# More than any import takes, so that the reader of this output sees that there are too many.
MOST_COLUMNS = 1001


def main(path: str, wanted: str, megabytes: str) -> int:
    limit = int(megabytes) << 20
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    import python_calamine as calamine

    try:
        book = calamine.load_workbook(path)
    except calamine.PasswordError:
        return _say({"error": "password"})
    except (calamine.CalamineError, calamine.XmlError, calamine.ZipError, OSError, ValueError):
        return _say({"error": "broken"})
    sheets = [s.name for s in book.sheets_metadata if s.visible == calamine.SheetVisibleEnum.Visible]
    sheets = sheets or list(book.sheet_names)
    if not sheets:
        return _say({"error": "empty"})
    name = wanted if wanted in sheets else sheets[0]
    sheet = book.get_sheet_by_name(name)
    _say({"sheets": sheets, "sheet": name, "height": sheet.total_height})
    _say_rows(sheet)
    return 0


def _say(what: Any) -> int:
    sys.stdout.write(json.dumps(what, ensure_ascii=False) + "\n")
    return 1 if "error" in what else 0


def _say_rows(sheet: Any) -> None:
    encode = json.JSONEncoder(ensure_ascii=False, default=_text).encode
    write = sys.stdout.write
    for row in sheet.iter_rows():
        write(encode([_plain(cell) for cell in row[:MOST_COLUMNS]]) + "\n")


def _plain(cell: Any) -> Any:
    """Whole numbers without the ".0" that spreadsheets keep all numbers with."""
    if cell.__class__ is float and cell.is_integer() and abs(cell) < 1e15:
        return int(cell)
    return cell


def _text(cell: Any) -> Any:
    if isinstance(cell, datetime):
        whole_day = cell.time() == time(0)
        return {"date": cell.date().isoformat()} if whole_day else {"moment": cell.isoformat()}
    if isinstance(cell, date):
        return {"date": cell.isoformat()}
    return str(cell)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
