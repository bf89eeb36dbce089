"""Addresses of the start page."""

from django.urls import path

from relasi.features.home import page


def patterns() -> list[object]:
    return [
        path("", page.page, name="home"),
        path("home/steps/", page.steps, name="home_steps"),
    ]
