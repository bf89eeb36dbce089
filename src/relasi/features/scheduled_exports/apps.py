from django.apps import AppConfig


class ScheduledExports(AppConfig):
    name = "relasi.features.scheduled_exports"
    label = "scheduled_exports"

    def ready(self) -> None:
        from relasi.features.scheduled_exports import news  # noqa: F401  (registers the notifications)
