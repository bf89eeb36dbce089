from django.apps import AppConfig


class Records(AppConfig):
    name = "relasi.engine.records"
    label = "records"

    def ready(self) -> None:
        from relasi.engine.fields.known_above import register_sight, register_titles
        from relasi.engine.records import company_reactions  # noqa: F401  (hears what happens)
        from relasi.engine.records.find import acting_sees, titles_for_acting

        register_titles(titles_for_acting)
        register_sight(acting_sees)
