from django.apps import AppConfig


class Customize(AppConfig):
    name = "relasi.engine.customize"
    label = "customize"

    def ready(self) -> None:
        from relasi.engine.access.directory import when_read
        from relasi.engine.customize.overlay import lay_over_all

        when_read(lay_over_all)
