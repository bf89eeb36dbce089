"""Addresses of the start page."""

from django.urls import path

from relasi.features.home import page


def patterns() -> list[object]:
    return [
        path("", page.page, name="home"),
        path("first-steps/", page.steps, name="first_steps"),
    ]
