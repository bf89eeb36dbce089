"""Copying: a document made from another one: a revision, an order from a quote, an invoice from an order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext_lazy as _

from relasi.engine.access.acting import acting_user
from relasi.engine.access.door import may
from relasi.engine.declare.registry import registry
from relasi.engine.records.write import Refusal, Refused, create
from relasi.kits.trade.list_price import Listed, is_listed

HEADER = (
    "subject", "account", "contact", "vendor", "vendor_contact", "vendor_address",
    "currency", "rate", "price_book", "tax_mode", "tax_region", "includes_tax",
    "discount_percent", "discount_amount", "shipping", "other_charges", "adjustment", "billing_address", "shipping_address",
    "terms", "notes", "group_tax_rules", "shipping_tax_rules", "charge_tax_rules", "owner",
)  # fmt: skip
LINE = (
    "kind", "product", "service", "bundle", "name", "code", "description", "unit", "quantity", "price", "price_from",
    "discount_percent", "discount_amount", "optional", "chosen", "taxes", "cost", "tax_rules", "components",
)  # fmt: skip
AS_AGREED = "a document is copied as it was agreed"  # prices and taxes do not come from the catalog again


def copied(
    source: Any,
    target: Any,
    more: dict[str, Any],
    line_values: Callable[[Any], dict[str, Any] | None] | None = None,
    by_itself: bool = False,
) -> Any:
    """A new document of the target's kind with the same header and lines, prices and taxes frozen.

    more: values of the new header. line_values: what a line gets besides, None to leave it out. by_itself: nobody
    asks for it. Raises Refused.
    """
    values = header_of(source, target)
    lines = []
    for line in source.lines_in_order():
        extra = line_values(line) if line_values else {}
        if extra is not None:
            lines.append(line_of(line) | _of_list(line, target) | extra)
    if not by_itself and not may(acting_user(), "create", registry.of(target)):
        raise Refused([Refusal("", "NO_PERMISSION", _("You may not create this."))])
    return create(target, {**values, **more}, lines=lines, authorised=AS_AGREED)


def header_of(source: Any, target: Any) -> dict[str, Any]:
    """Values of the header that both kinds of document have."""
    own, theirs = registry.of(source).fields, registry.of(target).fields
    return {name: _value(source, name) for name in HEADER if name in own and name in theirs}


def line_of(line: Any) -> dict[str, Any]:
    """Values of a line with the same item and terms."""
    return {name: _value(line, name) for name in LINE}


def _of_list(line: Any, target: Any) -> dict[str, Any]:
    """What both lines keep of the list they were sold from."""
    theirs: Any = registry.of(target).lines_module
    return {"list_price": line.list_price} if is_listed(line) and issubclass(theirs.model, Listed) else {}


def _value(record: Any, name: str) -> Any:
    return getattr(record, record._meta.get_field(name).attname)
