from django.apps import AppConfig


class Settings(AppConfig):
    name = "relasi.features.settings"
    label = "settings"

    def ready(self) -> None:
        from relasi.engine.activity.choices import register_works_on
        from relasi.engine.assigning.able import register_at_work
        from relasi.kits.clock.stored_hours import works_at, works_on

        register_at_work(works_at)
        register_works_on(works_on)
