from django.apps import AppConfig


class Duplicates(AppConfig):
    name = "relasi.features.duplicates"
    label = "duplicates"
