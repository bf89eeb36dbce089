"""Withholding of an invoice: the tax the customer keeps back for the tax office, and the slip that proves it (bukti potong).

The slip comes weeks after the invoice was issued; without it what was withheld cannot be set off against our own tax.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from relasi.engine.declare.computed import computed
from relasi.engine.declare.words import Action, View
from relasi.engine.fields.dates import DateField
from relasi.engine.fields.text import TextField
from relasi.engine.records.refusal import Change, Refusal, Refused
from relasi.engine.records.write import update
from relasi.kits.trade.tax_rule import WITHHELD

SLIP = ("slip_number", "slip_date")
STANDING = ("issued", "partly_paid", "paid")


class Withheld(models.Model):
    """Abstract, beside an invoice."""

    slip_number = TextField(
        _("Withholding slip"), max_length=50, aliases="No. Bukti Potong|Bukti Potong|Nomor Bukti Potong"
    )
    slip_date = DateField(_("Date of the withholding slip"), aliases="Tanggal Bukti Potong")

    tax_summary: Any
    withheld_total: Decimal
    status: Any

    class Meta:
        abstract = True

    @computed(_("Withheld taxes"), needs="tax_summary")
    def withheld_taxes(self) -> str:
        return ", ".join(row["name"] for row in self.tax_summary or () if row["method"] == WITHHELD)

    @property
    def awaits_slip(self) -> bool:
        return self.status in STANDING and self.withheld_total > 0 and not self.slip_number

    def clean_slip(self, change: Change) -> None:
        """Raises Refusal."""
        name = next((name for name in SLIP if getattr(self, name) and change.has(name)), "")
        if name and self.status == "draft":
            raise Refusal(
                name, "INVALID_TRANSITION", _("Issue the invoice first; nothing is withheld of a draft.")
            )
        if name and not self.withheld_total:
            raise Refusal(name, "INVALID_VALUE", _("No tax is withheld on this invoice."))
        if self.slip_date and not self.slip_number:
            raise Refusal("slip_number", "REQUIRED", _("Write the number of the slip."))

    def note_slip(self, slip_number: Any = None, slip_date: Any = None) -> Any:
        if not slip_number:
            raise Refused([Refusal("slip_number", "REQUIRED", _("Write the number of the slip."))])
        return update(self, {"slip_number": slip_number, "slip_date": slip_date})


def slip_action() -> Action:
    return Action("note_slip", _("Note the withholding slip"), icon="file-check", ask=SLIP, quiet=True,
                  when=lambda invoice: invoice.awaits_slip)  # fmt: skip


def slip_views() -> list[View]:
    """What was withheld, all of it and that without a slip yet."""
    withheld = [
        {"field": "withheld_total", "op": "gt", "value": 0},
        {"field": "status", "op": "in", "value": list(STANDING)},
    ]
    columns = ("number", "account", "date", "withheld_taxes", "goods_total", "withheld_total", *SLIP)
    return [
        View("slips_missing", _("Withholding slip missing"), {"all": [*withheld, {"field": "slip_number", "op": "empty"}]},
             "hourglass", ("date",), columns=columns),
        View("withheld", _("Withheld by customers"), {"all": withheld}, "file-check", ("-date",), columns=columns),
    ]  # fmt: skip
