from importlib import import_module

from django.apps import AppConfig


class Customize(AppConfig):
    name = "relasi.engine.customize"
    label = "customize"

    def ready(self) -> None:
        from relasi.engine.access.directory import when_read
        from relasi.engine.customize.arranging import hold_field_rules, locked_fields, sections_of
        from relasi.engine.customize.labelling import make_modules_ask
        from relasi.engine.customize.overlay import lay_over_all
        from relasi.engine.records.field_rules import register_rules
        from relasi.engine.screens.arranged import register_arranging

        import_module("relasi.engine.customize.reactions")
        make_modules_ask()
        when_read(lay_over_all)
        register_arranging(sections_of, locked_fields)
        register_rules(hold_field_rules)
