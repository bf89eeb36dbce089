from django.apps import AppConfig


class Records(AppConfig):
    name = "relasi.engine.records"
    label = "records"
