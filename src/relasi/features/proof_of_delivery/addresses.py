"""Addresses of the proof of delivery."""

from django.urls import path

from relasi.features.proof_of_delivery import page


def patterns() -> list[object]:
    return [path("<entry:entry>/<int:id>/proof/", page.page, name="proof")]
