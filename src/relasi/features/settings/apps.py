from django.apps import AppConfig


class Settings(AppConfig):
    name = "relasi.features.settings"
    label = "settings"

    def ready(self) -> None:
        from relasi.engine.assigning.able import register_at_work
        from relasi.kits.clock.working_week import works_at

        register_at_work(works_at)
