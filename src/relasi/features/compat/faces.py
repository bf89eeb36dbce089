"""Faces: the modules as programs know them, by name and by number. A module of ours has one as soon as it is registered."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from relasi.engine.access.acting import current_acting
from relasi.engine.declare.registry import UnknownModule, registry
from relasi.features.compat.vtql import Query
from relasi.features.compat.wrong import Wrong, denied

MEMO = "compat.faces"
# Numbers of modules programs have no name for: they come behind all those that have one.
OWN_NUMBERS = 1000


class Face(Protocol):
    """One module: what it is called, and what can be done with it. All of it by whoever acts."""

    id: int
    name: str
    label: str
    singular: str
    is_entity: bool

    @property
    def fields(self) -> dict[str, Any]:
        """The fields the person sees, by name."""

    def opens(self, verb: str) -> bool:
        """Whether the person may do this in the module at all: view, create, edit, delete."""

    def one(self, number: int) -> dict[str, Any]:
        """A whole record. Raises Wrong where it is not there or may not be seen."""

    def select(self, query: Query) -> list[dict[str, Any]]: ...

    def create(self, element: dict[str, Any]) -> dict[str, Any]: ...

    def update(self, number: int, element: dict[str, Any], *, whole: bool) -> dict[str, Any]:
        """whole: all that must be filled in has to be there."""

    def remove(self, number: int) -> None: ...


@dataclass(frozen=True)
class Table:
    """How programs know a module of ours. slug: of our module. fields: those with a name of their own; what they do not
    cover is known by our names. number: the name of the automatic number."""

    id: int
    name: str
    slug: str
    label: str
    singular: str
    fields: Sequence[Any] = ()
    label_fields: str = ""
    number: str = ""
    hidden: frozenset[str] = field(default_factory=frozenset)


def every() -> dict[str, Face]:
    """All of them by name, whoever may see them."""
    memo = current_acting().memo
    if MEMO not in memo:
        memo[MEMO] = _made()
    found: dict[str, Face] = memo[MEMO]
    return found


def _made() -> dict[str, Face]:
    from relasi.features.compat import hanging_faces, line_face, small_faces
    from relasi.features.compat.record_face import RecordFace
    from relasi.features.compat.tables import TABLES

    found: dict[str, Face] = {}
    known = set()
    for table in TABLES:
        try:
            module = registry.by_slug(table.slug)
        except UnknownModule:
            continue
        known.add(module.key)
        found[table.name] = RecordFace(table, module)
    for module in registry.records:
        if module.key not in known:
            table = _own_table(module, {face.id for face in found.values()})
            found[table.name] = RecordFace(table, module)
    for one in (*hanging_faces.faces(), *small_faces.faces(), *line_face.faces()):
        found[one.name] = one
    return found


def _own_table(module: Any, taken: set[int]) -> Table:
    """Of a module programs have no name for: by the name of its class, with a number made of it."""
    name = module.model.__name__
    number = OWN_NUMBERS + zlib.crc32(module.key.encode()) % 90_000
    while number in taken:
        number += 1
    return Table(number, name, module.slug, str(module.plural), str(module.name), number="number")


def named(name: str, verb: str = "view") -> Face:
    """Raises Wrong: one answer for what there is not and for what the person may not see."""
    found = every().get(name)
    if found is None or not found.opens("view"):
        raise denied(f"for name : {name[:60]}")
    if not found.opens(verb):
        raise denied(f"for name : {name[:60]}")
    return found


def numbered(number: int) -> Face:
    """Raises Wrong."""
    found = next((one for one in every().values() if one.id == number), None)
    if found is None or not found.opens("view"):
        raise denied("for id")
    return found


def of_model(model: Any) -> list[Any]:
    """The faces of a model of ours: none for one that programs do not see."""
    key = model._meta.label_lower
    return [one for one in every().values() if getattr(one, "key", "") == key]


def visible() -> list[Face]:
    """Those whose module the person may see, by number."""
    return sorted((one for one in every().values() if one.opens("view")), key=lambda one: one.id)


def not_supported(name: str) -> Wrong:
    return Wrong("OPERATION_NOT_SUPPORTED", f"{name} cannot be written through this interface")
