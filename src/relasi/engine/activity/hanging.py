"""Hanging: a row on a record of any module: seen by whoever sees the record, changed by whoever it says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from relasi.engine.access.acting import SYSTEM, acting_user
from relasi.engine.access.door import co_owned, may, rights_of, scope_of, visible_q, visible_to
from relasi.engine.declare.registry import registry
from relasi.engine.declare.tracked import Tracked
from relasi.engine.records.record import RecordIndex, RecordManager
from relasi.engine.records.refusal import Change


class Hanging(Tracked):
    """Abstract. The concrete class has a `record`, a reference to RecordIndex.

    asks: the verb a person must be allowed on the record to hang something on it.
    """

    asks = "view"
    objects = RecordManager()

    class Meta(Tracked.Meta):
        abstract = True

    @classmethod
    def permitted_q(cls, user: Any, verb: str, path: str = "") -> Q:
        found = seen_q(user, f"{path}record__")
        return found if verb == "view" else found & Q(**{f"{path}created_by": user.id})

    def permits(self, user: Any, verb: str) -> bool:
        """Who hung it there may change and remove it, as long as they see the record."""
        record: Any = self
        return may_on(record.record, user, "view") and (verb == "view" or self.created_by_id == user.id)

    @classmethod
    def clean_all(cls, changes: list[Change]) -> None:
        """Everything new must hang on a living record this person sees (and may change, where `asks` says so)."""
        new = [change for change in changes if change.is_new and not change.refusals]
        open_to = records_open_to(acting_user(), {change.record.record_id for change in new}, cls.asks)
        for change in new:
            if change.record.record_id not in open_to:
                change.refuse(
                    "record", "NOT_FOUND", _("This record is not there, or you may not do this with it.")
                )


def may_on(index: RecordIndex, user: Any, verb: str) -> bool:
    """`may` for a record known by its row of the index."""
    module = registry.module(index.module)
    if module.whole is None and module.confidential is None:
        return may(user, verb, module, index)
    rows = module.model._base_manager.filter(pk=index.pk)
    record = (rows.select_related(module.whole.name) if module.whole is not None else rows).first()
    return record is not None and may(user, verb, module, record)


def records_open_to(user: Any, ids: Iterable[int], verb: str = "view") -> set[int]:
    """Those of the records, of whatever modules, that live and that the person may see (or edit)."""
    by_module: dict[str, list[int]] = defaultdict(list)
    for id, module in RecordIndex.objects.filter(pk__in=list(ids), trashed_at=None).values_list(
        "pk", "module"
    ):
        by_module[module].append(id)
    found: set[int] = set()
    for key, some in by_module.items():
        model = registry.module(key).model
        found |= set(visible_to(user, model, verb).filter(pk__in=some).values_list("pk", flat=True))
    return found


def seen_q(user: Any, path: str = "") -> Q:
    """The condition an index row must meet to be of a record this person sees. path: prefix, such as "record__"."""
    if user is SYSTEM:
        return Q()
    if user is None or not rights_of(user).active:
        return Q(**{f"{path}pk__in": []})
    everyone: list[str] = []
    by_owners: dict[frozenset[int], list[str]] = defaultdict(list)
    found = Q(**{f"{path}pk__in": []})
    for module in registry.records:
        scope = scope_of(user, "view", module)
        if scope.nothing:
            continue
        if module.confidential is not None or (module.whole is not None and not scope.everyone):
            inside = module.model._base_manager.filter(visible_q(user, module)).values("pk")
            found |= Q(**{f"{path}module": module.key, f"{path}pk__in": inside})
        elif scope.everyone:
            everyone.append(module.key)
        else:
            by_owners[scope.owners].append(module.key)
    if len(everyone) == len(registry.records):
        return Q()
    if everyone:
        found |= Q(**{f"{path}module__in": everyone})
    for owners, keys in by_owners.items():
        found |= Q(**{f"{path}module__in": keys, f"{path}owner_id__in": sorted(owners)})
    mine = co_owned(user)
    if mine:
        keys = [key for some in [everyone, *by_owners.values()] for key in some]
        found |= Q(**{f"{path}pk__in": sorted(mine), f"{path}module__in": keys})
    return found


def seen_among(user: Any, rows: Iterable[tuple[int, str, int | None]]) -> set[int]:
    """What seen_q says of (id, module, owner) of index rows, without asking where a scope and an owner are enough."""
    seen: set[int] = set()
    asked: list[int] = []
    for id, key, owner in rows:
        module = registry.module(key)
        scope = scope_of(user, "view", module)
        if scope.nothing:
            continue
        if module.confidential is not None or (module.whole is not None and not scope.everyone):
            asked.append(id)
        elif scope.everyone or scope.holds(owner) or id in co_owned(user):
            seen.add(id)
    if asked:
        seen |= set(RecordIndex.objects.filter(seen_q(user), pk__in=asked).values_list("pk", flat=True))
    return seen


def record_key(**more: Any) -> models.ForeignKey:
    """The reference of a hanging row to its record."""
    return models.ForeignKey(RecordIndex, models.CASCADE, related_name="+", verbose_name=_("Record"), **more)
