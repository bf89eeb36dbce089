"""The body of a bill's page: its lines and figures, and under each line what was ordered, received and billed."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from relasi.engine.fields.number_text import write_number
from relasi.engine.fields.reader import current_reader
from relasi.kits.trade.editor.body import body_of as trade_body
from relasi.kits.trade.editor.rows import plain
from relasi.modules.purchasing.purchase_order import PurchaseLine


def body_of(bill: Any, user: Any) -> dict[str, Any]:
    """For trade/body.html."""
    body, reader = trade_body(bill, user), current_reader()
    ids = {row.line.purchase_line_id for row in body["rows"] if row.is_item}
    ordered = {line.pk: line for line in PurchaseLine._base_manager.filter(pk__in=ids - {None})}

    def number(value: Any) -> str:
        return write_number(value, reader, 3, shortest=True)

    compared: dict[int, str] = {}
    for row in body["rows"]:
        line = ordered.get(row.line.purchase_line_id) if row.is_item else None
        if line is not None:
            compared[row.line.pk] = _("ordered %(ordered)s at %(price)s · received %(received)s · billed %(billed)s") % {
                "ordered": number(line.quantity), "price": plain(line.price, reader),
                "received": number(line.received), "billed": number(line.billed),
            }  # fmt: skip
            if line.returned:
                said = _("sent back %(returned)s") % {"returned": number(line.returned)}
                if line.billed > line.received:
                    said += " – " + _("more is billed than stayed here")
                compared[row.line.pk] += " · " + said
    return body | {"compared": compared}
