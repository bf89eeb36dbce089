from django.apps import AppConfig


class TieOut(AppConfig):
    name = "relasi.features.tie_out"
    label = "tie_out"

    def ready(self) -> None:
        # Checks of rooms that are no apps of their own, and what admins are told.
        from relasi.engine.records import final_numbers_tie  # noqa: F401
        from relasi.features.tie_out import news  # noqa: F401
        from relasi.kits.trade import tying  # noqa: F401
