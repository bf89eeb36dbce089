"""Held: records locked before an act that writes several kinds of them, in the order in which every act comes by them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from relasi.engine.declare.module import Module
from relasi.engine.declare.registry import registry
from relasi.engine.declare.remembered import remembered


def hold(wanted: dict[Module, Any]) -> None:
    """Until the transaction ends. wanted: module -> ids, a list or a subquery.

    What refers comes before what it refers to, as a payment comes before the invoice it pays: two that hold the same
    records in two orders would wait for each other in a ring.
    """
    for module in sorted(wanted, key=lambda one: places()[one.key]):
        rows = module.model._base_manager.select_for_update(of=("self",)).filter(pk__in=wanted[module])
        list(rows.order_by("pk").values_list("pk", flat=True))


@remembered
def places() -> dict[str, int]:
    """Key of a module -> its place in the row of all that are held: what it refers to comes later."""
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
    return tuple(dict.fromkeys(_targets([module, *_parts(module)])))


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
