"""Addresses of what programs with tools ask, and of what they propose."""

from django.urls import path

from relasi.engine.api.caller import by_method
from relasi.features.mcp import endpoint, pages


def patterns() -> list[object]:
    return [
        path("mcp", by_method(POST=endpoint.post)),
        path("proposals/", pages.page),
        path("proposals/<int:id>/", pages.one),
        path("proposals/<int:id>/approve/", pages.approve),
        path("proposals/<int:id>/refuse/", pages.refuse),
    ]
