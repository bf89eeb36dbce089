"""Time zones people choose from: the three of Indonesia first, then those of the countries its companies deal with."""

from django.utils.translation import gettext_lazy as _

from relasi.engine.fields.choice import Choices


class Zone(Choices):
    JAKARTA = "Asia/Jakarta", _("WIB (Jakarta)"), "", "WIB"
    MAKASSAR = "Asia/Makassar", _("WITA (Makassar)"), "", "WITA"
    JAYAPURA = "Asia/Jayapura", _("WIT (Jayapura)"), "", "WIT"
    SINGAPORE = "Asia/Singapore", _("Singapore, Kuala Lumpur")
    BANGKOK = "Asia/Bangkok", _("Bangkok, Hanoi")
    HONG_KONG = "Asia/Hong_Kong", _("Hong Kong, Beijing")
    TOKYO = "Asia/Tokyo", _("Tokyo, Seoul")
    DELHI = "Asia/Kolkata", _("Delhi")
    DUBAI = "Asia/Dubai", _("Dubai")
    RIYADH = "Asia/Riyadh", _("Riyadh")
    LONDON = "Europe/London", _("London")
    BERLIN = "Europe/Berlin", _("Amsterdam, Berlin, Paris")
    NEW_YORK = "America/New_York", _("New York")
    LOS_ANGELES = "America/Los_Angeles", _("Los Angeles")
    SYDNEY = "Australia/Sydney", _("Sydney, Melbourne")
    PERTH = "Australia/Perth", _("Perth")
    UTC = "UTC", _("UTC")
