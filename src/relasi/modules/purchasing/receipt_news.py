"""Receipt news: whoever ordered goods hears that some of them were rejected or did not come."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from markupsafe import Markup, escape

from relasi.engine.access.directory import directory
from relasi.engine.activity.news import tell
from relasi.engine.activity.notification import Notification, NotificationKind, register_kind
from relasi.engine.activity.telling import actor_of, tells
from relasi.engine.fields.number_text import write_number
from relasi.engine.fields.reader import current_reader
from relasi.engine.records.refusal import Change
from relasi.modules.purchasing.purchase_order import PurchaseLine

LACKING = register_kind(
    NotificationKind(
        "receipt_lacking", gettext_lazy("Goods I ordered were rejected or came short"), "package-check", "now"
    )
)


def tell_buyers(changes: list[Change]) -> None:
    """A reaction to receipt notes that were received."""
    for change in changes:
        note = change.record
        if not note.purchase_order_id:
            continue
        lines = [line for line in note.lines_in_order() if line.is_item]
        rejected, short = sum((line.rejected for line in lines), Decimal(0)), _short(lines)
        if rejected or short:
            people = directory().people_behind(note.purchase_order.owner_id)
            tell(LACKING, sorted(people), record=note.pk, rejected=str(rejected), short=str(short))


def _short(lines: Iterable[Any]) -> Decimal:
    """How many of what stands on the note are still to come."""
    ids = {line.purchase_line_id for line in lines if line.purchase_line_id}
    rows = PurchaseLine._base_manager.filter(pk__in=ids)
    return sum((line.outstanding or Decimal(0) for line in rows), Decimal(0))


@tells("receipt_lacking")
def _lacking(row: Notification, user: Any) -> tuple[Markup, str]:
    said = _("%(who)s received goods you ordered: %(rejected)s rejected, %(short)s still to come")
    numbers = {
        name: write_number(Decimal(row.facts[name]), current_reader(), 3, shortest=True)
        for name in ("rejected", "short")
    }
    return escape(said) % {"who": actor_of(row), **numbers}, f"/r/{row.record_id}/"
