"""Addresses of the receivables."""

from django.urls import path

from relasi.features.receivables import page


def patterns() -> list[object]:
    return [
        path("receivables/", page.page, name="receivables"),
        path("receivables/rows/", page.behind, name="receivables_rows"),
        path("receivables/statement/<int:id>/", page.of_account, name="receivables_statement"),
    ]
