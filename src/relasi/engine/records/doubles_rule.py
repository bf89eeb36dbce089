"""Doubles rule: what happens to a new record that looks like one that is there: refused, warned of, or taken."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from relasi.engine.declare.module import Declaration, Module
from relasi.engine.declare.tracked import Tracked
from relasi.engine.declare.words import Section
from relasi.engine.fields.choice import ChoiceField, Choices
from relasi.engine.fields.text import TextField


class Answer(Choices):
    WARN = "warn", _("Warn"), "kuning"
    BLOCK = "block", _("Refuse"), "merah"
    ALLOW = "allow", _("Allow"), "hijau"


class DoublesRule(Tracked):
    """module: its key. Modules without a row warn."""

    module = TextField(_("Module"), max_length=100, required=True)
    answer = ChoiceField(Answer, _("When a record looks like another"), default=Answer.WARN, required=True)

    class Meta(Tracked.Meta):
        verbose_name = _("duplicate rule")
        verbose_name_plural = _("duplicate rules")
        constraints = [
            models.UniqueConstraint("module", condition=models.Q(trashed_at=None), name="doubles_one_rule")
        ]

    class Module(Declaration):
        slug = "duplicate-rules"
        area = "settings"
        icon = "copy"
        title = "module"
        columns = ["module", "answer"]
        sort = ["module"]
        form = [Section(_("Rule"), "module answer")]

    def __str__(self) -> str:
        return self.module


def answer_to_doubles(module: Module) -> str:
    """A key of Answer."""
    rule = (
        DoublesRule.objects.filter(module=module.key, trashed_at=None)
        .values_list("answer", flat=True)
        .first()
    )
    return rule or Answer.WARN
