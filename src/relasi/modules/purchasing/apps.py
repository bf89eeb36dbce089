from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Purchasing(AppConfig):
    name = "relasi.modules.purchasing"
    label = "purchasing"
    verbose_name = _("Purchasing")
    icon = "shopping-cart"
    place = 5  # in the menu
    pages = ((_("Payables"), "/payables/", "hourglass", "purchasing.Bill"),)
