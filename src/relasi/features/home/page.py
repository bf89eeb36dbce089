"""Home: the page a day begins with."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from relasi.engine.query.arrangement import hide_steps, steps_hidden
from relasi.engine.screens.asking import reader_of, signed_in, user_of
from relasi.engine.screens.pages import render_page
from relasi.engine.screens.shell import HOME, Shell
from relasi.features.home.cards import cards_for, recent
from relasi.features.home.steps import steps_of


@signed_in
def page(request: HttpRequest) -> HttpResponse:
    user, reader = user_of(request), reader_of(request)
    shell = Shell(request, crumbs=[(_("Home"), None)])
    cards = cards_for(user, reader)
    now = reader.now()
    context = {
        "shell": shell,
        "greeting": greeting(now, user.first_name or user.full_name),
        "now": now,
        "day_cards": [card for card in cards if card.is_today],
        "waiting": [card for card in cards if not card.is_today],
        "recent": recent(user),
        "steps": steps_of(user),
        "steps_hidden": steps_hidden(user),
        "calendar": any(url == "/calendar/" for _label, url, _icon, _current in shell.shortcuts),
    }
    return render_page(request, "features/home/page.html", context, part="home")


@signed_in
@require_POST
def steps(request: HttpRequest) -> HttpResponse:
    """Puts the first steps away, or shows them again (show=1)."""
    hide_steps(user_of(request), not request.POST.get("show"))
    return HttpResponseRedirect(HOME)


def greeting(now: datetime, name: Any) -> str:
    """By the hour of the reader: until eleven, until three, until six, and the evening."""
    hour = now.hour
    if hour < 11:
        sentence = _("Good morning, %(name)s")
    elif hour < 15:
        sentence = _("Hello, %(name)s")
    elif hour < 18:
        sentence = _("Good afternoon, %(name)s")
    else:
        sentence = _("Good evening, %(name)s")
    return sentence % {"name": name}
