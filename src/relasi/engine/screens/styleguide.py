"""Style guide: one page that shows every component and every field kind, for people who build screens."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse

from relasi.engine.screens.pages import render_page


def styleguide(request: HttpRequest, fields: Any = "") -> HttpResponse:
    """The whole guide. fields: markup of the field kinds' section."""
    return render_page(request, "screens/styleguide.html", {"fields": fields})
