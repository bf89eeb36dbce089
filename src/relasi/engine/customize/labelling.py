"""Labelling: the labels an admin gave, said instead of those declared, wherever a module or a field is named.

A module answers through words that look up what holds now, put in place when the process starts; so whoever kept the words
says the new ones. A field gets other words, and those it came with stay known to `declared_label`: files may still say so.
"""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.utils.functional import lazy
from django.utils.text import capfirst
from django.utils.translation import get_language

from relasi.engine.customize.label import Label
from relasi.engine.declare.module import Declaration, Module
from relasi.engine.declare.registry import registry
from relasi.engine.declare.remembered import forget_all
from relasi.engine.fields.declared import CAME_WITH

# module key -> the label of the module itself. Replaced as a whole.
_modules: dict[str, Label] = {}
# What is laid over fields now: (module key, field) -> what it was made of.
_fields: dict[tuple[str, str], Any] = {}


def _either(own: str | None, own_en: str | None, declared: Any) -> str:
    """In the language that is active: an admin's words, or those declared."""
    return (own_en if get_language() == "en" else own) or str(declared)


def _of_module(key: str, declared: Any, many: bool) -> str:
    label = _modules.get(key)
    if label is None:
        return str(declared)
    if many:
        return _either(label.plural or label.name, label.plural_en or label.name_en, declared)
    return _either(label.name or label.plural, label.name_en or label.plural_en, declared)


# module key -> what it came with, one and many.
_declared: dict[str, tuple[Any, Any]] = {}

_said_of_module: Any = lazy(_of_module, str)
_said_of_field: Any = lazy(_either, str)


def make_modules_ask() -> None:
    """Once, when all models are loaded."""
    for model in apps.get_models():
        declaration = getattr(model, "Module", None)
        if isinstance(declaration, type) and issubclass(declaration, Declaration):
            meta, key = model._meta, model._meta.label_lower
            _declared[key] = capfirst(meta.verbose_name), capfirst(meta.verbose_name_plural)
            meta.verbose_name = _said_of_module(key, meta.verbose_name, False)
            meta.verbose_name_plural = _said_of_module(key, meta.verbose_name_plural, True)


def lay_labels(rows: list[Label]) -> None:
    """rows: the living ones. Nothing else is called otherwise from here on."""
    global _modules
    _modules = {row.module: row for row in rows if not row.field}
    wanted = {(row.module, row.field or ""): row for row in rows if row.field}
    made_of = {place: (row.name, row.name_en) for place, row in wanted.items()}
    changed = [place for place in {*made_of, *_fields} if made_of.get(place) != _fields.get(place)]
    for place in changed:
        _call(*place, wanted.get(place))
    _fields.clear()
    _fields.update(made_of)
    if changed:
        forget_all()


def _call(key: str, name: str, row: Label | None) -> None:
    field = registry.module(key).fields.get(name) if registry.knows(key) else None
    if field is None:
        return
    declared = field.__dict__.setdefault(CAME_WITH, field.verbose_name)
    field.verbose_name = declared if row is None else _said_of_field(row.name, row.name_en, declared)
    field.__dict__.pop("_relasi_kind", None)


def declared_names(module: Module) -> tuple[Any, Any]:
    """What a module is called by the product itself: one, and many."""
    return _declared[module.key]


def any_laid() -> bool:
    return bool(_modules or _fields)
