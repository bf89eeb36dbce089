"""Module choice: the key of a module of records, chosen from those there are."""

from __future__ import annotations

from functools import cached_property

from django.db import models

from relasi.engine.declare.module import Module
from relasi.engine.declare.registry import registry
from relasi.engine.fields.choice import ChoiceKind, Option
from relasi.engine.fields.declared import DeclaredField
from relasi.engine.fields.kind import shows_as


class ModuleField(DeclaredField, models.CharField):
    """The key of a module, "customers.contact"."""

    def __init__(self, *args: object, max_length: int = 100, **kwargs: object) -> None:
        super().__init__(*args, max_length=max_length, **kwargs)  # type: ignore[arg-type]


@shows_as(ModuleField)
class ModuleKind(ChoiceKind):
    name = "module"

    @cached_property
    def options(self) -> tuple[Option, ...]:
        return tuple(Option(module.key, module.plural) for module in customizable())


def customizable() -> list[Module]:
    """The modules an admin may add fields to: those of records of their own. Lines are written with their document."""
    return [
        module
        for module in registry.records
        if not module.is_line and not module.self_ruled and "create" in module.verbs
    ]
