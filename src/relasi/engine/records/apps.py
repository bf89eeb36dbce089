from django.apps import AppConfig


class Records(AppConfig):
    name = "relasi.engine.records"
    label = "records"

    def ready(self) -> None:
        from relasi.engine.fields.reference import register_titles
        from relasi.engine.records.find import titles_for_acting

        register_titles(titles_for_acting)
