"""Tokens of the API: one's own, each shown once, and for an admin those of everybody, with how often they are used."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from relasi.engine.access.door import has_tool, may
from relasi.engine.api.metering import last_used, use_by_day
from relasi.engine.api.token import ALL, TOOL, ApiToken, make_token, revoke, tokens_of
from relasi.engine.declare.registry import registry
from relasi.engine.records.refusal import Refused
from relasi.engine.screens.asking import signed_in, user_of
from relasi.engine.screens.pages import render_page
from relasi.engine.screens.shell import Shell
from relasi.engine.screens.toasts import toast
from relasi.features.settings.frame import admin_only, settings_page

DAYS = (30, 90, 365)


@signed_in
def own(request: HttpRequest) -> HttpResponse:
    """POST makes one and shows it, this once."""
    token, errors, status = "", {}, 200
    if request.method == "POST":
        try:
            token = _make(request)
        except Refused as refused:
            errors, status = refused.by_field(), refused.status
    user = user_of(request)
    rows = list(tokens_of(user))
    context = {
        "shell": Shell(request, crumbs=[(_("Preferences"), "/preferences/mine/"), (_("API tokens"), None)]),
        "token": token,
        "errors": errors,
        "given": request.POST if errors else {},
        "tokens": _told(rows),
        "may_make": has_tool(user, TOOL),
        "days": use_by_day(tokens_of(user)) if rows else [],
        "modules": _modules(user),
        "ends": [("", _("Never")), *((str(n), _("In %(n)s days") % {"n": n}) for n in DAYS)],
    }
    return render_page(request, "features/settings/own_tokens.html", context, status=status)


def _modules(user: Any) -> list[tuple[str, Any]]:
    """(slug, name) of the modules a token of this person may be limited to."""
    return [(one.slug, one.plural) for one in registry if one.is_record and may(user, "view", one)]


def _make(request: HttpRequest) -> str:
    """Raises Refused. Without a module ticked the token opens all of them."""
    if request.visitor.impersonator:  # type: ignore[attr-defined]
        raise Http404  # a token outlives the look through somebody's eyes
    post, user = request.POST, user_of(request)
    scopes = ["read", "write"] if post.get("access") == "write" else ["read"]
    known = {slug for slug, _name in _modules(user)}
    chosen = [slug for slug in post.getlist("modules") if slug in known]
    days = post.get("ends", "")
    ends = timezone.now() + timedelta(days=int(days)) if days in map(str, DAYS) else None
    return make_token(user, post.get("name", ""), dict.fromkeys(chosen or [ALL], scopes), ends)


def _told(rows: list[ApiToken]) -> list[dict[str, Any]]:
    used = last_used([row.pk for row in rows])
    return [{"token": row, "opens": _opens(row), "used": used.get(row.pk)} for row in rows]


def _opens(token: ApiToken) -> str:
    """What it opens, in words."""
    parts = []
    for slug, scopes in token.scopes.items():
        verb = _("read and write") if "write" in scopes else _("read")
        try:
            where = _("everything") if slug == ALL else str(registry.by_slug(slug).plural)
        except LookupError:
            continue
        parts.append(f"{where}: {verb}")
    return ", ".join(parts)


@signed_in
@require_POST
def end(request: HttpRequest, id: int) -> HttpResponse:
    """One's own alone."""
    return _end(request, tokens_of(user_of(request)).filter(pk=id).first(), "/preferences/tokens/")


@admin_only
def all_tokens(request: HttpRequest) -> HttpResponse:
    living = ApiToken._base_manager.filter(trashed_at=None)
    rows = list(living.select_related("user").order_by("user__first_name", "user_id", "-id"))
    context = {"tokens": _told(rows), "days": use_by_day(ApiToken._base_manager.all()), "now": timezone.now()}
    return settings_page(request, "tokens.html", "tokens", context)


@admin_only
@require_POST
def end_any(request: HttpRequest, id: int) -> HttpResponse:
    found = ApiToken._base_manager.filter(pk=id, trashed_at=None).first()
    return _end(request, found, "/settings/tokens/")


def _end(request: HttpRequest, token: ApiToken | None, back: str) -> HttpResponse:
    if token is None:
        raise Http404
    revoke(token)
    toast(request, _("The token “%(name)s” opens nothing any more.") % {"name": token.name})
    return HttpResponseRedirect(back)
