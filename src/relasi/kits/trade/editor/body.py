"""Body: lines and figures of a document as its page shows them."""

from __future__ import annotations

from typing import Any

from relasi.engine.declare.registry import registry
from relasi.engine.fields.reader import current_reader
from relasi.kits.trade.editor.rows import add_subtotals, row_of
from relasi.kits.trade.editor.summary import summary_of


def body_of(document: Any, user: Any) -> dict[str, Any]:
    """For trade/body.html."""
    reader = current_reader()
    rows = [row_of(line, reader) for line in document.lines_in_order()]
    add_subtotals(rows, reader)
    return {"rows": rows, "summary": summary_of(document, rows, user, registry.of(document), reader)}
