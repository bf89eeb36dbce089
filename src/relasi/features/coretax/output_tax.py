"""Output tax: the PPN of a month: invoices with their tax invoices, less the goods that came back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from relasi.engine.access.door import fields_for, may, visible_to
from relasi.engine.declare.registry import registry
from relasi.features.coretax.exporting import MOST, lines_of, with_vat
from relasi.features.coretax.goods import PPN, Good, goods_of
from relasi.features.coretax.schema import newest
from relasi.kits.parties.identity import format_npwp, mask_nik
from relasi.kits.trade.paper.letterhead import details
from relasi.modules.billing.credit_flow import STANDING
from relasi.modules.billing.credit_line import CreditLine
from relasi.modules.billing.credit_note import CreditNote
from relasi.modules.billing.invoice import InvoiceLine

ZERO = Decimal(0)
# Every field of a credit note that the list tells; who may not see one of them is told of none.
OF_NOTES = frozenset(
    {
        "number",
        "date",
        "account",
        "currency",
        "rate",
        "return_note_number",
        "goods_total",
        "tax_total",
        "tax_summary",
    }
)


@dataclass(frozen=True, slots=True)
class Row:
    """Amounts in rupiah, below zero for what came back. number: of the tax invoice or the return note."""

    day: date
    number: str
    status: Any
    document: str
    url: str
    buyer: str
    known_by: str
    base: Decimal
    other_base: Decimal
    vat: Decimal
    luxury: Decimal


def output_tax(user: Any, first: date, last: date) -> tuple[list[Row], bool]:
    """The rows of these days, and whether there are more than were looked at."""
    invoices = list(with_vat(user, first, last)[: MOST + 1])
    notes: list[Any] = []
    module = registry.of(CreditNote)
    if may(user, "view", module) and set(fields_for(user, "view", module)) >= OF_NOTES:
        seen: Any = visible_to(user, CreditNote).filter(date__gte=first, date__lte=last, status__in=STANDING)
        notes = list(seen.filter(tax_summary__contains=[{"kind": PPN}]).select_related("account")[: MOST + 1])
    found = [*_of_invoices(invoices[:MOST]), *_of_notes(user, notes[:MOST])]
    return sorted(found, key=lambda row: (row.day, row.document)), max(len(invoices), len(notes)) > MOST


def totals(rows: Sequence[Row]) -> dict[str, Decimal]:
    return {
        name: sum((getattr(row, name) for row in rows), ZERO)
        for name in ("base", "other_base", "vat", "luxury")
    }


def _goods(document: Any, lines: Sequence[Any]) -> list[Good]:
    code = getattr(document, "transaction_code", "") or ""
    return goods_of(document, lines, newest(), code, details().coretax_places)[0]


def _sums(goods: Sequence[Good], sign: int) -> dict[str, Decimal]:
    return {
        name: sign * sum((getattr(one, name) for one in goods), ZERO)
        for name in ("base", "other_base", "vat", "luxury")
    }


def _of_invoices(invoices: Sequence[Any]) -> Iterator[Row]:
    lines = lines_of(InvoiceLine, "invoice_id", [one.pk for one in invoices])
    for one in invoices:
        known = format_npwp(one.buyer_npwp) if one.buyer_npwp else mask_nik(one.buyer_nik or "")
        yield Row(
            one.date, one.tax_invoice_number or "", one.tax_invoice_status, one.number, f"/invoices/{one.pk}/",
            one.buyer_name or "", known or one.buyer_other_id or "", **_sums(_goods(one, lines[one.pk]), 1),
        )  # fmt: skip


def _of_notes(user: Any, notes: Sequence[Any]) -> Iterator[Row]:
    accounts = registry.module("customers.Account")
    lines = lines_of(CreditLine, "credit_note_id", [one.pk for one in notes])
    for one in notes:
        seen = one.account is not None and may(user, "view", accounts, one.account)
        yield Row(
            one.date, one.return_note_number or "", "", one.number, f"/credit-notes/{one.pk}/",
            str(one.account) if seen else "", "", **_sums(_goods(one, lines[one.pk]), -1),
        )  # fmt: skip
