"""The body of a vendor's page: its score, what it is made of, and what is open between us."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from relasi.engine.access.company import company
from relasi.engine.access.door import may
from relasi.engine.declare.registry import registry
from relasi.engine.fields.money import amount
from relasi.engine.fields.number_text import write_number
from relasi.engine.fields.reader import current_reader
from relasi.features.receivables.ageing import ageing
from relasi.features.receivables.sides import PAYABLES
from relasi.kits.pipeline.days import today
from relasi.modules.purchasing.purchase_settings import purchase_settings
from relasi.modules.purchasing.scorecard import spent, tally_of, under_way


def body_of(vendor: Any, user: Any) -> dict[str, Any]:
    """For features/vendor_score/body.html. figures: (label, text, how it came about). money: None for who sees no bills."""
    reader, tally = current_reader(), tally_of(vendor.pk)

    def percent(value: Decimal | None) -> str:
        return "" if value is None else write_number(value, reader, 2, shortest=True) + "%"

    def number(value: Any) -> str:
        return write_number(Decimal(value), reader, 3, shortest=True)

    score = tally.score(purchase_settings().weights)
    home = company().currency
    sees_bills = may(user, "view", registry.module("purchasing.Bill"))
    figures = [
        (_("On time"), percent(tally.on_time_percent),
         _("%(good)s of %(all)s receipts") % {"good": number(tally.on_time), "all": number(tally.receipts)}),
        (_("Delivered in full"), percent(tally.fill_percent),
         _("%(good)s of %(all)s ordered") % {"good": number(tally.accepted), "all": number(tally.ordered)}),
        (_("Rejected"), percent(tally.reject_percent),
         _("%(bad)s of %(all)s delivered") % {"bad": number(tally.rejected), "all": number(tally.delivered)}),
    ]  # fmt: skip
    if sees_bills and tally.worth:
        figures.append((_("Dearer than agreed"), amount(tally.dearer, home, reader), ""))
    open_orders, late = under_way(vendor.pk)
    return {
        "score": "" if score is None else write_number(score, reader, 1, shortest=True),
        "figures": [one for one in figures if one[1]],
        "orders": number(open_orders), "late": number(late) if late else "",
        "money": _money(vendor, user, home, reader) if sees_bills else None,
    }  # fmt: skip


def _money(vendor: Any, user: Any, home: str, reader: Any) -> dict[str, Any]:
    asked = f"{PAYABLES.home}rows/?vendor={vendor.pk}&on={today()}"
    return {
        "spent": amount(spent(vendor.pk), home, reader),
        "owed": [
            {"sum": amount(row.total, row.currency, reader), "url": f"{asked}&currency={row.currency}&band=all",
             "late": amount(row.late, row.currency, reader) if row.late else "",
             "late_url": f"{asked}&currency={row.currency}&band=late",
             "credit": amount(row.credit, row.currency, reader) if row.credit else ""}
            for row in ageing(user, today(), vendor.pk, PAYABLES)
        ],
    }  # fmt: skip
