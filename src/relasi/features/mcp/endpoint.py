"""Endpoint: the protocol over HTTP, one address: each POST is one message and its answer, nothing is kept open."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _

from relasi.engine.api.caller import Caller
from relasi.engine.api.problem import Problem
from relasi.features.mcp.protocol import (
    BY_HANDSHAKE,
    BY_REQUEST,
    HEADER_MISMATCH,
    STATUS,
    Wrong,
    answer,
    failure,
    message_in,
    version_in,
)


def post(caller: Caller) -> HttpResponse:
    """A token alone opens it: no page of another site can borrow the cookie of a browser."""
    if caller.token is None:
        sentence, headers = _("Send a token: Authorization: Bearer rel_…"), {"WWW-Authenticate": "Bearer"}
        raise Problem(401, "NOT_SIGNED_IN", sentence, headers=headers)
    _check_origin(caller.request)
    try:
        message = message_in(caller.request.body)
    except Wrong as wrong:
        return _sent(failure(None, wrong))
    found = _mismatch(caller.request, message)
    return _sent(found if found is not None else answer(caller, message))


def _sent(found: dict[str, Any] | None) -> HttpResponse:
    if found is None:
        return HttpResponse(status=202)
    status = STATUS.get(found.get("error", {}).get("code"), 200)
    return JsonResponse(found, status=status, encoder=DjangoJSONEncoder)


def _check_origin(request: HttpRequest) -> None:
    """A name that was made to point here must not speak for another site."""
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != request.get_host():
        raise Problem(403, "FORGERY", _("Pages of other sites may not ask here."))


def _mismatch(request: HttpRequest, message: Any) -> dict[str, Any] | None:
    """The headers must say what the body says, so that nobody between reads another request than we do."""
    id = message.get("id") if isinstance(message, dict) else None
    header, version = request.headers.get("MCP-Protocol-Version"), version_in(message)
    if version is None:
        if header is None or header in BY_HANDSHAKE:
            return None
        data = {"supported": [*BY_REQUEST, *BY_HANDSHAKE], "requested": header}
        return failure(id, Wrong(-32022, "Unsupported protocol version", data))
    params = message["params"]
    told = {"MCP-Protocol-Version": version, "Mcp-Method": message.get("method")}
    if message.get("method") == "tools/call":
        told["Mcp-Name"] = params.get("name")
    for name, value in told.items():
        if request.headers.get(name) != value:
            return failure(id, Wrong(HEADER_MISMATCH, f"The header {name} does not match the body."))
    return None
