"""Addresses of scheduled exports."""

from django.urls import path

from relasi.features.scheduled_exports import page


def patterns() -> list[object]:
    home = "export/scheduled/"
    return [
        path(home, page.page, name="scheduled_exports"),
        path(f"{home}new/", page.new),
        path(f"{home}<int:id>/", page.detail),
        path(f"{home}<int:id>/edit/", page.edit),
        path(f"{home}<int:id>/do/<slug:verb>/", page.act),
        path(f"{home}runs/<int:id>/file/", page.fetch),
    ]
