"""Addresses of the scheduler."""

from django.urls import path

from relasi.features.scheduler import page


def patterns() -> list[object]:
    return [
        path("settings/scheduler/", page.page, name="scheduler"),
        path("settings/scheduler/<str:task>/", page.detail),
        path("settings/scheduler/<str:task>/run/", page.run_now),
    ]
