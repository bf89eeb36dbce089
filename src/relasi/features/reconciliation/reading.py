"""Reading: a file of a bank or a payment service becomes movements; those that are here already are left out."""

from __future__ import annotations

import csv
import hashlib
import io
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from relasi.engine.declare.registry import registry
from relasi.engine.records.write import Draft, write
from relasi.engine.transfer.bad_file import BadFile
from relasi.engine.transfer.csv_file import SEPARATORS, CsvTable
from relasi.engine.transfer.encoding import MIXED, MIXED_ERRORS
from relasi.engine.transfer.open_file import open_file
from relasi.kits.paying.money_moved import Method
from relasi.kits.paying.statement_file import Incoming, Rows, heading_of, read_statement
from relasi.kits.pipeline.days import today
from relasi.modules.billing.bank_movement import BankMovement

LARGEST = 5 << 20
MOST_ROWS = 20_000
READING = "reading what a bank tells"

TOO_LARGE = _("The file is larger than %(most)s MB. Choose the statement of a shorter time.")
TOO_LONG = _("The file has more than %(most)s rows. Choose the statement of a shorter time.")


@dataclass(frozen=True)
class Read:
    """What came of a file. known: rows that were here before."""

    new: int
    known: int
    outgoing: int
    faults: list[tuple[int, str]]


def read_file(name: str, content: bytes, bank_account: int | None) -> Read:
    """Writes what is new, of the acting person, whom the caller has found to be allowed to. Raises BadFile and Refused;
    nothing is written then."""
    if len(content) > LARGEST:
        raise BadFile(TOO_LARGE, most=LARGEST >> 20)
    statement = read_statement(_rows(name, content), today())
    marked = list(zip(_marks(statement.incoming, bank_account), statement.incoming, strict=True))
    stored = BankMovement._base_manager.filter(mark__in=[mark for mark, _one in marked], trashed_at=None)
    known = set(stored.values_list("mark", flat=True))
    module = registry.of(BankMovement)
    drafts = [Draft(_values(one, mark, name, bank_account)) for mark, one in marked if mark not in known]
    if drafts:
        write(module, drafts, authorised=READING)
    return Read(len(drafts), len(marked) - len(drafts), statement.outgoing, statement.faults)


def _values(one: Incoming, mark: str, name: str, bank_account: int | None) -> dict[str, Any]:
    return {
        "date": one.day, "amount": one.amount, "fee": min(one.fee, one.amount), "payer": one.payer[:255],
        "description": one.description, "reference": one.reference[:100], "virtual_account": one.virtual_account[:40],
        "method": _method(one), "bank_account": bank_account, "file_name": name[:200], "mark": mark,
    }  # fmt: skip


def _method(one: Incoming) -> str:
    text = f"{one.description} {one.reference}".upper()
    if one.virtual_account or "VIRTUAL ACC" in text:
        return Method.VIRTUAL_ACCOUNT
    return Method.QRIS if "QRIS" in text else Method.TRANSFER


def _marks(rows: list[Incoming], bank_account: int | None) -> list[str]:
    """By what a row is known when a later file holds it too; rows that are all alike are counted."""
    seen: Counter[str] = Counter()
    found = []
    for one in rows:
        parts = (
            bank_account,
            one.day,
            one.amount,
            one.description.casefold(),
            one.reference,
            one.virtual_account,
            one.payer,
        )
        face = "\x1f".join("" if part is None else str(part) for part in parts)
        seen[face] += 1
        found.append(hashlib.sha256(f"{face}\x1f{seen[face]}".encode()).hexdigest())
    return found


def _rows(name: str, content: bytes) -> Rows:
    """All rows of the file, those above the table too."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "statement"
        path.write_bytes(content)
        table = open_file(path, registry.of(BankMovement), name=name)
        rows = _of_text(content, table.encoding) if isinstance(table, CsvTable) else _of_sheet(table)
    if len(rows) > MOST_ROWS:
        raise BadFile(TOO_LONG, most=MOST_ROWS)
    return rows


def _of_sheet(table: Any) -> list[list[Any]]:
    found = [list(table.headings)]
    for row in table.rows():
        found.append(list(row.cells))
        if len(found) > MOST_ROWS:
            break
    return found


def _of_text(content: bytes, encoding: str) -> list[list[str]]:
    """With the separator that shows a table; titles above it say nothing of which that is."""
    plain, errors = ("utf-8", MIXED_ERRORS) if encoding == MIXED else (encoding, "replace")
    text = content.decode(plain, errors).replace("\x00", " ")
    tries = []
    for separator in SEPARATORS:
        try:
            rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
        except csv.Error:
            continue
        heading = heading_of(rows)
        tries.append((len(heading[1]) if heading else 0, rows))
    return max(tries, key=lambda one: one[0])[1] if tries else []
