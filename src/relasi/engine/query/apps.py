from django.apps import AppConfig


class Query(AppConfig):
    name = "relasi.engine.query"
    label = "query"
