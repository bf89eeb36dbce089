from django.apps import AppConfig


class Scheduler(AppConfig):
    name = "relasi.features.scheduler"
    label = "scheduler"

    def ready(self) -> None:
        from relasi.features.scheduler import alarm  # noqa: F401  (registers the notification)
