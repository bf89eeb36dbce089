from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Inventory(AppConfig):
    name = "relasi.modules.inventory"
    label = "inventory"
    verbose_name = _("Stock")
    icon = "warehouse"
    place = 6  # in the menu
