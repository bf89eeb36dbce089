"""Payment details: the token of a payment service that a subscription is charged by. Card numbers are never stored."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from relasi.engine.access.sealed import Unreadable, seal, unseal
from relasi.engine.fields.text import TextField
from relasi.engine.records.refusal import Refusal, Refused

PURPOSE = "tokens of subscriptions"  # of the seal
LONGEST = 300


class PaymentDetails(models.Model):
    """What the form asks for; it has no rows."""

    gateway_token = TextField(
        _("Token of the payment service"), max_length=LONGEST, help_text=_("Never a card number.")
    )
    last_digits = TextField(_("Last 4 digits"), max_length=4)

    class Meta:
        managed = False


def is_card_number(text: str) -> bool:
    """Thirteen to nineteen digits that add up as those of cards do."""
    digits = [int(one) for one in text if one.isascii() and one.isdigit()]
    if not 13 <= len(digits) <= 19 or any(not (one.isdigit() or one in " -") for one in text):
        return False
    doubled = [two - 9 if (two := one * 2) > 9 else two for one in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def stored_details(token: Any, last_digits: Any) -> dict[str, Any]:
    """Values of the subscription. Raises Refused."""
    token, digits = str(token or "").strip(), str(last_digits or "").strip()
    if not token:
        raise Refused([Refusal("gateway_token", "REQUIRED", _("This must be filled in."))])
    if is_card_number(token):
        sentence = _("This is a card number. Relasi keeps none: write the token of the payment service.")
        raise Refused([Refusal("gateway_token", "INVALID_VALUE", sentence)])
    if len(token) > LONGEST or not token.isascii() or not token.isprintable() or " " in token:
        raise Refused([Refusal("gateway_token", "INVALID_VALUE", _("This is no token."))])
    if digits and not (len(digits) == 4 and digits.isascii() and digits.isdigit()):
        raise Refused([Refusal("last_digits", "INVALID_VALUE", _("Write the last four digits."))])
    return {"sealed_token": seal(token, PURPOSE), "card": f"•••• {digits}" if digits else str(_("Stored"))}


def token_of(subscription: Any) -> str:
    """Empty where there is none that can be read."""
    try:
        return unseal(subscription.sealed_token or "", PURPOSE)
    except Unreadable:
        return ""
