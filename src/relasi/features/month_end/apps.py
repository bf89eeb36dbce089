from django.apps import AppConfig


class MonthEnd(AppConfig):
    name = "relasi.features.month_end"
    label = "month_end"

    def ready(self) -> None:
        from relasi.features.month_end import reactions  # noqa: F401
