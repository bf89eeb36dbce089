"""OneRow: settings of one kind. One living row at most; what it would hold by default holds without one."""

from __future__ import annotations

from typing import Self

from django.db import models

from relasi.engine.declare.tracked import Tracked


class OneRow(Tracked):
    """Its Meta names the constraint: `constraints = one_living("stock_settings_one")`. The module's address shows the row."""

    class Meta(Tracked.Meta):
        abstract = True

    def __str__(self) -> str:
        return str(self._meta.verbose_name).capitalize()

    @classmethod
    def now(cls) -> Self:
        """The row, or one that is not stored and holds what holds without."""
        return cls._base_manager.filter(trashed_at=None).first() or cls()


def one_living(name: str) -> list[models.BaseConstraint]:
    """name: of the constraint, in the whole database."""
    return [models.UniqueConstraint(models.Value(1), condition=models.Q(trashed_at=None), name=name)]
