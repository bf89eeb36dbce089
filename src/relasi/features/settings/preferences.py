"""Preferences: what every person sets for themselves: name, how they read and write, how the screen looks."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from relasi.engine.records.refusal import Refused
from relasi.engine.records.write import update
from relasi.engine.screens.asking import signed_in, user_of
from relasi.engine.screens.pages import render_page
from relasi.engine.screens.shell import Shell
from relasi.engine.screens.start_page import start_pages
from relasi.engine.screens.toasts import toast
from relasi.features.compat.switch import is_on
from relasi.features.settings.editing import Form, zone_options
from relasi.users.user import User

# Whatever else a form sends is not looked at: a person's role, type and name to sign in by are an admin's.
PERSON = ["first_name", "last_name", "phone", "picture"]
READING = [
    "language",
    "zone",
    "date_style",
    "hour_style",
    "first_day",
    "number_style",
    "theme",
    "density",
    "start_page",
    "signature",
]
ABSENCE = ["away_from", "away_until", "deputy"]
ALL = [*PERSON, *READING, *ABSENCE]


class OwnForm(Form):
    """The fields a person may set for themselves, whatever their profile says."""

    @property
    def writable(self) -> set[str]:
        return set(ALL)

    @property
    def start_pages(self) -> list[tuple[str, Any]]:
        return start_pages(user_of(self.request))


@signed_in
def page(request: HttpRequest) -> HttpResponse:
    user = User.objects.get(pk=user_of(request).pk)
    form = OwnForm(request, User, ALL, user)
    if request.method == "POST":
        try:
            update(user, form.given(), version=form.version, authorised="own preferences")
        except Refused as refused:
            form.refused = refused
        else:
            toast(request, _("Your preferences are saved."))
            return HttpResponseRedirect("/preferences/mine/")
    inputs = {one.name: one for one in form.inputs}
    context = {
        "shell": Shell(request, crumbs=[(_("Preferences"), None)]),
        "form": form,
        "person": [inputs[name] for name in PERSON],
        "reading": [inputs[name] for name in READING],
        "absence": [inputs[name] for name in ABSENCE],
        "me": user,
        "zone_options": zone_options,
        "compat_on": is_on(),
    }
    return render_page(request, "features/settings/preferences.html", context, status=form.status)
