from django.apps import AppConfig


class Bulk(AppConfig):
    name = "relasi.engine.bulk"
    label = "bulk"
