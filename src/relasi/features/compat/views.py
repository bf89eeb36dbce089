"""Views: the two addresses programs speak to. Neither knows the cookie of a browser, so no page elsewhere can act in a
person's name, and neither needs a token against forgery."""

from __future__ import annotations

import json
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from relasi.engine.access.acting import SYSTEM, acting
from relasi.features.compat import asked as asking
from relasi.features.compat import signing_in
from relasi.features.compat.asked import Asked
from relasi.features.compat.caller import run, tried
from relasi.features.compat.metering import Used
from relasi.features.compat.operations import operation_named
from relasi.features.compat.switch import is_on
from relasi.features.compat.wrong import Wrong

OFF = "This interface is switched off"
NEEDS_NAME = {401: 'Basic realm="Relasi"'}
STATUS = {
    "INVALID_USER_CREDENTIALS": 401, "AUTHENTICATION_REQUIRED": 401, "AUTHENTICATION_FAILURE": 401, "RATE_LIMITED": 429,
}  # fmt: skip


@csrf_exempt
@login_not_required
def webservice(request: HttpRequest) -> HttpResponse:
    """Always 200 once it is switched on; what went wrong stands in the body."""
    if not is_on():
        return _failed(Wrong("OPERATION_NOT_SUPPORTED", OFF), 404)
    try:
        return _answer(tried(lambda: _operate(asking.read(request))))
    except Wrong as wrong:
        return _failed(wrong, 200)


def _operate(asked: Asked) -> Any:
    name = asked.text("operation").lower()
    if name in ("getchallenge", "login"):
        return signing_in.getchallenge(asked) if name == "getchallenge" else signing_in.login(asked)
    if name not in ("logout", "extendsession"):
        operation = operation_named(name)
    session = signing_in.session_of(asked)
    if name == "logout":
        return signing_in.logout(session)
    if name == "extendsession":
        with acting(SYSTEM, via="system"):
            return signing_in.extendsession(session, asked)
    return run(session.key, lambda: operation(asked))[0]


@csrf_exempt
@login_not_required
def rest(request: HttpRequest, operation: str) -> HttpResponse:
    """200, or 400 with the message as the reason phrase, which is all that some programs look at; 401 for a wrong key."""
    if not is_on():
        return _failed(Wrong("OPERATION_NOT_SUPPORTED", OFF), 404)
    used: Used | None = None
    try:
        key = signing_in.key_of_basic(request)
        done = operation_named(operation.lower())
        asked = asking.read(request)
        result, used = run(key, lambda: done(asked))
        answer = _answer(result)
    except Wrong as wrong:
        used = wrong.used
        answer = _failed(wrong, STATUS.get(str(wrong.code), 400))
    for name, value in used.headers.items() if used is not None else ():
        answer[name] = value
    answer["X-Vtiger-Version"] = signing_in.PRODUCT
    return answer


def _answer(result: Any) -> HttpResponse:
    return _json({"success": True, "result": result}, 200)


def _failed(wrong: Wrong, status: int) -> HttpResponse:
    answer = _json({"success": False, "error": {"code": wrong.code, "message": wrong.message}}, status)
    if status >= 400:
        words = " ".join(wrong.message.encode("ascii", "replace").decode().split())
        answer.reason_phrase = words[:200] or "Refused"
    if status in NEEDS_NAME:
        answer["WWW-Authenticate"] = NEEDS_NAME[status]
    return answer


def _json(body: dict[str, Any], status: int) -> HttpResponse:
    text = json.dumps(body, ensure_ascii=False, cls=DjangoJSONEncoder)
    answer = HttpResponse(
        text.encode(errors="replace"), status=status, content_type="application/json; charset=UTF-8"
    )
    answer["Content-Length"] = str(len(answer.content))
    answer["Cache-Control"] = "private, no-store"
    return answer
