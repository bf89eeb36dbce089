"""Held: records locked before an act that writes several kinds of them, in the order in which every act comes by them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Q

from relasi.engine.declare.module import Module
from relasi.engine.declare.registry import registry
from relasi.engine.declare.remembered import remembered
from relasi.engine.records.batch import Batch, Draft


def hold(wanted: Iterable[tuple[Module, Any]]) -> None:
    """Until the transaction ends. wanted: (module, ids), a collection or a subquery.

    What refers comes before what it refers to, as a payment comes before the invoice it pays: two that hold the same
    records in two orders would wait for each other in a ring.
    """
    found: dict[Module, Q] = {}
    for module, ids in wanted:
        found[module] = found.get(module, Q()) | Q(pk__in=ids)
    for module in sorted(found, key=lambda one: places()[one.key]):
        rows = module.model._base_manager.select_for_update(of=("self",)).filter(found[module])
        list(rows.order_by("pk").values_list("pk", flat=True))


def hold_first(batch: Batch) -> None:
    """What stored records of this write share their figures with, held before they are themselves.

    A class has `held_first(ids)`, which gives what `hold` takes, and names in `held_after` the classes it refers to that
    come before it all the same. `followed_by_none` as below.
    """
    model = batch.module.model
    if batch.locked and hasattr(model, "held_first"):
        ids = [draft.id for draft in batch.drafts if draft.id is not None and _is_followed(batch, draft)]
        if ids:
            hold(model.held_first(ids))


def hold_followers(batch: Batch) -> None:
    """What follows from the records of this write, as its class says: held before anything is worked out or stored, so
    that nobody else changes it half-way, and nobody holds it who waits for what this write holds by then.

    A class has `followers(records, lines)`, which gives what `hold` takes; lines: those of records written with theirs,
    else None. `followed_by_none` names fields that are worked out themselves: a write of these alone holds nothing more.
    """
    model = batch.module.model
    if not batch.locked or not hasattr(model, "followers"):
        return
    records = [draft.record for draft in batch.standing() if _is_followed(batch, draft)]
    if records:
        lines = [line.record for some in batch.lines for line in some.standing()] if batch.lines else None
        hold(model.followers(records, lines))


def _is_followed(batch: Batch, draft: Draft) -> bool:
    own: frozenset[str] = getattr(batch.module.model, "followed_by_none", frozenset())
    itself = draft.id is not None and draft.lines is None and draft.values.keys() <= own
    return batch.verb != "save" or not itself


def followers_of(module: Module, ids: Any) -> Iterator[tuple[Module, Any]]:
    """What follows from stored records, and what is held before them. ids: of them, a collection or a subquery."""
    if hasattr(module.model, "held_first"):
        yield from module.model.held_first(ids)
    if hasattr(module.model, "followers"):
        yield from module.model.followers(list(module.model._base_manager.filter(pk__in=ids)), None)


@remembered
def places() -> dict[str, int]:
    """Key of a module -> its place in the row of all that are held: what it refers to comes later, unless it is named
    in `held_after`."""
    found: dict[str, int] = {}
    passed: set[str] = set()

    def climb(module: Module) -> None:
        if module.key not in passed:
            passed.add(module.key)
            for one in sorted(_referred(module), key=lambda one: one.key):
                climb(one)
            found[module.key] = -len(found)

    for module in sorted(registry, key=lambda one: one.key):
        climb(module)
    return found


def _referred(module: Module) -> tuple[Module, ...]:
    """What its own references, and those of its lines and of the parts an undo takes back, lead to."""
    found = dict.fromkeys(_targets([module, *_parts(module)]))
    after = [one for one in registry if module.key in _held_after(one)]
    return tuple(one for one in (*found, *after) if one.key not in _held_after(module))


def _held_after(module: Module) -> tuple[str, ...]:
    return tuple(key.lower() for key in getattr(module.model, "held_after", ()))


def _parts(module: Module) -> Iterator[Module]:
    for one in registry:
        mine = one.whole is not None and one.whole.related_model is module.model
        if mine and (one.is_line or one.taken_back):
            yield one


def _targets(modules: Iterable[Module]) -> Iterator[Module]:
    for module in modules:
        for field in module.fields.values():
            target = getattr(field, "related_model", None)
            if target is not None and registry.knows(target._meta.label):
                found = registry.of(target)
                # A line leads to a line of another document: that document is meant.
                yield registry.of(found.whole.related_model) if found.whole is not None else found
