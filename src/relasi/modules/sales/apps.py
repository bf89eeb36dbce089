from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Sales(AppConfig):
    name = "relasi.modules.sales"
    label = "sales"
    verbose_name = _("Sales")
    icon = "handshake"
    place = 2  # in the menu
