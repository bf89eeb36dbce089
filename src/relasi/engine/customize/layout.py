"""Layout: the sections of a module's form and page for the people of a profile: which fields, in what order, and which not."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from relasi.engine.access.profile import must_be_filled
from relasi.engine.access.triggers import access_triggers
from relasi.engine.customize.module_choice import ModuleField
from relasi.engine.customize.named import in_both
from relasi.engine.declare.module import Declaration, Module
from relasi.engine.declare.registry import registry
from relasi.engine.declare.tracked import Tracked
from relasi.engine.declare.words import Section
from relasi.engine.fields.json import HiddenField
from relasi.engine.fields.kind import kind_of
from relasi.engine.fields.reference import ReferenceField
from relasi.engine.records.refusal import Refusal

MOST_SECTIONS = 30


class Layout(Tracked):
    """sections: [{"title": "…", "title_en": "…", "names": ["email", …]}]; none: as declared. hidden: names of fields."""

    module = ModuleField(_("Module"), required=True)
    profile = ReferenceField(
        "access.Profile", models.PROTECT, verbose_name=_("Profile"), related_name="+",
        help_text=_("Empty: everybody whose profile has no layout of its own."),
    )  # fmt: skip
    sections = HiddenField(_("Sections"), default=list, editable=True, null=False)
    hidden = HiddenField(_("Hidden fields"), default=list, editable=True, null=False)

    class Meta(Tracked.Meta):
        verbose_name = _("layout")
        verbose_name_plural = _("layouts")
        triggers = access_triggers()
        constraints = [
            models.UniqueConstraint(
                fields=["module", "profile"], condition=models.Q(trashed_at=None), name="layout_once",
                nulls_distinct=False,
            )
        ]  # fmt: skip

    class Module(Declaration):
        slug = "layouts"
        area = "settings"
        icon = "layout-dashboard"
        title = "module"
        columns = ["module", "profile", "changed_at"]
        sort = ["module"]
        form = [Section(_("Layout"), "module profile")]

    def __str__(self) -> str:
        return str(self.home.plural) if self.home is not None else self.module

    @property
    def home(self) -> Any:
        """None for a module that is gone."""
        return registry.module(self.module) if registry.knows(self.module) else None

    def before_save(self, change: Any) -> None:
        self.sections, self.hidden = self.sections or [], self.hidden or []

    def clean(self, change: Any = None) -> None:
        if change is not None and not change.is_new and change.has("module"):
            raise Refusal("module", "INVALID_TRANSITION", _("A layout stays with its module."))
        if not _is_sections(self.sections) or not _is_names(self.hidden):
            raise Refusal("sections", "INVALID_VALUE", _("These sections cannot be read."))
        for name in self.hidden:
            if self.home is not None and must_be_filled(self.home, name):
                label = kind_of(self.home.fields[name]).label
                message = _("“%(field)s” must be filled in, so it cannot be hidden.") % {"field": label}
                raise Refusal("sections", "INVALID_VALUE", message)

    def arranged(self) -> list[Section] | None:
        """What the form shows. A field the layout does not know yet stands at its end; one that is gone nowhere."""
        module = self.home
        if module is None or not (self.sections or self.hidden):
            return None
        if not self.sections:
            return [_without(section, self.hidden) for section in module.sections]
        placed = {name for section in self.sections for name in section["names"]}
        there = set(placeable(module))
        rest = [name for name in placeable(module) if name not in placed and name not in self.hidden]
        found = [
            Section(
                in_both(one["title"], one.get("title_en")), " ".join(n for n in one["names"] if n in there)
            )
            for one in self.sections
        ]
        return [*found, *([Section(_("More"), " ".join(rest))] if rest else [])]


def placeable(module: Module) -> list[str]:
    """The fields a layout places: those of the form."""
    return list(dict.fromkeys(module.form_fields))


def _without(section: Section, hidden: list[str]) -> Section:
    return Section(section.title, " ".join(name for name in section.fields if name not in hidden))


def _is_names(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(name, str) for name in value)


def _is_sections(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) <= MOST_SECTIONS
        and all(
            isinstance(one, dict)
            and isinstance(one.get("title"), str)
            and isinstance(one.get("title_en", ""), str)
            and _is_names(one.get("names"))
            for one in value
        )
    )
