from django.apps import AppConfig


class Fakes(AppConfig):
    name = "tests.fakes"
    label = "fakes"
