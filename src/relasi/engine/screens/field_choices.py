"""Field choices: what a person may filter, show and sort by in a module, in groups, one step of references included."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from relasi.engine.access.door import fields_for, may
from relasi.engine.access.owner import Owner
from relasi.engine.declare.module import Module
from relasi.engine.declare.registry import registry
from relasi.engine.fields.kind import kind_of
from relasi.engine.query.beside import beside
from relasi.engine.query.path import resolve
from relasi.engine.query.viewed import NAME

Choices = list[tuple[str, list[tuple[str, str]]]]

_NEVER = {"id", "custom", "version", "trashed_at", "trashed_by"}


def field_choices(module: Module, user: Any, *, related: bool = False, filtering: bool = False) -> Choices:
    """(group, [(path, label)]): fields of the form, then the rest; related: those of the records referred to as
    well; filtering: what conditions alone may ask, too."""
    labels = dict(_own(module, user))
    own = [(name, label) for name, label in labels.items() if name.partition(".")[0] in module.form_fields]
    rest = [
        (name, label) for name, label in labels.items() if name.partition(".")[0] not in module.form_fields
    ]
    rest += [(name, str(kind.label)) for name, kind in beside(module).items()]
    if filtering and module.is_record:
        rest.append((NAME, resolve(module, NAME, user).label))
    found: Choices = [(str(module.name), own), (_("More"), rest)]
    return found + list(_related(module, user)) if related else found


def _own(module: Module, user: Any) -> Iterator[tuple[str, str]]:
    """Fields and what addresses are made of, in the order of the form."""
    seen = fields_for(user, "view", module)
    for name in dict.fromkeys([*module.form_fields, *module.fields, *module.computed]):
        if name not in seen or name in _NEVER:
            continue
        kind = resolve(module, name, user).kind
        if kind.operators:
            yield name, str(kind.label)
        for key, part in kind.parts().items():
            yield f"{name}.{key}", f"{kind.label} › {part.label}"


def _related(module: Module, user: Any) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    seen = fields_for(user, "view", module)
    for name, field in module.fields.items():
        target = field.related_model if isinstance(field, models.ForeignKey) else None
        if name not in seen or name in _NEVER or target is None or target is Owner:
            continue
        if not field.editable or not registry.knows(target._meta.label):
            continue
        other = registry.of(target)
        if other.is_record and may(user, "view", other):
            pairs = [(f"{name}.{path}", label) for path, label in _own(other, user)]
            yield (
                str(kind_of(field).label),
                [pair for pair in pairs if pair[0].split(".")[1] not in other.computed],
            )


def flat(choices: Choices) -> dict[str, str]:
    """path -> label; what is reached through a reference says so."""
    found: dict[str, str] = {}
    for group, pairs in choices:
        for path, label in pairs:
            through = path.count(".") and not label.startswith(f"{group} ›")
            found.setdefault(path, f"{group} › {label}" if through and group != pairs[0][1] else label)
    return found
