"""Face: how records look in JSON: each value by its kind, of the fields this person may see, nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from relasi.engine.access.door import fields_for, may
from relasi.engine.access.owner import Owner
from relasi.engine.api.caller import Caller
from relasi.engine.api.problem import Problem
from relasi.engine.declare.module import Module
from relasi.engine.declare.registry import registry
from relasi.engine.fields.computed import kind_for_computed
from relasi.engine.fields.kind import Kind, kind_of
from relasi.engine.fields.reference import unseen
from relasi.engine.query.listing import Listing
from relasi.engine.query.path import Path, UnknownField, resolve, told_of
from relasi.engine.records.record import title_of
from relasi.engine.screens.one_view import hide_references

ALWAYS = ("id", "version")
UNTOLD = {"trashed_at", "trashed_by", "custom"}


def kinds_of(module: Module, user: Any) -> dict[str, Kind]:
    """The stored fields this person sees, each with its kind: what a record holds unless other fields are asked for."""
    seen = fields_for(user, "view", module)
    found = {name: kind_of(field) for name, field in module.fields.items() if name in seen}
    return {name: kind for name, kind in found.items() if name not in UNTOLD and is_told(kind)}


def is_told(kind: Kind) -> bool:
    """Secrets and structures the product keeps for itself are no part of any answer."""
    return not kind.secret and kind.name not in ("hidden", "structure")


def computed_of(module: Module, user: Any) -> dict[str, Kind]:
    seen = fields_for(user, "view", module)
    found = {name: kind_for_computed(value) for name, value in module.computed.items() if name in seen}
    return {name: kind for name, kind in found.items() if is_told(kind)}


def paths_of(caller: Caller, module: Module, names: Sequence[str]) -> list[str]:
    """The fields asked for, or the usual ones. Raises UnknownField and Problem for what may not be told."""
    if not names:
        return [name for name in kinds_of(module, caller.user) if name not in ALWAYS]
    for name in names:
        check_path(caller, resolve(module, name, caller.user))
    return [name for name in names if name not in ALWAYS]


def check_paths(caller: Caller, paths: Iterable[Path]) -> None:
    """As check_path, for each."""
    for path in paths:
        check_path(caller, path)


def check_path(caller: Caller, path: Path) -> None:
    """Raises UnknownField for what is never told, and Problem for what the token does not open."""
    if not is_told(path.kind):
        raise UnknownField(path.text)
    if path.through is not None and registry.knows(path.through.related_model._meta.label):
        other = registry.of(path.through.related_model)
        if not caller.reads(other):
            word = f"{other.slug}:read"
            raise Problem(403, "SCOPE", _("This token lacks the scope “%(scope)s”.") % {"scope": word})


def row_of(paths: Iterable[Path], record: Any) -> dict[str, Any]:
    """One record of a list."""
    found: dict[str, Any] = {name: getattr(record, name) for name in ALWAYS}
    hidden = unseen(record)
    for path in paths:
        if path.through is not None and path.through.name in hidden:
            found[path.text] = None
        else:
            found[path.text] = path.kind.told(path.value_of(record))
    return found


def whole_of(caller: Caller, module: Module, record: Any) -> dict[str, Any]:
    """One record by itself: every stored and computed value, and its lines."""
    kinds = {**kinds_of(module, caller.user), **computed_of(module, caller.user)}
    hide_references(record, module.fields.values(), caller.user)
    found: dict[str, Any] = {name: getattr(record, name) for name in ALWAYS}
    found |= {name: kind.told(kind.value_of(record)) for name, kind in kinds.items()}
    if module.lines_module is not None:
        found["lines"] = lines_of(caller, module, [record.pk])[record.pk]
    return found


def lines_of(caller: Caller, module: Module, ids: list[int]) -> dict[int, list[dict[str, Any]]]:
    """The lines of each record in their order. One query."""
    lines = module.lines_module
    assert lines is not None and lines.whole is not None
    kinds = {name: kind for name, kind in kinds_of(lines, caller.user).items() if name != lines.whole.name}
    rows = lines.model._base_manager.filter(**{f"{lines.whole.name}__in": ids}, trashed_at=None)
    found: dict[int, list[dict[str, Any]]] = {id: [] for id in ids}
    for row in rows.order_by("position", "pk"):
        told = {"id": row.pk} | {name: kind.told(kind.value_of(row)) for name, kind in kinds.items()}
        found[getattr(row, lines.whole.attname)].append(told)
    return found


def expandable(module: Module, user: Any) -> dict[str, models.ForeignKey]:
    """The references that can be opened where they stand."""
    seen = kinds_of(module, user)
    return {
        name: field
        for name, field in module.fields.items()
        if name in seen and isinstance(field, models.ForeignKey) and _is_known(field.related_model)
    }


def _is_known(model: Any) -> bool:
    return model is Owner or (registry.knows(model._meta.label) and not registry.of(model).self_ruled)


def expand(caller: Caller, module: Module, rows: list[dict[str, Any]], names: Sequence[str]) -> None:
    """Puts the record referred to in the place of its id: one query for each reference, however many rows."""
    known = expandable(module, caller.user)
    for name in names:
        if name == "lines" and module.lines_module is not None:
            lines = lines_of(caller, module, [row["id"] for row in rows])
            for row in rows:
                row["lines"] = lines[row["id"]]
            continue
        if name not in known:
            raise Problem(422, "INVALID_VALUE", _("This is no reference that can be opened."), "expand")
        if rows and name not in rows[0]:
            raise Problem(422, "INVALID_VALUE", _("Ask for this field in `fields` too."), "expand")
        found = referred(caller, known[name].related_model, {row[name] for row in rows} - {None})
        for row in rows:
            if row[name] is not None:
                row[name] = found.get(row[name]) or {"id": row[name], "title": None}


def referred(caller: Caller, model: Any, ids: set[int]) -> dict[int, dict[str, Any]]:
    """What the caller may know of these records; those they may not see are left out."""
    if model is Owner:
        rows = Owner.objects.in_bulk(ids)
        return {
            id: {"id": id, "kind": one.kind, "title": one.name, "active": one.active}
            for id, one in rows.items()
        }
    module = registry.of(model)
    if not caller.reads(module):
        word = f"{module.slug}:read"
        raise Problem(403, "SCOPE", _("This token lacks the scope “%(scope)s”.") % {"scope": word})
    if module.is_settings:
        return _settings_rows(module, ids)
    if not may(caller.user, "view", module):
        return {}
    columns = paths_of(caller, module, [])
    listing = Listing(module, caller.user, columns=columns)
    return {
        one.pk: {"title": title_of(one)} | row_of(listing.paths, one)
        for one in (listing.page_of_ids(sorted(ids)) if ids else [])
    }


def _settings_rows(module: Module, ids: set[int]) -> dict[int, dict[str, Any]]:
    """Of a row of settings everybody may know its title and what its list shows."""
    names = [name for name in module.fields if name in told_of(module)]
    kinds = {name: kind for name in names if is_told(kind := kind_of(module.fields[name]))}
    found = module.model._base_manager.filter(pk__in=ids)
    return {
        one.pk: {"id": one.pk, "title": title_of(one)}
        | {name: kind.told(kind.value_of(one)) for name, kind in kinds.items()}
        for one in found
    }
