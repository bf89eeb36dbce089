"""Printing: a sheet becomes a PDF. The compiler is kept, so that fonts are read once."""

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
def _compiler() -> Any:
    # Nothing outside this folder can be read, whatever stands in a document.
    return typst.Compiler(
        str(HERE / "document.typ"), root=str(HERE), font_paths=[str(HERE / "fonts")], ignore_system_fonts=True
    )


def pdf(sheet: dict[str, Any]) -> bytes:
    """The PDF of a sheet (see sheet.py)."""
    with _one_at_a_time:
        return bytes(_compiler().compile(format="pdf", sys_inputs={"document": json.dumps(sheet)}))
