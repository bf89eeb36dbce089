"""Gate: nobody passes without signing in, unless a page says that it is open; before the first run all lead there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from relasi.engine.access.directory import directory
from relasi.engine.access.door import rights_of
from relasi.engine.screens.asking import to_login
from relasi.features.sign_in.bounds import out_of_bounds

WELCOME = "/welcome/"

# What works before there is anybody: the first run itself, its switch of language, and the check of machines.
BEFORE_ANYBODY = (WELCOME, "/preferences/", "/healthz")


class Gate:
    """Middleware. A view is open when it is marked by Django's login_not_required."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: Any, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        if request.visitor.signed_in:
            return turned_out(request) if getattr(view, "login_required", True) else None
        if request.path not in BEFORE_ANYBODY and nobody_yet():
            return HttpResponseRedirect(WELCOME)
        if not getattr(view, "login_required", True):
            return None
        return to_login(request) if wants_a_page(request) else HttpResponse(status=401)


def turned_out(request: Any) -> HttpResponse | None:
    """Ends the session of somebody whose hours are over or who has moved to another address."""
    visitor = request.visitor
    reason = out_of_bounds(request, visitor.impersonator or visitor.user, rights_of(visitor.user).directory)
    if not reason:
        return None
    logout(request)
    if not wants_a_page(request):
        return HttpResponse(status=401)
    away = f"/login/?refused={reason}"
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(status=401, headers={"HX-Redirect": away})
    return HttpResponseRedirect(away)


def nobody_yet() -> bool:
    return not directory().people


def wants_a_page(request: HttpRequest) -> bool:
    """Whether a person waits for a page; a script or a program is told by the status alone."""
    if request.headers.get("X-Requested-With"):
        return False
    return request.headers.get("HX-Request") == "true" or request.accepts("text/html")
