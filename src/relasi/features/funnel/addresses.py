"""Addresses of the funnel."""

from django.urls import path

from relasi.features.funnel import page


def patterns() -> list[object]:
    return [path("funnel/", page.page, name="funnel")]
