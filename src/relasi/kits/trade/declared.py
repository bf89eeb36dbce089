"""Declared: what declarations of documents we sell by share: sections of their forms, what fills them, their body."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from relasi.engine.declare.words import Body, Section

LINES_EDITOR = "relasi.kits.trade.editor.page"
BODY = Body("trade/body.html", "relasi.kits.trade.editor.body.body_of")

TERMS_OF_SALE = Section(_("Terms of sale"), "currency rate price_book tax_mode tax_region includes_tax")
ADDRESSES = Section(_("Addresses"), "billing_address shipping_address")
TEXTS = Section(_("Texts"), "terms notes")

# What a new one takes from the deal it is made for and from its customer.
FROM_CUSTOMER = {
    "account": "deal.account", "contact": "deal.contact", "currency": "account.currency",
    "payment_days": "account.payment_terms_days", "billing_address": "account.billing_address",
    "shipping_address": "account.shipping_address",
}  # fmt: skip
