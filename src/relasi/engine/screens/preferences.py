"""The switches of the shell: language, theme and density, kept for the person or in a cookie before signing in."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from relasi.engine.records.write import update
from relasi.users.user import User

SWITCHES = {
    "language": ("id", "en"),
    "theme": ("auto", "light", "dark"),
    "density": ("compact", "comfortable", "spacious"),
}
YEAR = 365 * 24 * 3600


@login_not_required
@require_POST
def switch(request: HttpRequest) -> HttpResponse:
    chosen = {
        name: request.POST[name] for name, allowed in SWITCHES.items() if request.POST.get(name) in allowed
    }
    visitor = request.visitor  # type: ignore[attr-defined]
    if getattr(request, "htmx", False) or request.headers.get("X-Requested-With"):
        answer = HttpResponse(status=204)
    else:
        answer = HttpResponseRedirect(_back(request))
    if visitor.user is not None and chosen:
        style = {"number_style": "," if chosen["language"] == "id" else "."} if "language" in chosen else {}
        update(User.objects.get(pk=visitor.user.pk), {**chosen, **style}, authorised="own preferences")
    for name, value in chosen.items():
        answer.set_cookie(
            name, value, max_age=YEAR, samesite="Lax", secure=request.is_secure(), httponly=True
        )
    return answer


def _back(request: HttpRequest) -> str:
    target = request.POST.get("next") or request.headers.get("Referer", "/")
    allowed = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if allowed else "/"
