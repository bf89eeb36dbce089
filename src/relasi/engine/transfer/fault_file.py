"""Fault file: the rows that were not taken, as they stood, each with its reason; put right, it can be imported."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from relasi.engine.declare.module import Module
from relasi.engine.fields.kind import kind_of
from relasi.engine.fields.reader import Reader, said
from relasi.engine.fields.safe_text import guarded
from relasi.engine.transfer.target import LINE_KEY

# Heading of the reasons, by language; `mapping.REASON_HEADINGS` knows both.
HEADING = {"id": "kesalahan", "en": "error"}

Fault = tuple[Sequence[str], Sequence[dict[str, str]]]


def fault_lines(
    headings: Sequence[str], faults: Iterable[Fault], module: Module, reader: Reader
) -> Iterator[str]:
    """Lines of a CSV file with a byte order mark, so that every spreadsheet program reads its letters.

    faults: cells and reasons (field, code, message) of each row.
    """
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";" if reader.decimal == "," else ",", lineterminator="\r\n")
    width = len(headings)
    yield "\ufeff"
    writer.writerow([*map(guarded, headings), HEADING.get(reader.language, "error")])
    for cells, reasons in faults:
        texts = [guarded(cell) for cell in cells]
        texts += [""] * (width - len(texts))
        why = "; ".join(reason_text(reason, module, reader) for reason in reasons)
        writer.writerow([*texts[:width], guarded(why), *texts[width:]])
        yield _emptied(out)
    yield _emptied(out)


def reason_text(reason: dict[str, str], module: Module, reader: Reader) -> str:
    """ "Email: “sutrisno@gmail” … [INVALID_VALUE]"."""
    label = label_of(reason["field"], module, reader)
    return f"{label + ': ' if label else ''}{reason['message']} [{reason['code']}]"


def label_of(name: str, module: Module, reader: Reader) -> str:
    home, key = module, name
    if name.startswith(f"{LINE_KEY}.") and module.lines_module is not None:
        home, key = module.lines_module, name.removeprefix(f"{LINE_KEY}.")
    return str(said(kind_of(home.fields[key]).label, reader)) if key in home.fields else ""


def _emptied(out: io.StringIO) -> str:
    text = out.getvalue()
    out.seek(0)
    out.truncate()
    return text
