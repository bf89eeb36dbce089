"""What a request asks of a record page, and who may ask: the checks every screen begins with."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import wraps
from typing import Any
from urllib.parse import quote

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext

from relasi.engine.access.door import may
from relasi.engine.query.one import find_one
from relasi.engine.screens.shell import Entry, Shell

View = Callable[..., HttpResponseBase]


def signed_in(view: View) -> View:
    """Sends a stranger to the sign-in page, and back here afterwards."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.visitor.signed_in:  # type: ignore[attr-defined]
            return to_login(request)
        return view(request, *args, **kwargs)

    return checked


def to_login(request: HttpRequest) -> HttpResponse:
    target = f"/login/?next={quote(request.get_full_path())}"
    if getattr(request, "htmx", False):
        return HttpResponse(status=401, headers={"HX-Redirect": target})
    return HttpResponseRedirect(target)


def user_of(request: HttpRequest) -> Any:
    return request.visitor.user  # type: ignore[attr-defined]


def reader_of(request: HttpRequest) -> Any:
    return request.visitor.reader  # type: ignore[attr-defined]


def whole(text: Any) -> int | None:
    """The whole number somebody sent, None for anything else and for what no id or version can be."""
    text = str(text or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def wholes(texts: Iterable[str]) -> list[int]:
    """Those of the texts that are whole numbers."""
    return [number for number in map(whole, texts) if number is not None]


def day_asked(given: Mapping[str, str], name: str, otherwise: date) -> date:
    """The day somebody asked for; the other one where there is none, or none a company could mean."""
    try:
        found = date.fromisoformat(given.get(name, ""))
    except ValueError:
        return otherwise
    return found if 1900 < found.year < 2200 else otherwise


def must(request: HttpRequest, verb: str, entry: Entry) -> None:
    """404 unless the person may do the verb in the module at all."""
    if not may(user_of(request), verb, entry.module):
        raise Http404


def visible_record(request: HttpRequest, entry: Entry, id: int, *, trashed: bool | None = False) -> Any:
    """The record, or 404 for one that is not there or may not be seen. trashed None: in the bin or not."""
    for in_bin in (False, True) if trashed is None else (trashed,):
        record = find_one(user_of(request), entry.module, id, trashed=in_bin, fixed=dict(entry.fixed))
        if record is not None:
            return record
    raise Http404


def shell_for(request: HttpRequest, entry: Entry | None = None, *crumbs: tuple[Any, str | None]) -> Shell:
    """The shell of a page of this entry; the entry's own list comes first in the crumbs."""
    found: list[tuple[Any, str | None]] = []
    if entry is not None:
        if entry.module.is_settings:
            found.append((gettext("Settings"), "/settings/"))
        elif entry.area is not None:
            found.append((entry.area.label, None))
        found.append((entry.plural, entry.url if crumbs else None))
    return Shell(request, current=entry.slug if entry else "", crumbs=[*found, *crumbs])


def go_to(request: HttpRequest, target: str) -> HttpResponse:
    """Leads the browser to another page, out of a window drawn by htmx too."""
    if getattr(request, "htmx", False):
        return HttpResponse(status=204, headers={"HX-Redirect": target})
    return HttpResponseRedirect(target)


def back_to(request: HttpRequest, otherwise: str) -> str:
    """Where the person came from: what the form says, else the page before, as long as it is one of ours."""
    return own_address(request, request.POST.get("next") or request.headers.get("Referer", "")) or otherwise


def own_address(request: HttpRequest, target: str) -> str:
    """The address when it is one of ours, else nothing."""
    ours = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if target and ours else ""
