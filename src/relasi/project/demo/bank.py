"""Bank: what the bank said came in of late: most of it matched with the payments of the demo, some of it waiting."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from relasi.engine.access.acting import acting
from relasi.engine.declare.registry import registry
from relasi.engine.records.write import create
from relasi.project.demo.clock import Clock
from relasi.project.demo.past import Past
from relasi.project.demo.staff import Staff

DAYS, MATCHED = 45, 24


def make_bank(clock: Clock, staff: Staff, past: Past) -> None:
    user = staff.users["lukman"]
    today = clock.now.date()
    bank = registry.module("billing.BankAccount").model._base_manager.order_by("position").first()
    payments = registry.module("billing.Payment").model._base_manager.select_related("account")
    recent = payments.filter(status="recorded", direction="in", date__gte=today - timedelta(days=DAYS))
    rows = list(recent.order_by("-date", "-pk")[:MATCHED])
    for place, payment in enumerate(reversed(rows)):
        name = str(payment.account).upper()
        told = {"date": payment.date, "amount": payment.amount, "payer": name, "reference": payment.reference,
                "description": f"TRSF E-BANKING CR {payment.reference} {name}"}  # fmt: skip
        # The last of them nobody has looked at yet.
        _told(clock, past, user, bank, told, payment.pk if place < len(rows) - 2 else None)
    for told in _waiting(clock, today):
        _told(clock, past, user, bank, told, None)


def _waiting(clock: Clock, today: Any) -> list[dict[str, Any]]:
    """Money for open invoices: by virtual account, by number, by name, and some that nothing speaks for."""
    invoices = registry.module("billing.Invoice").model._base_manager.select_related("account")
    owed = list(
        invoices.filter(status="issued", balance__gt=0, currency="IDR").order_by("due_date", "pk")[:4]
    )
    yesterday, found = today - timedelta(days=1), list[dict[str, Any]]()
    for place, one in enumerate(owed):
        name = str(one.account).upper()
        texts = (
            {
                "description": "SETORAN VIRTUAL ACCOUNT",
                "virtual_account": one.virtual_account,
                "method": "va",
            },
            {"description": f"BI-FAST CR TRANSFER DR 014 {name}"},
            {"description": f"TRSF E-BANKING CR PEMBAYARAN {one.number}", "payer": name},
            {"description": f"SWITCHING CR DR 008 {one.number}"},
        )
        found.append({"date": yesterday, "amount": one.balance, **texts[place]})
    return [
        *found,
        {"date": yesterday, "amount": 125_000_000, "description": "SETORAN TUNAI KCU SUDIRMAN"},
        {"date": today, "amount": 18_733, "description": "BUNGA"},
    ]


def _told(clock: Clock, past: Past, user: Any, bank: Any, told: dict[str, Any], payment: int | None) -> None:
    day = told["date"] + timedelta(days=1) if payment else told["date"]
    at = min(datetime.combine(day, time(8, 40), clock.now.tzinfo), clock.now)
    values = {
        **told,
        "bank_account": bank.pk,
        "owner": user.pk,
        "file_name": f"mutasi-{told['date']:%Y-%m}.csv",
    }
    with acting(user, via="import") as stretch:
        movement = create(
            registry.module("billing.BankMovement").model, values, authorised="as the file of the bank says"
        )
        if payment is not None:
            movement.link(payment)
    past.moments[stretch.change_set or 0, movement.pk] = at
