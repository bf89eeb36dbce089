"""Receipt: what stands on the official receipt (kwitansi) of a payment, as texts."""

from __future__ import annotations

from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from relasi.engine.access.company import company
from relasi.engine.access.door import fields_for, visible_to
from relasi.engine.declare.registry import registry
from relasi.engine.fields.kind import kind_of
from relasi.engine.fields.money import amount
from relasi.engine.fields.reader import reading_as
from relasi.kits.trade.paper.letterhead import letterhead
from relasi.kits.trade.paper.sheet import READERS, STAMPED_ABOVE, labels_of
from relasi.kits.trade.terbilang import terbilang


def receipt_of(payment: Any, user: Any, language: str, size: str) -> dict[str, Any]:
    """For receipt.typ. language: "id" or "en". size: "a4" or "f4" wide. What the person may not see is left out."""
    with translation.override(language), reading_as(READERS[language]) as reader:
        module = registry.of(payment)
        shown = fields_for(user, "view", module)
        currency = payment.currency or company().currency
        day = str(kind_of(module.fields["date"]).text_of(payment, reader))
        invoices = _invoices(payment, user, currency, reader)
        return {
            **letterhead(module.slug, reader), "template": "receipt", "size": size, "language": language,
            "title": str(payment.receipt_title), "number": payment.number,
            "watermark": _("VOID") if payment.status == "reversed" else "",
            "facts": _facts(payment, module, shown, currency, reader), "parts": invoices,
            "amount": amount(payment.amount, currency, reader), "place": day,
            "signer": str(payment.owner) if "owner" in shown else "",
            "stamp": payment.amount * (payment.rate or 1) > STAMPED_ABOVE,
            "labels": {**labels_of(currency), "pays": _("In payment of")},
        }  # fmt: skip


def _facts(payment: Any, module: Any, shown: set[str], currency: str, reader: Any) -> list[list[str]]:
    facts = [
        [_("Received from"), kind_of(module.fields["account"]).title(payment)],  # type: ignore[attr-defined]
        [_("The sum of"), terbilang(payment.amount, currency, reader.language)],
    ]
    for name in ("method", "reference"):
        text = kind_of(module.fields[name]).text_of(payment, reader) if name in shown else ""
        if text:
            facts.append([str(kind_of(module.fields[name]).label), str(text)])
    return facts


def _invoices(payment: Any, user: Any, currency: str, reader: Any) -> list[list[str]]:
    """The invoices it pays, of those this person may see."""
    parts: Any = registry.module("billing.PaymentPart").model
    rows = visible_to(user, parts).filter(payment=payment.pk).select_related("invoice").order_by("pk")
    return [[part.invoice.number, amount(part.amount, currency, reader)] for part in rows]
