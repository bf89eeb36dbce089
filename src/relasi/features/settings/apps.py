from django.apps import AppConfig


class Settings(AppConfig):
    name = "relasi.features.settings"
    label = "settings"
