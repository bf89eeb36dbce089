"""Cage: where parrots live."""

from django.utils.translation import gettext_lazy as _

from relasi.engine.declare.tracked import history_triggers
from relasi.engine.declare.words import A, Related
from relasi.engine.fields import AddressField, IntegerField, TextField
from relasi.engine.records.record import Record


class Cage(Record):
    name = TextField(_("Name"), required=True)
    capacity = IntegerField("Capacity", min=0, max=500)
    place = AddressField("Place")

    class Meta(Record.Meta):
        abstract = False
        verbose_name = "cage"
        verbose_name_plural = "cages"
        triggers = history_triggers()

    class Module(Record.Module):
        number = "CAG-{n:05}"
        icon = "building-2"
        columns = ["name", "capacity", "place.city", "owner"]
        filters = ["capacity"]
        search = {"name": A}
        page = [Related("fakes.Parrot")]
