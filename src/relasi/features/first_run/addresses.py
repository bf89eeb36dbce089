"""The one address of the first run."""

from __future__ import annotations

from django.urls import path

from relasi.features.first_run.page import welcome


def patterns() -> list[object]:
    return [path("welcome/", welcome, name="welcome")]
