from django.apps import AppConfig


class Transfer(AppConfig):
    name = "relasi.engine.transfer"
    label = "transfer"
