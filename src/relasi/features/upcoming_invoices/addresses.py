"""Address of the upcoming invoices."""

from django.urls import path

from relasi.features.upcoming_invoices import page


def patterns() -> list[object]:
    return [path("upcoming-invoices/", page.page, name="upcoming_invoices")]
