from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Agenda(AppConfig):
    name = "relasi.modules.agenda"
    label = "agenda"
    verbose_name = _("Agenda")
    icon = "calendar-days"
    place = 0  # in the menu
