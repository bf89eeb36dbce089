"""Owner: whoever a record can belong to, a user or a group, under one id and one foreign key."""

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class Owner(models.Model):
    """Has the id of the user or group it stands for. Triggers on both tables write it, nothing else does."""

    id = models.BigIntegerField(primary_key=True)
    kind = models.CharField(_("Kind"), max_length=5)  # "user" or "group"
    name = models.CharField(_("Name"), max_length=201)
    active = models.BooleanField(_("Active"), default=True)

    class Meta:
        verbose_name = _("owner")
        verbose_name_plural = _("owners")

    def __str__(self) -> str:
        return self.name if self.active else gettext("%(name)s (inactive)") % {"name": self.name}


class Epoch(models.Model):
    """One row. It takes a new number in the same transaction as any change of who may see or do what."""

    id = models.BooleanField(primary_key=True, default=True)
    n = models.BigIntegerField()

    def __str__(self) -> str:
        return str(self.n)
