"""Stored charging: an invoice is charged by a token the customer left before, through the same charges as paying online.

What is not known after it (a time-out, a process that was cut off) is asked for later, as for every charge.
"""

from __future__ import annotations

import re
import secrets
from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from relasi.engine.records.refusal import Refusal, Refused
from relasi.kits.paying.gateway import GatewayTrouble, Order
from relasi.modules.billing.invoice import Invoice
from relasi.modules.billing.online_charge import UNDECIDED, ChargeState, OnlineCharge
from relasi.modules.billing.online_paying import end, hear
from relasi.modules.billing.payment_gateway import PaymentGateway

LASTS = timedelta(minutes=15)


def begin(invoice: Any, row: PaymentGateway) -> OnlineCharge:
    """A charge of what is left. Part of a transaction; the charge there is and the invoice are held. Raises Refused."""
    rows = OnlineCharge.objects.select_for_update().filter(invoice=invoice.pk, state__in=UNDECIDED)
    for one in rows.order_by("pk"):
        if one.is_stored:
            raise Refused([Refusal("", "INVALID_TRANSITION", _("It is being charged at this moment."))])
        end([one])
    owed = Invoice._base_manager.select_for_update(of=("self",)).get(pk=invoice.pk)
    if owed.status not in ("issued", "partly_paid") or owed.balance <= 0 or owed.balance % 1:
        raise Refused([Refusal("", "INVALID_TRANSITION", _("Nothing can be charged of this invoice."))])
    number = re.sub(r"[^A-Za-z0-9]+", "-", owed.number)[:35]
    charge = OnlineCharge(
        order=f"{number}-{secrets.token_hex(5)}", gateway=row, invoice_id=owed.pk, amount=owed.balance,
        state=ChargeState.OPEN, ends_at=timezone.now() + LASTS,
    )  # fmt: skip
    OnlineCharge.objects.bulk_create([charge])
    return charge


def charge(row: PaymentGateway, order: str, token: str) -> None:
    """Speaks to the gateway and books what it says. Outside of a transaction. Raises GatewayTrouble and Refused."""
    speaking, found = row.speaking(), OnlineCharge.objects.select_related("invoice").get(order=order)
    if speaking is None:
        raise GatewayTrouble("no key")
    hear(row, speaking.charge(Order(order, found.amount, found.invoice.number), token))
