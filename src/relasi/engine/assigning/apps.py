from django.apps import AppConfig


class Assigning(AppConfig):
    name = "relasi.engine.assigning"
    label = "assigning"

    def ready(self) -> None:
        from relasi.engine.access.directory import when_read
        from relasi.engine.activity.timeline import Source, register_source
        from relasi.engine.assigning.giving import assign
        from relasi.engine.assigning.held import read_rules
        from relasi.engine.assigning.noting import moments
        from relasi.engine.records.assign_step import register_assigning

        when_read(read_rules)
        register_assigning(assign)
        register_source(Source("assigned", moments, "changes"))
