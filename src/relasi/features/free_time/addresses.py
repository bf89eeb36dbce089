"""Addresses of the search for a free time."""

from django.urls import path

from relasi.features.free_time import page


def patterns() -> list[object]:
    return [path("calendar/free/", page.page)]
