"""Addresses of the import screens."""

from __future__ import annotations

from django.urls import path

from relasi.engine.transfer import wizard, wizard_result


def patterns() -> list[object]:
    return [
        path("import/", wizard_result.history, name="import_history"),
        path("import/<entry:entry>/", wizard.upload, name="import_upload"),
        path("import/<entry:entry>/<int:id>/", wizard.job_page, name="import_job"),
        path("import/<entry:entry>/<int:id>/progress/", wizard_result.progress, name="import_progress"),
        path("import/<entry:entry>/<int:id>/do/", wizard_result.do, name="import_do"),
        path("import/<entry:entry>/<int:id>/errors/", wizard_result.errors, name="import_errors"),
    ]
