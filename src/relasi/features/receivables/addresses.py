"""Addresses of the receivables and the payables."""

from django.urls import path

from relasi.features.receivables import page
from relasi.features.receivables.sides import PAYABLES, RECEIVABLES


def patterns() -> list[object]:
    return [
        path("receivables/", page.page, {"side": RECEIVABLES}, name="receivables"),
        path("receivables/totals/", page.totals, {"side": RECEIVABLES}, name="receivables_totals"),
        path("receivables/soon/", page.soon, {"side": RECEIVABLES}, name="receivables_soon"),
        path("receivables/rows/", page.behind, {"side": RECEIVABLES}, name="receivables_rows"),
        path("receivables/statement/<int:id>/", page.of_account, name="receivables_statement"),
        path("payables/", page.page, {"side": PAYABLES}, name="payables"),
        path("payables/totals/", page.totals, {"side": PAYABLES}, name="payables_totals"),
        path("payables/soon/", page.soon, {"side": PAYABLES}, name="payables_soon"),
        path("payables/rows/", page.behind, {"side": PAYABLES}, name="payables_rows"),
    ]
