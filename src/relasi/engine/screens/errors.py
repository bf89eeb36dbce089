"""What a person reads when a page is not there or broke."""

from __future__ import annotations

import uuid
from typing import Any

import structlog
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from relasi.engine.screens.pages import render_page
from relasi.engine.screens.shell import Shell

log = structlog.get_logger(__name__)


def not_found(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return _page(request, 404, _("This page is not here"),
                 _("It may have been deleted, or you may not be allowed to see it."))  # fmt: skip


def unreadable(request: HttpRequest) -> HttpResponse:
    return _page(request, 400, _("This address cannot be read"),
                 _("It holds signs that no address of ours has. Go back and try it once more."))  # fmt: skip


def forbidden(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return _page(request, 403, _("This request was not accepted"),
                 _("The form may be too old. Go back, load the page again and send it once more."))  # fmt: skip


def broken(request: HttpRequest) -> HttpResponse:
    code = uuid.uuid4().hex[:8]
    log.error("page_broken", code=code, path=request.path)
    return _page(request, 500, _("Something broke on our side"),
                 _("Nothing you sent was half saved. Try again; if it happens again, tell your admin this code."),
                 code)  # fmt: skip


def _page(request: HttpRequest, status: int, title: str, sentence: str, code: str = "") -> HttpResponse:
    visitor = getattr(request, "visitor", None)
    signed_in = bool(visitor and visitor.signed_in)
    context = {
        "shell": Shell(request) if signed_in and status != 500 else None,
        "title": title,
        "sentence": sentence,
        "code": code,
        "status": status,
    }
    return render_page(request, "screens/error.html", context, status=status)
