from django.apps import AppConfig


class Coretax(AppConfig):
    name = "relasi.features.coretax"
    label = "coretax"
