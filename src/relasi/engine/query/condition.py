"""Conditions: the one filter language of lists, saved views, boards, workflows, reports and the API.

A tree of JSON: {"all": [...]}, {"any": [...]} or a leaf {"field": "amount", "op": "gte", "value": "1000000"}.
It compiles to SQL and can be answered on one record in memory; both give the same answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from relasi.engine.declare.module import Module
from relasi.engine.fields.kind import Invalid, kind_of
from relasi.engine.fields.operators import check_operand
from relasi.engine.fields.operators import explain as explain_leaf
from relasi.engine.fields.reader import Reader, current_reader, said
from relasi.engine.query.path import Path, resolve

EMPTY: dict[str, Any] = {"all": []}
DEEPEST = 5
MOST_LEAVES = 50


class BadCondition(Invalid):
    """The tree itself is not well formed."""


@dataclass(frozen=True)
class Leaf:
    path: Path
    op: str
    value: Any

    def q(self, user: Any, reader: Reader) -> Q:
        return self.path.kind.where(self.path.orm, self.op, self.value, reader) & self.path.guard(user)

    def holds(self, record: Any, user: Any, reader: Reader) -> bool:
        return self.path.told(record, user) and self.path.kind.holds(
            self.path.value_of(record), self.op, self.value, reader
        )

    def text(self, reader: Reader) -> str:
        told = explain_leaf(self.path.kind, self.op, self.value, reader)
        if self.path.through is None:
            return told
        return f"{said(kind_of(self.path.through).label, reader)} › {told}"


@dataclass(frozen=True)
class Group:
    """any: one must hold, else all must. An empty group always holds."""

    any: bool
    items: tuple[Leaf | Group, ...]

    def q(self, user: Any, reader: Reader) -> Q:
        found = Q()
        for item in self.items:
            part = item.q(user, reader)
            found = (found | part) if self.any else (found & part)
        return found

    def holds(self, record: Any, user: Any, reader: Reader) -> bool:
        if not self.items:
            return True
        answers = (item.holds(record, user, reader) for item in self.items)
        return any(answers) if self.any else all(answers)

    def leaves(self) -> Iterator[Leaf]:
        for item in self.items:
            if isinstance(item, Leaf):
                yield item
            else:
                yield from item.leaves()

    def text(self, reader: Reader) -> str:
        joined = (_(" or ") if self.any else _(" and ")).join(item.text(reader) for item in self.items)
        return f"({joined})" if len(self.items) > 1 else joined


def read(tree: Any, module: Module, user: Any) -> Group:
    """The tree with every name resolved for this person. Raises Invalid (BadCondition, UnknownField)."""
    found = _read(tree or EMPTY, module, user, DEEPEST)
    group = found if isinstance(found, Group) else Group(False, (found,))
    if sum(1 for _leaf in group.leaves()) > MOST_LEAVES:
        raise BadCondition(_("This filter has too many conditions."))
    return group


def _read(tree: Any, module: Module, user: Any, depth: int) -> Leaf | Group:
    if not isinstance(tree, dict) or depth == 0:
        raise BadCondition(_("This filter cannot be read."))
    for word in ("all", "any"):
        if word in tree:
            items = tree[word]
            if not isinstance(items, list):
                raise BadCondition(_("This filter cannot be read."))
            return Group(word == "any", tuple(_read(item, module, user, depth - 1) for item in items))
    if not isinstance(tree.get("field"), str) or not isinstance(tree.get("op"), str):
        raise BadCondition(_("This filter cannot be read."))
    path = resolve(module, tree["field"], user)
    if tree["op"] not in path.kind.operators:
        raise BadCondition(_("“%(field)s” has no such filter.") % {"field": path.label})
    check_operand(path.kind, tree["op"], tree.get("value"))
    return Leaf(path, tree["op"], tree.get("value"))


def typed(module: Module, user: Any, field: str, op: str, raw: Any) -> dict[str, Any]:
    """A leaf from what a person typed: the operand is parsed and stored in its JSON form. Raises Invalid."""
    path = resolve(module, field, user)
    if op not in path.kind.operators:
        raise BadCondition(_("“%(field)s” has no such filter.") % {"field": path.label})
    return {"field": field, "op": op, "value": path.kind.operand(op, raw, current_reader())}


def compile_q(tree: Any, module: Module, user: Any) -> Q:
    return read(tree, module, user).q(user, current_reader())


def matches(tree: Any, record: Any, module: Module, user: Any) -> bool:
    return read(tree, module, user).holds(record, user, current_reader())


def why_not(tree: Any, record: Any, module: Module, user: Any) -> str | None:
    """The first condition that does not hold, with the value that stands, or None when all holds."""
    return _why_not(read(tree, module, user), record, user, current_reader())


def _why_not(item: Leaf | Group, record: Any, user: Any, reader: Reader) -> str | None:
    if item.holds(record, user, reader):
        return None
    if isinstance(item, Group) and not item.any:
        return next(filter(None, (_why_not(part, record, user, reader) for part in item.items)))
    if isinstance(item, Group) or not item.path.told(record, user):
        return item.text(reader)
    value = item.path.kind.show(item.path.value_of(record), reader) or _("empty")
    return _("%(condition)s, but it is %(value)s") % {"condition": item.text(reader), "value": value}
