"""Addresses of the reconciliation."""

from django.urls import path

from relasi.features.reconciliation import page


def patterns() -> list[object]:
    return [
        path("reconciliation/", page.page, name="reconciliation"),
        path("reconciliation/file/", page.read, name="reconciliation_file"),
        path("reconciliation/certain/", page.certain, name="reconciliation_certain"),
        path("reconciliation/<int:id>/", page.take_one, name="reconciliation_one"),
    ]
