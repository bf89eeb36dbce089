"""Switch: whether the compatibility API answers at all. It does not until an admin says so."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from relasi.engine.access.door import rights_of
from relasi.engine.declare.module import Declaration
from relasi.engine.declare.registry import registry
from relasi.engine.declare.tracked import Tracked
from relasi.engine.fields.boolean import BooleanField
from relasi.engine.records.write import Draft, write

BY_ADMIN = "an admin opens and closes the compatibility API"


class CompatSwitch(Tracked):
    """One row at most; none means off."""

    active = BooleanField(_("Compatibility API"))

    class Meta(Tracked.Meta):
        abstract = False
        verbose_name = _("compatibility API")
        verbose_name_plural = _("compatibility API")
        constraints = [models.UniqueConstraint(models.Value(1), name="compat_switch_one")]

    class Module(Declaration):
        archived = False
        self_ruled = True
        icon = "plug"
        title = "active"
        verbs = ("view",)

    def __str__(self) -> str:
        return str(self._meta.verbose_name)

    @classmethod
    def permitted_q(cls, user: Any, verb: str, path: str = "") -> Q:
        return Q() if rights_of(user).admin else Q(**{f"{path}pk__in": []})

    def permits(self, user: Any, verb: str) -> bool:
        return rights_of(user).admin


def is_on() -> bool:
    return CompatSwitch._base_manager.filter(active=True).exists()


def turn(on: bool) -> None:
    row = CompatSwitch._base_manager.first()
    write(registry.of(CompatSwitch), [Draft({"active": on}, id=row.pk if row else None)], authorised=BY_ADMIN)
