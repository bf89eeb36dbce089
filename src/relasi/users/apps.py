from django.apps import AppConfig


class Users(AppConfig):
    name = "relasi.users"
    label = "users"
