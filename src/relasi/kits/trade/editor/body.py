"""Body: lines and figures of a document as its page shows them."""

from __future__ import annotations

from typing import Any

from relasi.engine.access.door import fields_for
from relasi.engine.declare.registry import registry
from relasi.engine.fields.number_text import write_number
from relasi.engine.fields.reader import current_reader
from relasi.kits.trade.chain import chain_of
from relasi.kits.trade.editor.rows import add_subtotals, row_of
from relasi.kits.trade.editor.summary import summary_of
from relasi.kits.trade.paper.ways import ways_of
from relasi.kits.trade.public.sharing import panel_of


def body_of(document: Any, user: Any) -> dict[str, Any]:
    """For trade/body.html. chain: the documents it came from and those that came of it. left: line -> what is left.
    approval: what stands above an offer that needs somebody's yes."""
    reader = current_reader()
    rows = [row_of(line, reader) for line in document.lines_in_order()]
    add_subtotals(rows, reader)
    summary = summary_of(document, rows, user, registry.of(document), reader)
    return {
        "rows": rows,
        "summary": summary,
        "chain": chain_of(document, user),
        "approval": document.approval_bar() if hasattr(document, "approval_bar") else None,
        "left": _left(document, rows, reader),
        "ways": ways_of(document, reader)
        if "balance" in fields_for(user, "view", registry.of(document))
        else None,
        "charges": getattr(document, "online_charges", []),
        "url": f"/{registry.of(document).slug}/{document.pk}/",
        **panel_of(document, user),
    }


def _left(document: Any, rows: list[Any], reader: Any) -> dict[int, str]:
    """What other documents have not taken yet, of the lines of which they took something."""
    counted = document.lines.model.counted
    found = {}
    for line in [row.line for row in rows if row.is_item and counted]:
        taken = max(getattr(line, name) for name in counted)
        if taken:
            found[line.pk] = write_number(line.quantity - taken, reader, 3, shortest=True)
    return found


def receipt_body_of(payment: Any, user: Any) -> dict[str, Any]:
    """For trade/receipt.html. printed: whether there is a receipt of it: of money we got, not of money we gave back."""
    return {
        "printed": payment.direction == "in",
        "url": f"/{registry.of(payment).slug}/{payment.pk}/",
    }
