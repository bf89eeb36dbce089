"""Callbacks: what a payment gateway tells us of its own accord. Whoever else sends here is told nothing."""

from __future__ import annotations

import logging

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from relasi.engine.records.refusal import Refused
from relasi.kits.paying.gateway import Forged, GatewayTrouble
from relasi.modules.billing.online_paying import hear
from relasi.modules.billing.payment_gateway import gateway

log = logging.getLogger(__name__)
LONGEST = 64_000  # bytes


@csrf_exempt
@login_not_required
@never_cache
@require_POST
def told(request: HttpRequest, kind: str) -> HttpResponse:
    """200: booked, or booked before. 401: not signed with our key. 404: no such gateway or charge. 503: tell it again."""
    row = gateway(kind)
    speaking = row.speaking() if row is not None else None
    if row is None or speaking is None:
        return HttpResponse(status=404)
    if len(request.body) > LONGEST:
        return HttpResponse(status=413)
    try:
        state = speaking.read(request.body)
    except Forged as forged:
        log.warning("a message to %s was not genuine: %s", kind, forged)
        return HttpResponse(status=401)
    try:
        known = hear(row, state)
    except (GatewayTrouble, Refused):
        return HttpResponse(status=503)
    return HttpResponse(status=200 if known else 404)
