"""The last app to load: binds every declared module, and hears who reacts to what and which figures tie out."""

from importlib import import_module
from importlib.util import find_spec

from django.apps import AppConfig, apps


class Relasi(AppConfig):
    name = "relasi.project"
    label = "project"

    def ready(self) -> None:
        from relasi.engine.declare import checks  # noqa: F401  (registers the checks)
        from relasi.engine.declare.registry import registry

        registry.bind()
        for app in apps.get_app_configs():
            for spoken in ("reactions", "tying"):
                if app.name.startswith("relasi.") and find_spec(f"{app.name}.{spoken}"):
                    import_module(f"{app.name}.{spoken}")
