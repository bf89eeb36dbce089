"""Addresses of the month-end."""

from __future__ import annotations

from django.urls import path

from relasi.engine.api.addresses import ROOT
from relasi.engine.api.caller import by_method
from relasi.features.month_end import api, close_page, page


def instead_of_modules() -> list[object]:
    """Comes before the addresses of the modules: a period is closed on a page of its own."""
    return [path("closed-periods/new/", close_page.page)]


def patterns() -> list[object]:
    return [
        path("month-end/", page.page, name="month_end"),
        path("month-end/<int:id>/", page.snapshot),
    ]


def api_patterns() -> list[object]:
    """Comes before those of the API, of which the last takes whatever is left."""
    return [
        path(f"{ROOT}month-end", by_method(GET=api.snapshots)),
        path(f"{ROOT}month-end/<int:id>/<slug:part>", by_method(GET=api.rows)),
    ]
