"""Ways: how an invoice says it can be paid, as texts and a picture: the same on paper, on its page and for its customer."""

from __future__ import annotations

import base64
from typing import Any

from django.utils.translation import gettext as _

from relasi.engine.fields.money import amount
from relasi.engine.fields.reader import Reader
from relasi.kits.paying.virtual_account import in_groups
from relasi.kits.trade.paper.letterhead import banks
from relasi.kits.trade.paper.qr import svg_of


def ways_of(document: Any, reader: Reader) -> dict[str, Any] | None:
    """amount: to pay by transfer and QRIS, its transfer code included. balance: by all else. account: [bank, number, holder,
    branch]. va, qris: empty where there is none. None for a document that nobody pays, or that has nothing to tell."""
    if not getattr(document, "is_owed", False):
        return None
    to, picture = document.pay_to or {}, document.qris_with_amount or ""
    if not (document.virtual_account or picture or document.code_now):
        return None
    svg = svg_of(picture) if picture else ""
    due = document.balance + document.code_now
    return {
        "amount": amount(due, document.currency, reader), "balance": amount(document.balance, document.currency, reader),
        "account": [to["bank"], to["number"], to["holder"], to["branch"]],
        "code": _code(document.code_now), "va": document.virtual_account or "",
        "va_shown": in_groups(document.virtual_account or ""), "qris": picture, "qris_svg": svg,
        "qris_uri": "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode() if svg else "",
        "plain": str(int(due)) if due == int(due) else str(due),
        "labels": {
            "title": _("How to pay"), "transfer": _("Transfer to"), "amount": _("Exactly this amount"),
            "va": _("Virtual account %(bank)s") % {"bank": to["bank"]},
            "qris": _("Scan with your bank or wallet app"), "beside": _("Or transfer to"),
        },
    }  # fmt: skip


def _code(code: int) -> str:
    if not code:
        return ""
    if code > 0:
        return _("with %(code)s rupiah by which we recognise your payment") % {"code": code}
    return _("%(code)s rupiah less, by which we recognise your payment") % {"code": -code}


def banks_beside(document: Any, ways: dict[str, Any] | None) -> list[list[str]]:
    """The accounts that are told besides: none once there is nothing to pay."""
    over = hasattr(document, "is_owed") and document.status != "draft" and not document.is_owed
    found = [] if over else banks()
    return [account_row(one) for one in found if ways is None or one.pk != document.bank_account_id]


def account_row(one: Any) -> list[str]:
    return [one.bank, one.number, one.holder, one.branch or ""]
