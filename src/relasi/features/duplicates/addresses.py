"""Addresses of the duplicates."""

from django.urls import path

from relasi.features.duplicates import page


def patterns() -> list[object]:
    return [
        path("duplicates/", page.page, name="duplicates"),
        path("duplicates/look/", page.look, name="duplicates_look"),
        path("duplicates/<int:id>/dismiss/", page.dismiss, name="duplicates_dismiss"),
    ]
