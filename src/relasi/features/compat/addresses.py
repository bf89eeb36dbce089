"""Addresses of the compatibility API, as programs have them, and of its settings."""

from __future__ import annotations

from django.urls import path

from relasi.features.compat import settings_pages, views

REST = "restapi/v1/vtiger/default/<slug:operation>"


def patterns() -> list[object]:
    return [
        path("webservice.php", views.webservice),
        path(REST, views.rest),
        path("preferences/access-keys/", settings_pages.own),
        path("preferences/access-keys/<int:id>/end/", settings_pages.end),
        path("settings/compat/", settings_pages.page),
        path("settings/compat/switch/", settings_pages.switch),
        path("settings/compat/keys/<int:id>/end/", settings_pages.end_any),
    ]
