"""Addresses of the tie-out."""

from django.urls import path

from relasi.features.tie_out import page


def patterns() -> list[object]:
    return [
        path("settings/tie-out/", page.page, name="tie_out"),
        path("settings/tie-out/run/", page.run_now),
        path("settings/tie-out/<slug:key>/", page.detail),
    ]
