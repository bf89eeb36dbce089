"""migrate, then all that must stand in a new database: partitions of the history, and every app's defaults."""

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.apps import apps
from django.core.management.commands.migrate import Command as Migrate
from django.db import connections
from django.utils.translation import gettext_noop

from relasi.engine.access.acting import SYSTEM, acting
from relasi.project import quick_migrations


class Command(Migrate):
    def handle(self, *args: Any, **options: Any) -> None:
        quick_migrations.install()
        super().handle(*args, **options)
        if options.get("app_label") or options.get("plan") or options.get("check_unapplied"):
            return
        with connections[options["database"]].cursor() as cursor:
            cursor.execute("SELECT records_ensure_partitions(3)")
        with acting(SYSTEM, via="system", reason=gettext_noop("Defaults")):
            for app in apps.get_app_configs():
                if app.name.startswith("relasi.") and find_spec(f"{app.name}.defaults"):
                    import_module(f"{app.name}.defaults").ensure_defaults()
