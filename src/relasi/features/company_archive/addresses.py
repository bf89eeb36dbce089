"""Addresses of the company archive."""

from django.urls import path

from relasi.features.company_archive import page


def patterns() -> list[object]:
    return [
        path("settings/archive/", page.page, name="company_archive"),
        path("settings/archive/make/", page.begin),
        path("settings/archive/<int:id>/file/", page.fetch),
    ]
