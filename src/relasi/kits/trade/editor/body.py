"""Body: lines and figures of a document as its page shows them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from relasi.engine.access.door import fields_for
from relasi.engine.declare.registry import registry
from relasi.engine.fields.kind import kind_of
from relasi.engine.fields.number_text import write_number
from relasi.engine.fields.reader import current_reader
from relasi.kits.trade.chain import chain_of
from relasi.kits.trade.editor.rows import add_subtotals, row_of, tell_stock
from relasi.kits.trade.editor.summary import summary_of
from relasi.kits.trade.paper.ways import ways_of
from relasi.kits.trade.public.sharing import panel_of


def body_of(document: Any, user: Any) -> dict[str, Any]:
    """For trade/body.html. chain: the documents it came from and those that came of it. counts: line -> what became of it, in
    words. rejected: line -> how many, where some were.
    approval: what stands above an offer that needs somebody's yes."""
    reader = current_reader()
    lines: list[Any] = document.lines_in_order()
    rows = [row_of(line, reader) for line in lines]
    add_subtotals(rows, reader)
    if document.tells_stock and document.flow.moves.get(document.status):
        tell_stock(rows, document.status == "approved", reader)
    summary = summary_of(document, rows, user, registry.of(document), reader)
    return {
        "rows": rows,
        "summary": summary,
        "chain": chain_of(document, user),
        "approval": document.approval_bar() if hasattr(document, "approval_bar") else None,
        "counts": _counts(document, rows, reader),
        "rejected": {
            line.pk: write_number(line.rejected, reader, 3, shortest=True)
            for line in lines
            if getattr(line, "rejected", None)
        },
        "paper": hasattr(document, "paper_title"),
        "ways": ways_of(document, reader)
        if "balance" in fields_for(user, "view", registry.of(document))
        else None,
        "charges": getattr(document, "online_charges", []),
        "url": f"/{registry.of(document).slug}/{document.pk}/",
        **panel_of(document, user),
    }


def _counts(document: Any, rows: list[Any], reader: Any) -> dict[int, str]:
    """What other documents have taken, of the lines of which they took something: what is left where the lines have words
    for it or are taken from in one way, else how much in each."""
    lines = document.lines.model
    found = {}
    for line in [row.line for row in rows if row.is_item and lines.counted]:
        taken = {name: getattr(line, name) for name in lines.counted}
        if not any(taken.values()):
            continue
        left = {name: write_number(line.quantity - n, reader, 3, shortest=True) for name, n in taken.items()}
        if lines.left_words:
            found[line.pk] = " · ".join(str(lines.left_words[name] % {"left": left[name]}) for name in taken)
        elif len(taken) == 1:
            found[line.pk] = _("%(left)s left") % {"left": next(iter(left.values()))}
        else:
            fields = registry.of(line).fields
            parts = [(kind_of(fields[name]), value) for name, value in taken.items() if value]
            found[line.pk] = " · ".join(
                f"{kind.label} {write_number(value, reader, 3, shortest=True)}" for kind, value in parts
            )
    return found


def receipt_body_of(payment: Any, user: Any) -> dict[str, Any]:
    """For trade/receipt.html. printed: whether there is a receipt of it: of money we got, not of money we gave back."""
    return {
        "printed": payment.direction == "in",
        "url": f"/{registry.of(payment).slug}/{payment.pk}/",
    }
