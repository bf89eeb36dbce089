"""Leaving: whether there is enough of what documents are about to take from the stock."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from relasi.engine.declare.registry import registry
from relasi.engine.fields.number_text import write_number
from relasi.engine.fields.reader import current_reader
from relasi.engine.records.refusal import Change
from relasi.kits.stock.held import held_by, products_of
from relasi.kits.stock.holding import held_products, hold_rows, lacking
from relasi.kits.stock.policy import policy

SHORT = "stock"  # the code of the warning


def check_enough(changes: list[Change], moved_by: str) -> None:
    """Holds INSUFFICIENT_STOCK against each change that takes more than lies here, and names what is missing.

    moved_by: the setting under which these documents take from the stock. Under "warn" it is a warning. Order lines and
    products stay taken until the transaction ends.
    """
    if not changes or policy().moved_by != moved_by:
        return
    lines = {
        id(c): [(one.record, one.record.quantity) for one in c.lines if one.record.is_item] for c in changes
    }
    sources = [line.order_line_id for held in lines.values() for line, _n in held if line.order_line_id]
    hold_rows(registry.module("sales.OrderLine").model, sources)
    check_there(changes, {key: products_of(held) for key, held in lines.items()})


def check_there(changes: list[Change], found: dict[int, dict[int, Decimal]]) -> None:
    """The same for what is known already. found: id() of a change -> product -> how many of it are taken."""
    products = held_products({product for wanted in found.values() for product in wanted})
    if policy().below_zero == "allow":
        return
    for change in changes:
        for product, there in lacking(found[id(change)], products):
            _refuse(change, product, found[id(change)][product.pk], there)
        for product, amount in found[id(change)].items():
            if product in products:
                products[product].on_hand -= amount  # for the next document of the same write


def _refuse(change: Change, product: Any, wanted: Decimal, there: Decimal) -> None:
    warns = policy().below_zero == "warn"
    if warns and SHORT in change.confirmed:
        return
    place = next((n for n, one in enumerate(change.lines) if product.pk in held_by(one.record)), 0)
    values = {"name": product.name, "wanted": _plain(wanted), "there": _plain(there)}
    message = _("%(name)s: %(wanted)s are needed, %(there)s are in stock.") % values
    change.refuse(f"lines.{place}.quantity", "INSUFFICIENT_STOCK", message, confirm=SHORT if warns else "")


def _plain(amount: Decimal) -> str:
    return write_number(amount, current_reader(), 3, shortest=True)
