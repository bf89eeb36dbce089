"""Addresses of the import and export screens."""

from __future__ import annotations

from django.urls import path


def patterns() -> list[object]:
    from relasi.engine.transfer import columns_step, export_page, file_compared, job_page, wizard

    return [
        path("import/", job_page.history, name="imports"),
        path("import/<int:id>/", job_page.page, name="import_job"),
        path("import/<int:id>/columns/", columns_step.columns, name="import_columns"),
        path("import/<int:id>/duplicates/", wizard.duplicates, name="import_duplicates"),
        path("import/<int:id>/compared/", file_compared.page, name="import_compared"),
        path("import/<int:id>/errors.csv", job_page.faults_file, name="import_faults"),
        path("import/<int:id>/file/", job_page.original, name="import_original"),
        path("import/<int:id>/do/<slug:verb>/", job_page.act, name="import_act"),
        path("export/", export_page.history, name="exports"),
        path("export/<int:id>/", export_page.page, name="export_job"),
        path("export/<int:id>/file/", export_page.fetch, name="export_file"),
        path("export/<entry:entry>/", export_page.start, name="export_start"),
        path("import/<entry:entry>/", wizard.start, name="import_start"),
        path("import/<entry:entry>/template.csv", wizard.template, name="import_template"),
    ]
