"""The switches of the shell: language, theme and density, kept for the person or in a cookie before signing in."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_POST

from relasi.engine.records.write import update
from relasi.engine.screens.asking import back_to
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
        answer = HttpResponseRedirect(back_to(request, "/"))
    if visitor.user is not None and chosen:
        style = {"number_style": "," if chosen["language"] == "id" else "."} if "language" in chosen else {}
        update(User.objects.get(pk=visitor.user.pk), {**chosen, **style}, authorised="own preferences")
    for name, value in chosen.items():
        answer.set_cookie(
            name, value, max_age=YEAR, samesite="Lax", secure=request.is_secure(), httponly=True
        )
    return answer
