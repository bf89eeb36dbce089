"""Opening a file for import: the table in it, or a sentence that says what it is and what can be taken."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from relasi.engine.declare.module import Module
from relasi.engine.transfer.bad_file import BadFile
from relasi.engine.transfer.card_file import CardTable
from relasi.engine.transfer.csv_file import CsvTable
from relasi.engine.transfer.table import EMPTY, Table
from relasi.engine.transfer.workbook_file import WorkbookTable

TEXT_SUFFIXES = ("", ".csv", ".tsv", ".tab", ".txt")

TAKEN = _("%(module)s can be imported from %(formats)s.")
NOT_TAKEN = _("This file is %(what)s.")

# What a file is, by its first bytes or its suffix -> how to call it.
PDF, PICTURE, CALENDAR, MAIL, CARD = "pdf", "picture", "calendar", "mail", "card"
PAGE, ARCHIVE, TEXT_DOCUMENT, DATA, UNKNOWN = "page", "archive", "text_document", "data", "unknown"
CALLED = {
    PDF: _("a PDF document"),
    PICTURE: _("a picture"),
    CALENDAR: _("a calendar (ICS)"),
    MAIL: _("an email message"),
    CARD: _("a file of contact cards (VCF)"),
    PAGE: _("a web page"),
    ARCHIVE: _("an archive of other files"),
    TEXT_DOCUMENT: _("a text document"),
    DATA: _("a file for programs (JSON or XML)"),
    UNKNOWN: _("of a kind that is not known"),
}

_BEGINNINGS = (
    (rb"%PDF", PDF),
    (rb"\x89PNG|\xff\xd8\xff|GIF8|RIFF....WEBP|BM.{12}\x28", PICTURE),
    (rb"\s*BEGIN:VCALENDAR", CALENDAR),
    (rb"\s*BEGIN:VCARD", CARD),
    (rb"\s*<(?:!doctype\s+html|html|table|head|meta)", PAGE),
    (rb"\s*<\?xml|\s*[\[{]\s*[\[{\"]", DATA),
    (rb"(?:[A-Za-z-]{2,40}: [^\n]*\n(?:[ \t][^\n]*\n)*){3}|From [^\n]+@[^\n]+\n", MAIL),
    (rb"Rar!|7z\xbc\xaf|\x1f\x8b", ARCHIVE),
    (rb"\{\\rtf", TEXT_DOCUMENT),
)
_SUFFIXES = {
    ".pdf": PDF, ".png": PICTURE, ".jpg": PICTURE, ".jpeg": PICTURE, ".gif": PICTURE, ".webp": PICTURE,
    ".svg": PICTURE, ".ics": CALENDAR, ".ical": CALENDAR, ".eml": MAIL, ".msg": MAIL, ".mbox": MAIL,
    ".vcf": CARD, ".vcard": CARD, ".htm": PAGE, ".html": PAGE, ".zip": ARCHIVE, ".rar": ARCHIVE, ".7z": ARCHIVE,
    ".gz": ARCHIVE, ".doc": TEXT_DOCUMENT, ".docx": TEXT_DOCUMENT, ".odt": TEXT_DOCUMENT, ".rtf": TEXT_DOCUMENT,
    ".json": DATA, ".xml": DATA,
}  # fmt: skip
_READER_SUFFIXES = {CARD: "vcf", CALENDAR: "ics", MAIL: "eml"}

_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_TEXT_MARK = b"\xef\xbb\xbf"


def open_file(path: Path, module: Module, *, name: str = "", sheet: str = "") -> Table:
    """name: as the person called the file, which need not be how it is stored. Raises BadFile."""
    suffix = Path(name or path.name).suffix.lower()
    with path.open("rb") as handle:
        head = handle.read(8192)
    if not head.strip(b"\x00\r\n\t \xef\xbb\xbf\xff\xfe"):
        raise BadFile(EMPTY)
    if head[:4] == _OLD_EXCEL or (head[:2] == b"PK" and _is_workbook(path)):
        return WorkbookTable(path, sheet)
    what = _what(path, head, suffix)
    readers = {suffix.lstrip(".").lower(): reader for suffix, reader in module.readers.items()}
    if _READER_SUFFIXES.get(what) in readers:
        return CardTable(path, readers[_READER_SUFFIXES[what]])
    if what:
        raise BadFile("%(what)s %(taken)s", what=NOT_TAKEN % {"what": CALLED[what]}, taken=taken_by(module))
    return CsvTable(path)


def taken_by(module: Module) -> str:
    """The sentence that says what files this module takes."""
    formats = ["CSV", "Excel (XLSX, XLS)", "OpenDocument (ODS)"]
    formats += [suffix.lstrip(".").upper() for suffix in module.readers]
    return TAKEN % {"module": module.plural, "formats": ", ".join(formats)}


def _what(path: Path, head: bytes, suffix: str) -> str:
    """What the file is when it is neither a workbook nor lines of text with separators."""
    if head[:2] == b"PK":
        return TEXT_DOCUMENT if suffix in (".docx", ".odt") else ARCHIVE
    start = head.removeprefix(_TEXT_MARK)
    for beginning, what in _BEGINNINGS:
        if re.match(beginning, start, re.IGNORECASE | re.DOTALL if what == PICTURE else re.IGNORECASE):
            return what
    if suffix in _SUFFIXES:
        return _SUFFIXES[suffix]
    return "" if suffix in TEXT_SUFFIXES else UNKNOWN


def _is_workbook(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            if "xl/workbook.xml" in names or "xl/workbook.bin" in names:
                return True
            return "mimetype" in names and archive.read("mimetype").strip().endswith(b".spreadsheet")
    except (zipfile.BadZipFile, OSError, RuntimeError, ValueError):
        return False
