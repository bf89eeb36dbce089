"""Checks on every declaration at start: a wrong name stops the product with an id, the value and a hint."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from importlib import import_module
from typing import Any

from django.apps import apps
from django.core.checks import Error, register
from django.db import models

from relasi.engine.declare.computed import Computed
from relasi.engine.declare.module import DECLARABLE, Declaration, Module
from relasi.engine.declare.registry import registry
from relasi.engine.declare.tracked import Tracked
from relasi.engine.declare.words import Related, StagePath


@register()
def check_declarations(app_configs: Any = None, **kwargs: Any) -> list[Error]:
    found: list[Error] = []
    slugs: dict[str, Module] = {}
    for module in registry:
        found += _attributes(module)
        found += _names(module)
        found += _actions(module)
        found += _page(module)
        found += _board(module)
        found += _calendar(module)
        found += _fill(module)
        found += _paths(module)
        found += _lines(module)
        for slug in [module.slug, *(entry[0] for entry in module.menu)]:
            if slug in slugs:
                found.append(
                    _error("E008", module, f"slug {slug!r} is {slugs[slug].label}'s too", "choose another")
                )
            slugs[slug] = module
        found += _self_ruled(module)
    found += _tracked()
    return found


def _error(id: str, module: Any, message: str, hint: str) -> Error:
    return Error(f"{module.label}: {message}", hint=hint, obj=module.model, id=f"relasi.{id}")


def _near(name: str, known: Any) -> str:
    close = difflib.get_close_matches(name, list(known), n=3)
    return f"did you mean {', '.join(close)}?" if close else f"known: {', '.join(sorted(known))}"


def _attributes(module: Module) -> Iterator[Error]:
    """E001: an attribute of `class Module` the engine does not know."""
    for parent in module.declaration.__mro__:
        if parent in (Declaration, object):
            continue
        for name in vars(parent):
            if not name.startswith("_") and name not in DECLARABLE:
                yield _error("E001", module, f"unknown attribute {name!r}", _near(name, DECLARABLE))


def _known(module: Module, name: str) -> bool:
    first, _dot, rest = name.lstrip("-").partition(".")
    if not rest:
        return module.has(first)
    field = module.fields.get(first)
    if field is None:
        return False
    if isinstance(field, models.ForeignKey):
        return rest in {f.name for f in field.related_model._meta.fields}
    return isinstance(field, models.JSONField)


def _names(module: Module) -> Iterator[Error]:
    """E002: a list of field names that names what is not there."""
    places = {
        "columns": module.columns,
        "filters": module.filters,
        "sort": module.sort,
        "search": module.search,
        "title": module.title_fields,
        "quick": module.quick_fields,
        "form": module.form_fields,
        "headline": module.headline.split(),
        "facts": [name for section in module.facts for name in section.fields],
        "subtitle": module.subtitle.split(),
    }
    known = {*module.fields, *module.computed}
    for place, names in places.items():
        for name in names:
            if not _known(module, name):
                yield _error("E002", module, f"{place} names {name!r}", _near(name, known))


def _actions(module: Module) -> Iterator[Error]:
    """E003: an action without its method. E004: an action asking for an unknown field."""
    for action in module.actions:
        if not callable(getattr(module.model, action.verb, None)):
            yield _error(
                "E003", module, f"action {action.verb!r} has no method", "a verb is a method of that name"
            )
        for word, name in (("form", action.form), ("preview", action.preview)):
            if name and not callable(getattr(module.model, name, None)):
                yield _error(
                    "E003", module, f"action {action.verb!r} has no {name!r}", f"a {word} is a method"
                )
        for name in () if action.form else action.ask:
            if name not in module.fields:
                yield _error(
                    "E004", module, f"action {action.verb!r} asks for {name!r}", _near(name, module.fields)
                )


def _page(module: Module) -> Iterator[Error]:
    """E005: a panel of a module that is not there, or that does not point here."""
    for part in module.page:
        if isinstance(part, Related):
            if not registry.knows(part.module):
                yield _error("E005", module, f"page shows {part.module!r}", "no such module")
                continue
            by = part.by or str(module.model._meta.model_name)
            other = registry.module(part.module)
            field = other.fields.get(by)
            if not isinstance(field, models.ForeignKey) or field.related_model is not module.model:
                yield _error("E005", module, f"{part.module} has no reference {by!r} to it", "set by=")
        if isinstance(part, StagePath) and part.by not in module.fields:
            yield _error("E005", module, f"stage path by {part.by!r}", _near(part.by, module.fields))


def _board(module: Module) -> Iterator[Error]:
    """E010: a board that names what is not there."""
    board = module.board
    if board is None:
        return
    names = [board.by, *board.card, *board.marks, board.sum, board.weighted, board.within, board.since]
    for name in filter(None, names):
        if not module.has(name):
            yield _error(
                "E010", module, f"board names {name!r}", _near(name, {*module.fields, *module.computed})
            )


def _calendar(module: Module) -> Iterator[Error]:
    """E011: a calendar, or what is confidential, names what is not there."""
    words = module.calendar
    names = (
        [words.start, words.end, words.until, words.all_day, words.zone, words.clock, words.tone, words.place]
        if words
        else []
    )
    names += [module.confidential[0]] if module.confidential else []
    for name in filter(None, names):
        if name not in module.fields:
            yield _error("E011", module, f"calendar names {name!r}", _near(name, module.fields))


def _fill(module: Module) -> Iterator[Error]:
    """E006: a fill rule whose names do not exist."""
    ways = [(target, way) for target, path in module.fill.items() for way in path.split()]
    for target, path in ways:
        through, _dot, source = path.partition(".")
        field = module.fields.get(through)
        fits = isinstance(field, models.ForeignKey) and source in {
            f.name for f in field.related_model._meta.fields
        }
        if target not in module.fields or not fits:
            yield _error(
                "E006", module, f"fill {target!r} from {path!r}", 'write {"account": "contact.account"}'
            )


def _lines(module: Module) -> Iterator[Error]:
    """E010: lines that are no module, belong to another record, have no order, or may be written alone."""
    if not module.lines:
        return
    if not registry.knows(module.lines):
        yield _error("E010", module, f"lines of {module.lines!r}", "no such module")
        return
    lines = registry.module(module.lines)
    if lines.whole is None or lines.whole.related_model is not module.model:
        yield _error("E010", module, f"{module.lines} is no part of it", "set part_of there")
    if "position" not in lines.fields or set(lines.verbs) != {"view"}:
        hint = 'give them a field position and verbs = ("view",)'
        yield _error("E010", module, f"{module.lines} cannot be its lines", hint)


def _paths(module: Module) -> Iterator[Error]:
    """E007: a dotted path that leads nowhere."""
    if module.doubles:
        path, _dot, name = module.doubles.rpartition(".")
        try:
            getattr(import_module(path), name)
        except (ImportError, AttributeError):
            yield _error("E007", module, f"doubles {module.doubles!r}", "no such function")
    for name, value in module.computed.items():
        if not isinstance(value, Computed) or any(not _known(module, need) for need in value.needs):
            yield _error(
                "E007", module, f"computed {name!r} needs {value.needs}", "name fields of the record"
            )


def _self_ruled(module: Module) -> Iterator[Error]:
    """E010: a module that rules itself and does not say how, or hangs on something that is no reference."""
    if module.hangs_on and not isinstance(module.fields.get(module.hangs_on), models.ForeignKey):
        yield _error("E010", module, f"hangs on {module.hangs_on!r}", _near(module.hangs_on, module.fields))
    if (module.self_ruled or module.hangs_on) and not (
        module.self_ruled and hasattr(module.model, "permits") and hasattr(module.model, "permitted_q")
    ):
        yield _error("E010", module, "does not rule itself", "set self_ruled; write permits and permitted_q")


def _tracked() -> Iterator[Error]:
    """E009: a tracked table without the triggers that keep its history."""
    for model in apps.get_models():
        if issubclass(model, Tracked) and model._meta.managed:
            names = {trigger.name for trigger in getattr(model._meta, "triggers", [])}
            if not {"history_insert", "history_update", "history_delete"} <= names:
                yield Error(
                    f"{model._meta.label} keeps no history",
                    hint="write `class Meta(Record.Meta)`",
                    obj=model,
                    id="relasi.E009",
                )
