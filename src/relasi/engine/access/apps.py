from django.apps import AppConfig


class Access(AppConfig):
    name = "relasi.engine.access"
    label = "access"

    def ready(self) -> None:
        from relasi.engine.access.owner_sets import owners_called
        from relasi.engine.fields.owner import register_owner_sets

        register_owner_sets(owners_called)
