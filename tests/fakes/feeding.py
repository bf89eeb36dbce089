"""Feeding: one meal of one parrot."""

from django.utils.translation import gettext_lazy as _

from relasi.engine.declare.tracked import history_triggers
from relasi.engine.fields import DateTimeField, DecimalField, ReferenceField, TextField
from relasi.engine.records.record import Record


class Feeding(Record):
    name = TextField(_("Name"), required=True)
    parrot = ReferenceField("fakes.Parrot", verbose_name="Parrot", required=True, related_name="feedings")
    fed_at = DateTimeField("Fed at")
    amount = DecimalField("Amount")

    class Meta(Record.Meta):
        abstract = False
        verbose_name = "feeding"
        verbose_name_plural = "feedings"
        triggers = history_triggers()

    class Module(Record.Module):
        number = "FEE-{n:05}"
