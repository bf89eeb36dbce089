"""Condition form: a filter as rows a person fills in: groups of ALL or ANY, nested one level, and back again."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from relasi.engine.declare.module import Module
from relasi.engine.fields.dates import DateKind
from relasi.engine.fields.kind import Invalid
from relasi.engine.fields.operators import Operator, operators_of
from relasi.engine.query.condition import MOST_LEAVES, typed
from relasi.engine.query.path import Path, resolve

# The outermost group; the others are nested in it.
TOP = 0
MOST_GROUPS = 10


@dataclass
class Row:
    """One condition as it stands in the form. values: as typed. error: why it cannot be taken."""

    place: int
    group: int
    field: str = ""
    op: str = ""
    values: list[str] = dataclasses.field(default_factory=list)
    path: Path | None = None
    error: str = ""

    @property
    def operators(self) -> list[Operator]:
        return operators_of(self.path.kind) if self.path else []

    @property
    def chosen_op(self) -> str:
        names = [one.name for one in self.operators]
        return self.op if self.op in names else names[0] if names else ""

    @property
    def raw(self) -> Any:
        """What its operator is given: one value, or several."""
        filled = [value for value in self.values if value != ""]
        return filled if len(filled) > 1 else (filled[0] if filled else "")


@dataclass
class ConditionForm:
    """any: group -> whether one condition is enough. Groups are numbered; TOP holds the others."""

    module: Module
    user: Any
    rows: list[Row] = dataclasses.field(default_factory=list)
    any: dict[int, bool] = dataclasses.field(default_factory=lambda: {TOP: False})

    @classmethod
    def of_tree(cls, module: Module, user: Any, tree: dict[str, Any]) -> ConditionForm | None:
        """The form of a stored filter; None for one nested deeper than a form can show."""
        form = cls(module, user)
        if "field" in tree:
            tree = {"all": [tree]}
        form.any[TOP] = "any" in tree
        for item in tree.get("any") or tree.get("all") or []:
            if "field" in item:
                form._take(item, TOP)
                continue
            group = max(form.any) + 1
            form.any[group] = "any" in item
            for leaf in item.get("any") or item.get("all") or []:
                if "field" not in leaf:
                    return None
                form._take(leaf, group)
        return form

    def _take(self, leaf: dict[str, Any], group: int) -> None:
        row = Row(len(self.rows), group, leaf["field"], leaf["op"])
        self._resolve(row)
        if row.path is not None:
            value = leaf.get("value")
            found = value if isinstance(value, list) else [] if value is None else [value]
            row.values = [as_typed(row.path, row.op, one) for one in found]
        self.rows.append(row)

    @classmethod
    def of_data(cls, module: Module, user: Any, data: Any) -> ConditionForm:
        """What a form sent: g-3, f-3, o-3, v-3 of the row in place 3, m-1 of the group 1."""
        form = cls(module, user)
        for name in data:
            mark, _dash, number = name.partition("-")
            if mark == "m" and number.isdigit() and int(number) <= MOST_LEAVES:
                form.any[int(number)] = data[name] == "any"
        for place in sorted(_places(data))[:MOST_LEAVES]:
            group = data[f"g-{place}"]
            row = Row(len(form.rows), int(group) if group.isdigit() and int(group) in form.any else TOP)
            row.field, row.op = data.get(f"f-{place}", ""), data.get(f"o-{place}", "")
            row.values = data.getlist(f"v-{place}")
            form._resolve(row)
            form.rows.append(row)
        return form

    def _resolve(self, row: Row) -> None:
        if row.field:
            try:
                row.path = resolve(self.module, row.field, self.user)
            except Invalid as wrong:
                row.error = str(wrong.message)

    def act(self, what: str) -> None:
        """add-1: one more row in group 1. group: one more group. drop-3: a row goes. ungroup-1: a group goes."""
        verb, _dash, number = what.partition("-")
        at = int(number) if number.isdigit() else -1
        if verb == "add" and at in self.any and len(self.rows) < MOST_LEAVES:
            self.rows.append(Row(len(self.rows), at))
        elif verb == "group" and len(self.any) <= MOST_GROUPS:
            group = max(self.any) + 1
            self.any[group] = not self.any[TOP]
            self.rows.append(Row(len(self.rows), group))
        elif verb == "drop":
            self.rows = [row for row in self.rows if row.place != at]
        elif verb == "ungroup" and at != TOP:
            self.any.pop(at, None)
            self.rows = [row for row in self.rows if row.group != at]
        for place, row in enumerate(self.rows):
            row.place = place

    def groups(self) -> Iterator[tuple[int, bool, list[Row]]]:
        """(number, whether one is enough, its rows), TOP first."""
        for group in sorted(self.any):
            yield group, self.any[group], [row for row in self.rows if row.group == group]

    def tree(self) -> dict[str, Any] | None:
        """The filter, or None when a row says in its error what is wrong. Rows without a field do not count."""
        leaves: dict[int, list[Any]] = {group: [] for group in self.any}
        for row in self.rows:
            if row.field and not row.error:
                leaf = self.leaf(row)
                if leaf:
                    leaves[row.group].append(leaf)
        if any(row.error for row in self.rows):
            return None
        found = leaves.pop(TOP)
        found += [{"any" if self.any[group] else "all": some} for group, some in leaves.items() if some]
        return {"any" if self.any[TOP] and found else "all": found}

    def leaf(self, row: Row) -> dict[str, Any] | None:
        try:
            return typed(self.module, self.user, row.field, row.chosen_op, row.raw)
        except Invalid as wrong:
            row.error = str(wrong.message) or _("This cannot be read.")
            return None


def _places(data: Any) -> set[int]:
    found = (name[2:] for name in data if name.startswith("g-"))
    return {int(number) for number in found if number.isdigit() and len(number) < 4}


def as_typed(path: Path, op: str, stored: Any) -> str:
    """A stored operand as a person would type it."""
    if op in ("contains", "not_contains", "starts", "ends") or isinstance(path.kind, DateKind):
        return str(stored)
    if isinstance(stored, bool):
        return "true" if stored else "false"
    return str(path.kind.typed(path.kind.from_json(stored)))
