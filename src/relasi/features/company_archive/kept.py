"""What the archive of a company keeps: of which modules which rows, and of them which fields."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from relasi.engine.access.door import confidential_q
from relasi.engine.activity.tag import Tag
from relasi.engine.activity.tagging import Tagging
from relasi.engine.declare.module import Module
from relasi.engine.declare.registry import registry
from relasi.engine.fields.kind import Kind, kind_of
from relasi.engine.records.record import RecordIndex

UNTOLD = ("hidden", "structure", "image")  # kinds of values that a page has no words for
PLUMBING = ("version", "trashed_at", "trashed_by")  # of what lives they say nothing


def archived_modules() -> list[Module]:
    """Records first, then their parts and lines, then settings, then what hangs on records."""
    return sorted((one for one in registry if one.archived), key=_rank)


def _rank(module: Module) -> int:
    if module.is_record:
        return 0
    if module.whole is not None:
        return 1
    return 3 if module.hangs_on else 2


def rows_of(module: Module, user: Any) -> QuerySet:
    """All that lives, switched-off modules too, but what is confidential to others than this admin."""
    rows = module.model._base_manager.all()
    if "trashed_at" in module.fields:
        rows = rows.filter(trashed_at=None)
    path = ""
    if module.whole is not None:
        path = f"{module.whole.name}__"
        rows = rows.filter(**{f"{path}trashed_at": None})
    if module.hangs_on:
        rows = rows.filter(**{f"{module.hangs_on}__trashed_at": None})
        for home in registry:
            if home.confidential is not None:
                rows = rows.exclude(**{f"{module.hangs_on}__in": _kept_to_others(home, user)})
    if module.model in (Tag, Tagging):
        rows = rows.filter(Tag.permitted_q(user, "view", "tag__" if module.model is Tagging else ""))
    return rows.filter(confidential_q(user, module, path))


def _kept_to_others(module: Module, user: Any) -> QuerySet:
    hidden = module.model._base_manager.exclude(confidential_q(user, module) | Q(pk__in=[]))
    return RecordIndex.objects.filter(module=module.key, pk__in=hidden.values("pk")).values("pk")


def untold_count(user: Any) -> int:
    """How many living records are left out because they are confidential to others."""
    count = 0
    for module in registry.records:
        if module.confidential is not None:
            living = module.model._base_manager.filter(trashed_at=None)
            count += living.count() - living.filter(confidential_q(user, module)).count()
    return count


def kinds_of(module: Module) -> list[Kind]:
    """The kinds of the fields it keeps, without secrets, in the order of the form."""
    shown = [name for name in module.form_fields if name in module.fields]
    names = dict.fromkeys([*shown, *module.fields])
    return [kind_of(module.fields[n]) for n in names if not getattr(module.fields[n], "secret", False)]


def told_kinds(module: Module) -> list[Kind]:
    """Those a page has words for."""
    found = [kind for kind in kinds_of(module) if kind.name not in UNTOLD and not kind.field.primary_key]
    return [kind for kind in found if kind.key not in PLUMBING]
