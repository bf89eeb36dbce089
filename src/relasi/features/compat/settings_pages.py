"""Pages of the compatibility API: the switch of the company, who has keys, and one's own."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from relasi.engine.access.door import has_tool
from relasi.engine.records.refusal import Refused
from relasi.engine.screens.asking import signed_in, user_of
from relasi.engine.screens.pages import render_page
from relasi.engine.screens.shell import Shell
from relasi.engine.screens.toasts import toast
from relasi.features.compat.access_key import TOOL, AccessKey, keys_of, make_key, revoke
from relasi.features.compat.metering import use_of
from relasi.features.compat.switch import is_on, turn
from relasi.features.settings.frame import admin_only, done, settings_page

OWN, ALL = "/preferences/access-keys/", "/settings/compat/"


@signed_in
def own(request: HttpRequest) -> HttpResponse:
    """POST makes one and shows it, this once."""
    key, errors, status = "", {}, 200
    user = user_of(request)
    if request.method == "POST":
        try:
            if not is_on() or request.visitor.impersonator:  # type: ignore[attr-defined]
                raise Http404  # a key outlives the look through somebody's eyes
            key = make_key(user, request.POST.get("name", ""))
        except Refused as refused:
            errors, status = refused.by_field(), refused.status
    context = {
        "shell": Shell(request, crumbs=[(_("Preferences"), "/preferences/mine/"), (_("Access keys"), None)]),
        "key": key, "errors": errors, "given": request.POST if errors else {}, "keys": _told(list(keys_of(user))),
        "may_make": has_tool(user, TOOL), "on": is_on(), "address": request.build_absolute_uri("/webservice.php"),
    }  # fmt: skip
    return render_page(request, "features/compat/own_keys.html", context, status=status)


def _told(rows: list[AccessKey]) -> list[dict[str, Any]]:
    used = use_of([row.pk for row in rows])
    return [{"key": row, "use": used.get(row.pk)} for row in rows]


@signed_in
@require_POST
def end(request: HttpRequest, id: int) -> HttpResponse:
    """One's own alone."""
    return _end(request, keys_of(user_of(request)).filter(pk=id).first(), OWN)


@admin_only
def page(request: HttpRequest) -> HttpResponse:
    living = AccessKey._base_manager.filter(trashed_at=None)
    rows = list(living.select_related("user").order_by("user__first_name", "user_id", "-id"))
    context = {
        "on": is_on(), "keys": _told(rows), "address": request.build_absolute_uri("/webservice.php"),
        "rest": request.build_absolute_uri("/restapi/v1/vtiger/default/"),
    }  # fmt: skip
    return settings_page(request, "compat.html", "compat", context)


@admin_only
@require_POST
def switch(request: HttpRequest) -> HttpResponse:
    on = request.POST.get("on") == "1"
    if on != is_on():
        turn(on)
        done(request, _("The compatibility API is on.") if on else _("The compatibility API is off."))
    return HttpResponseRedirect(ALL)


@admin_only
@require_POST
def end_any(request: HttpRequest, id: int) -> HttpResponse:
    found = AccessKey._base_manager.filter(pk=id, trashed_at=None).first()
    return _end(request, found, ALL)


def _end(request: HttpRequest, key: AccessKey | None, back: str) -> HttpResponse:
    if key is None:
        raise Http404
    revoke(key)
    toast(request, _("The access key “%(name)s” opens nothing any more.") % {"name": key.name})
    return HttpResponseRedirect(back)
