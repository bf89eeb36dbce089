"""Confirming: payment details of a customer are known, and a subscription that waited for them begins."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from relasi.engine.records.refusal import Refused
from relasi.engine.records.write import update
from relasi.modules.subscribing.payment_details import stored_details
from relasi.modules.subscribing.subscription import Mode, Subscription
from relasi.modules.subscribing.subscription_flow import S
from relasi.modules.subscribing.subscription_news import tell_owner

BY_DETAILS = "payment details were confirmed"


def keep_details(id: int, token: str, card: str) -> Any:
    """What a gateway told of a card the customer let it keep. Part of a transaction."""
    found = Subscription._base_manager.select_for_update(of=("self",)).get(pk=id)
    if found.mode != Mode.AUTOPAY or found.status in ("cancelled", "ended"):
        return found
    try:
        details = stored_details(token, card)
    except Refused:  # what the gateway sent is no token we could keep
        return found
    found = update(found, details, authorised=BY_DETAILS)
    if found.status == S.WAITING:
        on_trial = bool(found.trial_days) and found.billed_from > found.today()
        values = {"status": S.TRIAL if on_trial else S.ACTIVE, "activated_at": timezone.now()}
        found = update(found, values, authorised=BY_DETAILS)
        tell_owner(found, "activated")
    return found
