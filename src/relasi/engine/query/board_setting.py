"""Board setting: what a person, or the company for everybody, has chosen for the board of a module by one field."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from relasi.engine.declare.module import Declaration, Module
from relasi.engine.declare.tracked import Tracked
from relasi.engine.fields.text import TextField

MOST_FIELDS = 6


class BoardSetting(Tracked):
    """user: None for the company. limits: text of a column's value -> how many cards it may hold."""

    module = TextField(_("Module"), max_length=100, required=True)
    by = TextField(_("Columns by"), max_length=100, required=True)
    user = models.ForeignKey("users.User", models.PROTECT, related_name="+", editable=False, null=True)
    card = models.JSONField(_("Card"), null=True, blank=True)
    folded = models.JSONField(_("Folded columns"), default=list, blank=True)
    limits = models.JSONField(_("Limits"), default=dict, blank=True)
    refuses = models.BooleanField(_("Refuse what is beyond a limit"), default=False)

    class Meta(Tracked.Meta):
        abstract = False
        verbose_name = _("board setting")
        verbose_name_plural = _("board settings")
        constraints = [
            models.UniqueConstraint(
                fields=["module", "by", "user"],
                condition=models.Q(trashed_at=None),
                nulls_distinct=False,
                name="board_setting_once",
            )
        ]

    class Module(Declaration):
        slug = "board-settings"
        area = "settings"
        icon = "square-kanban"
        title = "module by"
        columns = ["module", "by", "refuses"]

    def __str__(self) -> str:
        return f"{self.module} {self.by}"


@dataclass
class Chosen:
    """What holds for one person: the company's limits, and their own card and folded columns before the company's.

    card: None when nobody has chosen. own, shared: the stored rows, if any.
    """

    card: list[str] | None = None
    folded: list[str] = field(default_factory=list)
    limits: dict[str, int] = field(default_factory=dict)
    refuses: bool = False
    own: BoardSetting | None = None
    shared: BoardSetting | None = None


def chosen_for(user: Any, module: Module, by: str) -> Chosen:
    rows = BoardSetting.objects.filter(module=module.key, by=by, trashed_at=None)
    found = Chosen()
    for row in rows.filter(models.Q(user=None) | models.Q(user=user.id)):
        if row.user_id is None:
            found.shared = row
        else:
            found.own = row
    if found.shared is not None:
        found.limits, found.refuses = found.shared.limits, found.shared.refuses
    for row in filter(None, (found.shared, found.own)):
        if row is not None:
            found.card = row.card if row.card is not None else found.card
            found.folded = row.folded if row is found.own else found.folded
    return found
