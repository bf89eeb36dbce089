from django.apps import AppConfig


class SignIn(AppConfig):
    name = "relasi.features.sign_in"
    label = "sign_in"
