"""Addresses of the recurring revenue."""

from django.urls import path

from relasi.features.recurring_revenue import page


def patterns() -> list[object]:
    return [
        path("recurring-revenue/", page.page, name="recurring_revenue"),
        path("recurring-revenue/rows/", page.behind, name="recurring_revenue_rows"),
    ]
