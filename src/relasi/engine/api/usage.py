"""Usage: how many calls each token made on each day."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpResponse, JsonResponse

from relasi.engine.access.door import rights_of
from relasi.engine.api.caller import Caller
from relasi.engine.api.given import parameters
from relasi.engine.api.metering import use_by_day
from relasi.engine.api.token import ApiToken


def usage(caller: Caller) -> HttpResponse:
    """Of the last thirty days: an admin sees all tokens, others their own."""
    parameters(caller.request)
    tokens = ApiToken._base_manager.all()
    if not rights_of(caller.user).admin:
        tokens = tokens.filter(user=caller.user.id)
    days = [
        {
            "day": one.day, "token": one.token.pk, "name": one.token.name, "user": one.token.user.full_name,
            "calls": one.calls, "refused": one.refused,
        }
        for one in use_by_day(tokens)
    ]  # fmt: skip
    return JsonResponse(
        {"data": days, "per_minute": settings.API_PER_MINUTE, "per_day": settings.API_PER_DAY or None}
    )
