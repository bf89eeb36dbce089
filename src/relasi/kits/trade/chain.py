"""Chain: which documents a document came from and what came of it, as far as the person may see them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from relasi.engine.access.door import fields_for, may, visible_to
from relasi.engine.declare.registry import registry
from relasi.engine.fields.kind import kind_of
from relasi.engine.fields.reader import current_reader
from relasi.kits.trade.taking import Way, ways_from, ways_into

MOST = 40  # documents shown; a chain is a handful


@dataclass(frozen=True)
class Link:
    """One document of the chain. step: −1 for what it came from, 1 for what came of it; further ones count on."""

    step: int
    module: str
    title: str
    number: str
    url: str
    icon: str
    status: Any
    total: Any
    current: bool = False


def chain_of(document: Any, user: Any) -> list[Link]:
    """Oldest first, the document itself among them; empty when it stands alone."""
    found: dict[tuple[str, int], tuple[int, Any]] = {}
    _walk(document, -1, 0, found)
    _walk(document, 1, 0, found)
    if not found:
        return []
    links = _faces(found, user)
    own = _face(document, 0, registry.of(document), user, current=True)
    return sorted([*links, own], key=lambda link: link.step) if links else []


def _walk(document: Any, direction: int, step: int, found: dict[tuple[str, int], tuple[int, Any]]) -> None:
    for way in ways_into(document) if direction < 0 else ways_from(document):
        for other in _neighbours(document, way, direction):
            key = (type(other)._meta.label_lower, other.pk)
            if key not in found and len(found) < MOST:
                found[key] = (step + direction, other)
                _walk(other, direction, step + direction, found)


def _neighbours(document: Any, way: Way, direction: int) -> list[Any]:
    lines, whole = way.lines.model._base_manager.filter(trashed_at=None), way.lines.whole.name
    if direction < 0:
        source = registry.of(way.lines.fields[way.by].related_model)
        ids = lines.filter(**{whole: document.pk}).values(f"{way.by}__{source.whole.attname}")
        model = source.whole.related_model
    else:
        source = registry.of(document).lines_module
        ids = lines.filter(**{f"{way.by}__{source.whole.name}": document.pk}).values(way.lines.whole.attname)
        model = way.document.model
    return list(model._base_manager.filter(pk__in=ids, trashed_at=None).order_by("pk")[:MOST])


def _faces(found: dict[tuple[str, int], tuple[int, Any]], user: Any) -> list[Link]:
    by_module: dict[str, list[tuple[int, Any]]] = {}
    for (label, _id), pair in found.items():
        by_module.setdefault(label, []).append(pair)
    links = []
    for label, pairs in by_module.items():
        module = registry.module(label)
        if not may(user, "view", module):
            continue
        ids = [other.pk for _step, other in pairs]
        seen = set(visible_to(user, module.model).filter(pk__in=ids).values_list("pk", flat=True))
        links += [_face(other, step, module, user) for step, other in pairs if other.pk in seen]
    return links


def _face(document: Any, step: int, module: Any, user: Any, current: bool = False) -> Link:
    reader, shown = current_reader(), fields_for(user, "view", module)

    def cell(name: str) -> Any:
        kind = kind_of(module.fields[name])
        return kind.cell(kind.value_of(document), document, reader) if name in shown else ""

    title = document.subject if "subject" in shown else ""
    return Link(
        step, str(module.name), title or "", document.number, f"/{module.slug}/{document.pk}/", module.icon,
        cell("status"), cell("grand_total") if getattr(document, "priced", True) else "", current,
    )  # fmt: skip
