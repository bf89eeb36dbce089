"""The registry: every declared module, found once at start and frozen."""

from __future__ import annotations

from collections.abc import Iterator

from django.apps import apps
from django.db import models

from relasi.engine.declare.module import Declaration, Module


class UnknownModule(LookupError):
    """No module of that name or slug is declared."""


class Registry:
    """Modules by label ("customers.Contact"), key (lower case), slug, table or model."""

    def __init__(self) -> None:
        self._modules: dict[str, Module] = {}
        self._slugs: dict[str, Module] = {}

    def bind(self) -> None:
        """Takes every concrete model that carries a `Module`. Called once, when all apps are loaded."""
        self._modules, self._slugs = {}, {}
        for model in apps.get_models():
            declaration = getattr(model, "Module", None)
            if isinstance(declaration, type) and issubclass(declaration, Declaration):
                module = Module(model, declaration)
                self._modules[module.key] = module
                self._slugs.setdefault(module.slug, module)

    def __iter__(self) -> Iterator[Module]:
        return iter(self._modules.values())

    @property
    def records(self) -> list[Module]:
        return [module for module in self if module.is_record]

    def module(self, label: str) -> Module:
        try:
            return self._modules[label.lower()]
        except KeyError:
            raise UnknownModule(label) from None

    def of(self, model: type[models.Model] | models.Model | None) -> Module:
        """None: what a field that refers to nothing refers to. Raises UnknownModule."""
        if model is None:
            raise UnknownModule("None")
        return self.module(model._meta.label_lower)

    def by_slug(self, slug: str) -> Module:
        try:
            return self._slugs[slug]
        except KeyError:
            raise UnknownModule(slug) from None

    def by_table(self, table: str) -> Module:
        for module in self:
            if module.table == table:
                return module
        raise UnknownModule(table)

    def knows(self, label: str) -> bool:
        return label.lower() in self._modules


registry = Registry()
