from django.apps import AppConfig


class CompanyArchive(AppConfig):
    name = "relasi.features.company_archive"
    label = "company_archive"

    def ready(self) -> None:
        from relasi.features.company_archive import news  # noqa: F401  (registers the notification)
