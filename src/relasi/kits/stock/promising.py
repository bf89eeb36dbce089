"""Promising: whether an order may promise more than is available, and how much of it is there."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from relasi.engine.fields.number_text import write_number
from relasi.engine.fields.reader import current_reader
from relasi.engine.records.refusal import Change
from relasi.kits.stock.held import held_by, products_of
from relasi.kits.stock.holding import held_products
from relasi.kits.stock.policy import policy

ZERO = Decimal(0)


def check_promise(change: Change) -> None:
    """Holds INSUFFICIENT_STOCK against the approval of an order of more than is available, where that is refused."""
    if policy().short_orders != "refuse":
        return
    wanted = products_of([(one.record, one.record.quantity) for one in change.lines if one.record.counts])
    for id, product in held_products(wanted).items():
        if wanted[id] > product.available:
            place = next((n for n, one in enumerate(change.lines) if id in held_by(one.record)), 0)
            values = {"name": product.name, "wanted": _plain(wanted[id]), "there": _plain(product.available)}
            message = _("%(name)s: %(wanted)s are ordered, %(there)s are available.") % values
            change.refuse(f"lines.{place}.quantity", "INSUFFICIENT_STOCK", message)


def reserved_of(wanted: Decimal, available: Decimal) -> tuple[Decimal, Decimal]:
    """(how much of an order is there for it, how much is short). wanted: what it has promised of a product, which is
    counted in `available` already."""
    short = min(wanted, max(ZERO, -available))
    return wanted - short, short


def _plain(amount: Any) -> str:
    return write_number(amount, current_reader(), 3, shortest=True)
