from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Subscribing(AppConfig):
    name = "relasi.modules.subscribing"
    label = "subscribing"
    verbose_name = _("Subscriptions")
