"""Addresses of invitations."""

from django.urls import path

from relasi.features.invitations import page


def patterns() -> list[object]:
    return [
        path("invitation/<str:token>/", page.asked),
        path("<entry:entry>/<int:id>/answer/", page.answer_here),
    ]
