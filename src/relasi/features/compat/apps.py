from django.apps import AppConfig


class Compat(AppConfig):
    name = "relasi.features.compat"
    label = "compat"
