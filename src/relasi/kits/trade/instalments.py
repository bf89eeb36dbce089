"""Instalments: in which parts the total is to be paid: 30 % down, 40 % on delivery, 30 % at the end."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext_lazy as _

from relasi.engine.declare.refusal import Refusal
from relasi.kits.trade.totals import instalments


def checked(stored: Any) -> list[dict[str, str]] | None:
    """The parts as they are stored: label and percent. Raises Refusal when they do not add up to 100 %."""
    if not stored:
        return None
    found = []
    try:
        for one in stored:
            percent = Decimal(str(one["percent"]).replace(",", "."))
            if not 0 < percent <= 100:
                raise InvalidOperation
            found.append({"label": str(one.get("label") or "")[:100], "percent": f"{percent.normalize():f}"})
    except (InvalidOperation, KeyError, TypeError, AttributeError):
        raise Refusal("instalments", "INVALID_VALUE", _("Write each part as a percentage.")) from None
    if sum(Decimal(one["percent"]) for one in found) != 100:
        raise Refusal("instalments", "OUT_OF_RANGE", _("The parts must add up to 100%."))
    return found


def amounts(
    stored: Sequence[dict[str, str]] | None, total: Decimal, decimals: int
) -> list[tuple[str, str, Decimal]]:
    """(label, percent, amount) of each part; the amounts add up to the total."""
    if not stored:
        return []
    parts = instalments(total, [Decimal(one["percent"]) for one in stored], decimals)
    return [(one["label"], one["percent"], part) for one, part in zip(stored, parts, strict=True)]
