"""Checklist: what is still open in a period that is about to be closed, each with the list it can be settled in."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext_lazy as _

from relasi.engine.access.door import may, rights_of, visible_to
from relasi.engine.declare.registry import registry
from relasi.engine.query.condition import compile_q
from relasi.features.tie_out.models import TieOutRun


@dataclass(frozen=True)
class Looked:
    """Records of a module that are open as long as the condition holds. field: their day. why: what it means to leave
    them."""

    module: str
    label: Any
    why: Any
    condition: tuple[dict[str, Any], ...]
    icon: str
    field: str = "date"


@dataclass(frozen=True)
class Point:
    """One line of the checklist. count: how many are open, None where it is not known. url: where they are."""

    label: Any
    why: Any
    icon: str
    count: int | None
    url: str


def _is(field: str, value: Any, op: str = "is") -> dict[str, Any]:
    return {"field": field, "op": op, "value": value}


LOOKED = (
    Looked("billing.Invoice", _("Draft invoices"), _("They cannot be issued with this date any more."),
           (_is("status", "draft"),), "receipt"),
    Looked("purchasing.Bill", _("Draft bills"), _("They cannot be approved with this date any more."),
           (_is("status", "draft"),), "file-input"),
    Looked("billing.Payment", _("Payments that pay no invoice yet"), _("They stand as credit of the customer."),
           (_is("status", "recorded"), _is("unallocated", "0", "gt")), "banknote"),
    Looked("purchasing.VendorPayment", _("Payments to vendors that pay no bill yet"),
           _("They stand as credit with the vendor."), (_is("status", "recorded"), _is("unallocated", "0", "gt")),
           "hand-coins"),
    Looked("billing.BankMovement", _("Bank movements without a payment"),
           _("A payment with this date cannot be recorded any more."), (_is("status", "open"),), "landmark"),
)  # fmt: skip


def checklist(user: Any, until: date) -> list[Point]:
    """What this person may see of it, in the order in which it is best settled."""
    found = [_point(user, one, until) for one in LOOKED if may(user, "view", registry.module(one.module))]
    return [*found, *([_tie_out()] if rights_of(user).admin else [])]


def _point(user: Any, looked: Looked, until: date) -> Point:
    module = registry.module(looked.module)
    tree = {
        "all": [
            *looked.condition,
            {"field": looked.field, "op": "before", "value": (until + timedelta(days=1)).isoformat()},
        ]
    }
    count = visible_to(user, module.model).filter(compile_q(tree, module, user)).count()
    return Point(
        looked.label, looked.why, looked.icon, count, f"/{module.slug}/?{urlencode({'f': json.dumps(tree)})}"
    )


def _tie_out() -> Point:
    last = TieOutRun.objects.exclude(finished_at=None).order_by("-id").first()
    count = None if last is None else sum(last.results.values_list("differing", flat=True))
    why = _("The nightly checks have not run yet.") if last is None else _("Figures that do not add up.")
    return Point(_("Differences of the tie-out"), why, "scale", count, "/settings/tie-out/")
