"""Settings: the first page, one card for each thing that can be set."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from relasi.features.settings.frame import admin_only, groups, settings_page


@admin_only
def page(request: HttpRequest) -> HttpResponse:
    return settings_page(request, "home.html", "", {"groups": groups()})
