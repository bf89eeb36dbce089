"""Printing: a sheet becomes a PDF. The compilers are kept, so that fonts are read once."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

import typst

HERE = Path(__file__).parent
_one_at_a_time = Lock()


@cache
def _compiler(template: str) -> Any:
    # Nothing outside this folder can be read, whatever stands in a document.
    return typst.Compiler(
        str(HERE / f"{template}.typ"),
        root=str(HERE),
        font_paths=[str(HERE / "fonts")],
        ignore_system_fonts=True,
    )


def pdf(sheet: dict[str, Any]) -> bytes:
    """The PDF of a sheet (see sheet.py and receipt.py)."""
    return _printed(sheet, "pdf")


def picture(sheet: dict[str, Any]) -> bytes:
    """The first page as a PNG."""
    return _printed(sheet, "png")


def _printed(sheet: dict[str, Any], form: str) -> bytes:
    template = sheet.get("template", "document")
    with _one_at_a_time:
        found = _compiler(template).compile(format=form, sys_inputs={"document": json.dumps(sheet)})
    return bytes(found[0] if isinstance(found, list) else found)
