from importlib import import_module

from django.apps import AppConfig


class Customize(AppConfig):
    name = "relasi.engine.customize"
    label = "customize"

    def ready(self) -> None:
        from relasi.engine.access.directory import when_read
        from relasi.engine.customize.overlay import lay_over_all

        import_module("relasi.engine.customize.reactions")
        when_read(lay_over_all)
