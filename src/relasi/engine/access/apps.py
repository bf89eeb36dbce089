from django.apps import AppConfig


class Access(AppConfig):
    name = "relasi.engine.access"
    label = "access"
