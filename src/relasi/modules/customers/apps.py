from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Customers(AppConfig):
    name = "relasi.modules.customers"
    label = "customers"
    verbose_name = _("Customers")
    icon = "users"
    place = 1  # in the menu
    pages = ((_("Funnel"), "/funnel/", "funnel", "customers.Lead"),)

    def ready(self) -> None:
        from relasi.engine.access.directory import when_read
        from relasi.modules.customers.scoring import read_rules

        when_read(read_rules)
