"""Caller: who asks, by token or in the browser where they are signed in, and how each of their requests is answered."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import Any

import structlog
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from relasi.engine.access.acting import acting
from relasi.engine.access.company import company
from relasi.engine.access.door import has_tool, may
from relasi.engine.api.company_usage import CompanyAllowance, count_for_company
from relasi.engine.api.daily import DailyAllowance, count_of_day
from relasi.engine.api.idempotency import once
from relasi.engine.api.metering import Allowance, count_call, note_call
from relasi.engine.api.problem import Problem, not_there, refused, respond
from relasi.engine.api.token import TOOL, ApiToken, find_token
from relasi.engine.declare.module import Module
from relasi.engine.fields.kind import Invalid
from relasi.engine.fields.reader import Reader, reading_as
from relasi.engine.records.again import whole
from relasi.engine.records.refusal import Refused

log = structlog.get_logger(__name__)
READING = ("GET", "HEAD")
VERSION = "1"


@dataclass
class Caller:
    """token: None for a person in the browser, who may all that their profile allows."""

    request: HttpRequest
    user: Any
    token: ApiToken | None = None

    def reads(self, module: Module) -> bool:
        return self.token is None or self.token.allows(module.slug, "read")

    def must_see(self, module: Module) -> None:
        if module.self_ruled or not may(self.user, "view", module):
            raise not_there()
        self._must_have(module, "read")

    def must_write(self, module: Module) -> None:
        self.must_see(module)
        self._must_have(module, "write")
        if module.is_settings:
            raise Problem(403, "NO_PERMISSION", _("Settings are changed on their pages."))

    def _must_have(self, module: Module, scope: str) -> None:
        if self.token is not None and not self.token.allows(module.slug, scope):
            word = f"{module.slug}:{scope}"
            raise Problem(403, "SCOPE", _("This token lacks the scope “%(scope)s”.") % {"scope": word})

    def must_write_everything(self) -> None:
        if self.token is not None and not self.token.allows("*", "write"):
            raise Problem(403, "SCOPE", _("This token lacks the scope “%(scope)s”.") % {"scope": "*:write"})


View = Callable[..., HttpResponse]


def by_method(**views: View) -> View:
    """One address. Each view takes the caller and what stands in the brackets of the address."""
    views.setdefault("HEAD", views["GET"]) if "GET" in views else None
    allowed = ", ".join(sorted({*views, "OPTIONS"}))

    @csrf_exempt
    @login_not_required
    @wraps(next(iter(views.values())))
    def answered(request: HttpRequest, **where: Any) -> HttpResponse:
        if request.method == "OPTIONS":
            return HttpResponse(status=204, headers={"Allow": allowed})
        return _answered(request, views.get(request.method or ""), allowed, where)

    answered.methods = tuple(views)  # type: ignore[attr-defined]
    return answered


def _answered(request: HttpRequest, view: View | None, allowed: str, where: dict[str, Any]) -> HttpResponse:
    language = _language(request)
    allowance: list[Allowance] = []
    token: ApiToken | None = None
    with translation.override(language or translation.get_language()):
        try:
            token = _token_of(request)
            if token is not None:
                allowance += [count_call(token), *filter(None, [count_of_day(token), count_for_company()])]
            answer = _inside(request, token, allowance, view, allowed, where)
        except Problem as problem:
            answer = respond(request, problem)
    for one in allowance:
        for name, value in one.headers.items():
            answer[name] = value
    if token is not None:
        entry = where.get("entry")
        note_call(token, entry.module.slug if entry is not None else "", answer.status_code)
    answer.setdefault("Cache-Control", "private, no-store")
    answer["Vary"] = "Authorization, Accept-Language, Cookie"
    return answer


def _inside(
    request: HttpRequest,
    token: ApiToken | None,
    allowance: list[Allowance],
    view: View | None,
    allowed: str,
    where: dict[str, Any],
) -> HttpResponse:
    user = token.user if token is not None else request.visitor.user  # type: ignore[attr-defined]
    if user is None:
        sentence = _("Send a token: Authorization: Bearer rel_…")
        raise Problem(401, "NOT_SIGNED_IN", sentence, headers={"WWW-Authenticate": 'Bearer realm="Relasi"'})
    with _as(request, user, token):
        over = next((one for one in reversed(allowance) if one.exceeded), None)
        if isinstance(over, CompanyAllowance):
            raise Problem(
                429,
                "RATE_LIMITED",
                _("The company has used all its API calls of today. They begin anew at midnight."),
            )
        if isinstance(over, DailyAllowance):
            raise Problem(
                429,
                "RATE_LIMITED",
                _("This token has used all calls of today. It works again after midnight."),
            )
        if over is not None:
            raise Problem(429, "RATE_LIMITED", _("Too many requests in this minute. Wait a little."))
        if not has_tool(user, TOOL):
            raise Problem(403, "NO_PERMISSION", _("Your permission profile does not include the API."))
        if view is None:
            raise Problem(405, "METHOD", _("This address does not take that."), headers={"Allow": allowed})
        if token is None:
            _check_forgery(request)
        return _tried(request, Caller(request, user, token), view, where)


def _tried(request: HttpRequest, caller: Caller, view: View, where: dict[str, Any]) -> HttpResponse:
    """The answer of the view, or what it raises as a problem. Whatever is raised has undone what was begun."""
    try:
        return whole(lambda: once(request, caller.user, lambda: view(caller, **where)))
    except Refused as wrong:
        raise refused(wrong.refusals, wrong.status) from None
    except Invalid as wrong:
        raise Problem(422, wrong.code, wrong.message) from None
    except Http404:
        raise not_there() from None
    except RequestDataTooBig:
        raise Problem(413, "OUT_OF_RANGE", _("That is too much at once.")) from None
    except SuspiciousOperation:
        raise Problem(400, "INVALID_VALUE", _("This request cannot be read.")) from None
    except Problem:
        raise
    except Exception:
        code = uuid.uuid4().hex[:8]
        log.exception("api_broken", code=code, path=request.path)
        sentence = _(
            "Nothing you sent was half saved. Try again; if it happens again, tell your admin this code."
        )
        raise Problem(500, "BROKEN", sentence, broken=code) from None


def _as(request: HttpRequest, user: Any, token: ApiToken | None) -> AbstractContextManager[None]:
    visitor = request.visitor  # type: ignore[attr-defined]
    impersonator = visitor.impersonator if token is None else None
    reason = "" if token is None else token.name
    return speaking_as(user, _language(request) or user.language, reason, impersonator)


@contextmanager
def speaking_as(user: Any, language: str, reason: str = "", impersonator: Any = None) -> Iterator[None]:
    """Numbers are written with a point and days year first, whoever reads; sentences in the language given."""
    reader = Reader(language=language, zone=user.zone, decimal=".", group=",", currency=company().currency)
    with ExitStack() as stack:
        stack.enter_context(acting(user, via="api", reason=reason, impersonator=impersonator))
        stack.enter_context(translation.override(language))
        stack.enter_context(timezone.override(reader.tz))
        stack.enter_context(reading_as(reader))
        yield


def _token_of(request: HttpRequest) -> ApiToken | None:
    header = request.headers.get("Authorization")
    if header is None:
        return None
    kind, _space, text = header.partition(" ")
    found = find_token(text.strip()) if kind.lower() == "bearer" else None
    if found is None:
        sentence = _("This token does not open anything: it is wrong, revoked or expired.")
        raise Problem(
            401, "NOT_SIGNED_IN", sentence, headers={"WWW-Authenticate": 'Bearer error="invalid_token"'}
        )
    return found


def _language(request: HttpRequest) -> str:
    """What Accept-Language asks for among ours; "" where it asks for none of them."""
    for part in request.headers.get("Accept-Language", "").split(","):
        word = part.partition(";")[0].strip()[:2].lower()
        if word in ("id", "en"):
            return word
    return ""


def _check_forgery(request: HttpRequest) -> None:
    """A browser sends its cookie by itself, so what changes something must carry the token of a page of ours."""
    if request.method in READING:
        return
    guard = CsrfViewMiddleware(lambda _request: HttpResponse())
    guard.process_request(request)
    if guard.process_view(request, _forgeable, (), {}) is not None:
        raise Problem(403, "FORGERY", _("Send the token of the page in X-CSRFToken."))


def _forgeable(request: HttpRequest) -> HttpResponse:
    return HttpResponse()
