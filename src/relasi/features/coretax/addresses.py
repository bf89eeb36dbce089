"""Addresses of Coretax."""

from django.urls import path

from relasi.features.coretax import output_tax_page, page


def patterns() -> list[object]:
    return [
        path("coretax/", page.page, name="coretax"),
        path("coretax/export/", page.export_chosen, name="coretax_export"),
        path("coretax/buyers/", page.fill, name="coretax_buyers"),
        path("coretax/files/<int:id>/", page.download, name="coretax_file"),
        path("coretax/output-tax/", output_tax_page.page, name="coretax_output_tax"),
    ]
