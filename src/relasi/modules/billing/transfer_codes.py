"""Transfer codes of a bank account: which open invoice a transfer pays. Each is given to one open invoice at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db import connection

from relasi.engine.declare.registry import registry
from relasi.kits.paying.transfer_code import free_code

STILL_OWED = ("issued", "partly_paid")


class TransferCodes:
    """Those of one account, read once for all that draw. Until this transaction ends nobody else draws one of it.

    drawing: invoices of the account whose own codes are not counted yet.
    """

    def __init__(self, account: int, drawing: Iterable[Any]) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"relasi.transfer_code.{account}"])
        rows = registry.module("billing.Invoice").model._base_manager.filter(
            bank_account=account, transfer_code__isnull=False
        )
        rows = rows.exclude(pk__in=[one.pk for one in drawing])
        owed = list(rows.filter(status__in=STILL_OWED).values_list("transfer_code", "balance"))
        self.taken = {abs(code) for code, _balance in owed}
        self.amounts = {balance + code for code, balance in owed}
        self.last = rows.order_by("-issued_at", "-pk").values_list("transfer_code", flat=True).first() or 0

    def draw(self, invoice: Any, sign: int) -> None:
        """sign: 1 for a code that is added to what is paid, -1 for one that is taken off."""
        owed = invoice.payable - invoice.received - invoice.credited
        invoice.transfer_code = free_code(owed, sign, self.taken, self.amounts, self.last)
        if invoice.transfer_code:
            self._note(invoice)
            self.last = invoice.transfer_code

    def keep(self, invoice: Any) -> None:
        """The invoice is owed again: its code may be another one's by now."""
        if abs(invoice.transfer_code) in self.taken:
            self.draw(invoice, 1 if invoice.transfer_code > 0 else -1)
        else:
            self._note(invoice)

    def _note(self, invoice: Any) -> None:
        self.taken.add(abs(invoice.transfer_code))
        self.amounts.add(invoice.payable - invoice.received - invoice.credited + invoice.transfer_code)


def keep_codes_unique(invoices: Iterable[Any]) -> None:
    """Of invoices that are owed again."""
    by_account: dict[int, list[Any]] = defaultdict(list)
    for one in invoices:
        if one.transfer_code:
            by_account[one.bank_account_id].append(one)
    for account in sorted(by_account):
        codes = TransferCodes(account, by_account[account])
        for one in by_account[account]:
            codes.keep(one)
