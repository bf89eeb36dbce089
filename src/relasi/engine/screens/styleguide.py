"""Style guide: one page that shows every component and every field kind, for people who build screens."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from relasi.engine.fields.reader import current_reader
from relasi.engine.fields.samples import draw_samples
from relasi.engine.screens.pages import render_page


def styleguide(request: HttpRequest) -> HttpResponse:
    return render_page(request, "screens/styleguide.html", {"fields": draw_samples(current_reader())})
