"""What a customer owes, on the page of the account."""

from __future__ import annotations

from typing import Any

from relasi.engine.access.door import may
from relasi.engine.declare.registry import registry
from relasi.engine.fields.money import amount
from relasi.engine.fields.reader import current_reader
from relasi.features.receivables.owing import LARGEST, Owing
from relasi.features.receivables.sides import RECEIVABLES
from relasi.kits.pipeline.days import today


def body_of(account: Any, user: Any) -> dict[str, Any] | None:
    """For features/receivables/account.html; None for who sees no invoices and where none is owed."""
    if not may(user, "view", registry.module("billing.Invoice")):
        return None
    reader, rows = current_reader(), Owing(user, today(), RECEIVABLES, account.pk).rows(LARGEST)[0]
    if not rows:
        return None
    asked = f"/receivables/rows/?account={account.pk}&on={today()}"
    return {
        "rows": [
            {"owed": amount(row.total, row.currency, reader), "late": amount(row.late, row.currency, reader),
             "is_late": row.late > 0, "credit": amount(row.credit, row.currency, reader) if row.credit else "",
             "url": f"{asked}&currency={row.currency}&band=all", "late_url": f"{asked}&currency={row.currency}&band=late"}
            for row in rows
        ],
        "statement": f"/receivables/statement/{account.pk}/",
    }  # fmt: skip
