from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Catalog(AppConfig):
    name = "relasi.modules.catalog"
    label = "catalog"
    verbose_name = _("Catalog")
    icon = "package"
    place = 3  # in the menu

    def ready(self) -> None:
        from relasi.kits.trade.shelf import put_up
        from relasi.modules.catalog.catalog_shelf import CatalogShelf

        put_up(CatalogShelf())
