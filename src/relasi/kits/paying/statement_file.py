"""Statement file: the money that came in by a statement of a bank, or a report of a payment service, whatever its layout.

Pure functions over rows of cells. Banks write titles above the table, sums below it, marks instead of signs, and amounts in
both styles; the table is found by the words of its heading.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from relasi.engine.fields.date_text import read_date
from relasi.engine.fields.number_text import read_number
from relasi.engine.fields.reader import INDONESIAN
from relasi.engine.transfer.bad_file import BadFile
from relasi.engine.transfer.heading import plain

Rows = Sequence[Sequence[Any]]

NO_TABLE = _(
    "No table of a statement was found in this file. It needs a column with the date and one with the amount."
)
NO_DATE = _("“%(value)s” is not a date.")
NO_AMOUNT = _("“%(value)s” is not an amount.")
NOT_BOOKED = _("The bank has not booked this yet. Import it again when it has.")

MOST_TITLES = 30  # rows above the table
_WORDS = {
    "date": "tanggal|tanggal transaksi|tanggal mutasi|tanggal efektif|tanggal posting|date|transaction date|posting date"
            "|post date|value date|effective date|settlement date|waktu transaksi|transaction time|tanggal waktu|waktu",
    "description": "keterangan|uraian|uraian transaksi|deskripsi|rincian|rincian transaksi|berita|description|remark|remarks"
                   "|details|transaction description|transaction details|keterangan transaksi|notes",
    "amount": "jumlah|nominal|nilai|mutasi|jumlah transaksi|nominal transaksi|amount|transaction amount|gross amount|gross"
              "|total amount",
    "credit": "kredit|credit|credit amount|cr|uang masuk|dana masuk|masuk|jumlah kredit|mutasi kredit",
    "debit": "debet|debit|debit amount|db|dr|uang keluar|dana keluar|keluar|jumlah debit|jumlah debet|mutasi debet",
    "fee": "fee|fees|biaya|biaya admin|biaya layanan|biaya transaksi|mdr|merchant fee|service fee|potongan|admin fee",
    "reference": "no referensi|referensi|reference|reference no|ref|ref no|no ref|order id|order no|no transaksi"
                 "|transaction id|transaction no|id transaksi|no bukti|no jurnal|journal no|trace no",
    "virtual_account": "virtual account|virtual account no|no virtual account|no va|va no|va|no pelanggan|bill key",
    "payer": "nama|nama pengirim|pengirim|nama pelanggan|payer|payer name|sender|sender name|customer name|nama nasabah",
}  # fmt: skip
_COLUMNS = {word: name for name, words in _WORDS.items() for word in words.split("|")}

_INTO, _OUT = frozenset({"CR", "K", "C", "KREDIT", "CREDIT"}), frozenset({"DB", "D", "DR", "DEBET", "DEBIT"})
_MARK = re.compile(r"(?<![A-Z])(CR|DB|DR|KREDIT|CREDIT|DEBET|DEBIT|K|C|D)\.?$")
_TIME = re.compile(r"[T\s,]+\d{1,2}[:.]\d{2}.*$")
_NO_YEAR = re.compile(r"(\d{1,2})[/\-](\d{1,2})")
_WHOLE_DAY = re.compile(r"\b\d{1,2}[/\-]\d{1,2}[/\-]\d{4}\b")
_WAITING = frozenset({"PEND", "PENDING"})


@dataclass(frozen=True)
class Incoming:
    """Money that came in. row: as a spreadsheet counts. amount, fee: with two places; the fee is what a service kept."""

    row: int
    day: date
    amount: Decimal
    fee: Decimal = Decimal(0)
    description: str = ""
    reference: str = ""
    virtual_account: str = ""
    payer: str = ""


@dataclass
class Statement:
    """outgoing: how many rows are money that went out. faults: (row, why it was not read)."""

    incoming: list[Incoming] = field(default_factory=list)
    outgoing: int = 0
    faults: list[tuple[int, str]] = field(default_factory=list)


def heading_of(rows: Rows) -> tuple[int, dict[str, int]] | None:
    """(place of the heading, name -> column), of the first row that has a date and an amount."""
    for place, cells in enumerate(rows[:MOST_TITLES]):
        found: dict[str, int] = {}
        for column, cell in enumerate(cells):
            name = _COLUMNS.get(plain(_text(cell)))
            if name and name not in found:
                found[name] = column
        if "date" in found and found.keys() & {"amount", "credit"}:
            return place, found
    return None


def read_statement(rows: Rows, today: date) -> Statement:
    """Raises BadFile where there is no table of a statement."""
    heading = heading_of(rows)
    if heading is None:
        raise BadFile(NO_TABLE)
    place, columns = heading
    body = rows[place + 1 :]
    mark = _mark_column(body, set(columns.values()))
    last = _last_day(rows[:place]) or today
    found = Statement()
    for number, cells in enumerate(body, place + 2):
        _read_row(
            found, number, {name: _cell(cells, at) for name, at in columns.items()}, _cell(cells, mark), last
        )
    return found


def _read_row(found: Statement, number: int, cells: dict[str, Any], mark: Any, last: date) -> None:
    written = _text(cells["date"])
    signed = cells.get("credit") if _text(cells.get("credit")) else None
    amount = signed if signed is not None else cells.get("amount")
    if not written or not (_text(amount) or _text(cells.get("debit"))):
        return
    if written.upper() in _WAITING:
        found.faults.append((number, str(NOT_BOOKED)))
        return
    if not any(sign.isdigit() for sign in written):
        return  # a sum below the table
    try:
        day = day_of(cells["date"], last)
    except ValueError:
        found.faults.append((number, NO_DATE % {"value": written[:40]}))
        return
    try:
        value = amount_of(amount, _text(mark)) if _text(amount) else Decimal(0)
        fee = abs(amount_of(cells.get("fee"))) if _text(cells.get("fee")) else Decimal(0)
    except ValueError:
        found.faults.append((number, NO_AMOUNT % {"value": _text(amount)[:40]}))
        return
    if value > 0:
        texts = {
            name: _text(cells.get(name)) for name in ("description", "reference", "virtual_account", "payer")
        }
        found.incoming.append(Incoming(number, day, value, fee, **texts))
    elif value < 0 or _text(cells.get("debit")):
        found.outgoing += 1


def amount_of(cell: Any, mark: str = "") -> Decimal:
    """The amount, below nothing where money went out. mark: CR, DB and the like, of a column beside. Raises ValueError."""
    if isinstance(cell, (int, Decimal)) and not isinstance(cell, bool):
        value = Decimal(cell)
    else:
        text = re.sub(r"^(IDR|RP)\.?\s*", "", _text(cell).upper())
        own = _MARK.search(text)
        mark = own[1] if own else mark
        value = read_number(text[: own.start()].strip() if own else text, INDONESIAN, 2)
    value = value.quantize(Decimal("0.01"))
    return -abs(value) if mark.strip(". ").upper() in _OUT else value


def day_of(cell: Any, last: date) -> date:
    """The day; without a year the latest one that is not after `last`. Raises ValueError."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    text = _TIME.sub("", _text(cell))
    short = _NO_YEAR.fullmatch(text)
    if short is None:
        return read_date(text, INDONESIAN)
    month, day = int(short[2]), int(short[1])
    for year in (last.year, last.year - 1, last.year - 2, last.year - 3, last.year - 4):
        try:
            found = date(year, month, day)
        except ValueError:
            continue
        if found <= last:
            return found
    raise ValueError(text)


def _last_day(titles: Rows) -> date | None:
    """The last day told above the table: the end of its period."""
    texts = [one for cells in titles for cell in cells for one in _WHOLE_DAY.findall(_text(cell))]
    days = []
    for text in texts:
        try:
            days.append(read_date(text, INDONESIAN))
        except ValueError:
            continue
    return max(days, default=None)


def _mark_column(body: Rows, taken: set[int]) -> int | None:
    """The column that says of every row whether money came or went."""
    width = max((len(cells) for cells in body), default=0)
    for column in range(width):
        if column in taken:
            continue
        texts = {text.strip(". ").upper() for cells in body if (text := _text(_cell(cells, column)))}
        if texts and texts <= _INTO | _OUT:
            return column
    return None


def _cell(cells: Sequence[Any], at: int | None) -> Any:
    return cells[at] if at is not None and at < len(cells) else None


def _text(cell: Any) -> str:
    """One line; banks put an apostrophe before digits so that spreadsheets leave them alone."""
    return " ".join(str(cell if cell is not None else "").split()).lstrip("'").strip()
