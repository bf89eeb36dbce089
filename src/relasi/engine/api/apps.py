from django.apps import AppConfig


class Api(AppConfig):
    name = "relasi.engine.api"
    label = "api"
