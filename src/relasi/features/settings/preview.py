"""Looking at Relasi through somebody else's eyes: an admin signs in as a user, and history names both."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from relasi.engine.screens.asking import signed_in, user_of
from relasi.engine.screens.toasts import toast
from relasi.engine.screens.visitor import AS_USER
from relasi.features.settings import users
from relasi.features.settings.frame import admin_only
from relasi.features.sign_in.attempt import device_of, ip_of
from relasi.users.sign_in_log import Result, record


@admin_only
@require_POST
def start(request: HttpRequest, id: int) -> HttpResponse:
    """Only as an active colleague, and never on top of another preview."""
    user, admin = users.user_or_404(id), user_of(request)
    if user.pk == admin.pk or request.visitor.impersonator:  # type: ignore[attr-defined]
        raise Http404
    if not user.is_active:
        return users.detail(request, id, status=422, note=_("Only an active user can be looked through."))
    record(Result.SEEN_AS, user=user, by=admin, ip=ip_of(request), device=device_of(request))
    request.session[AS_USER] = user.pk
    return HttpResponseRedirect("/")


@signed_in
@require_POST
def stop(request: HttpRequest) -> HttpResponse:
    seen_as = request.session.pop(AS_USER, None)
    if seen_as is None:
        return HttpResponseRedirect("/")
    toast(request, _("You are yourself again."))
    return HttpResponseRedirect(f"/settings/users/{seen_as}/")
