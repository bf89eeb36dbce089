"""Listing: the rows of a module one person sees for a condition, a search, columns and a sort, in a fixed number
of queries."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db import models
from django.db.models import Count, QuerySet, Sum

from relasi.engine.access.door import may, visible_to
from relasi.engine.access.owner import Owner
from relasi.engine.declare.module import Module
from relasi.engine.declare.registry import registry
from relasi.engine.fields.reader import current_reader
from relasi.engine.query.condition import Group, read
from relasi.engine.query.paging import MOST_KEYS, Page, SortKey, page_of
from relasi.engine.query.path import Path, resolve
from relasi.engine.query.search import matching_ids

ALWAYS = ("id", "version", "trashed_at")


@dataclass
class Listing:
    """What is asked for. columns, sort: field paths ("-" for descending). fixed: values of a menu entry."""

    module: Module
    user: Any
    condition: Any = None
    columns: list[str] = field(default_factory=list)
    sort: list[str] = field(default_factory=list)
    words: str = ""
    fixed: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def group(self) -> Group:
        return read(self.condition, self.module, self.user)

    @cached_property
    def paths(self) -> list[Path]:
        return [resolve(self.module, name, self.user) for name in self.columns]

    @cached_property
    def keys(self) -> list[SortKey]:
        found = []
        for text in (self.sort or self.module.sort)[:MOST_KEYS]:
            path = resolve(self.module, text.lstrip("-"), self.user)
            if path.sortable:
                found.append(SortKey(path, text.startswith("-")))
        return found

    def rows(self) -> QuerySet:
        """Everything that matches, unordered, no related rows loaded."""
        found = visible_to(self.user, self.module.model)
        if self.fixed:
            found = found.filter(**self.fixed)
        for leaf in self.group.leaves():
            if leaf.path.computed:
                found = found.annotate(**{leaf.path.orm: leaf.path.expression})
        condition = self.group.q(self.user, current_reader())
        if condition:
            found = found.filter(condition)
        if self.words.strip():
            found = found.filter(pk__in=matching_ids(self.words, self.module))
        return found

    def page(self, size: int = 25, *, after: str = "", before: str = "") -> Page:
        return self.page_of(self.rows(), size, after=after, before=before)

    def page_of(self, rows: QuerySet, size: int, *, after: str = "", before: str = "") -> Page:
        """A page of some of its rows. Raises Invalid for a cursor that is not one of ours."""
        page = page_of(self.loaded(rows), self.keys, size, after=after, before=before)
        hide_unseen(page.rows, self.references, self.user)
        return page

    @cached_property
    def references(self) -> list[Any]:
        found = {}
        for path in [*self.paths, *(key.path for key in self.keys)]:
            target = path.through or path.kind.field
            if isinstance(target, models.ForeignKey):
                found[target.name] = target
            for need in self.module.computed[path.text].needs if path.computed else ():
                through, dot, _name = need.partition(".")
                if dot:
                    found[through] = self.module.fields[through]
        for name in self.module.title_fields:
            if isinstance(self.module.fields[name], models.ForeignKey):
                found[name] = self.module.fields[name]
        return list(found.values())

    def loaded(self, rows: QuerySet) -> QuerySet:
        """Loads just the columns shown, and of related records what their titles need."""
        needed = {*ALWAYS, *self.module.title_fields} & {*self.module.fields}
        if self.module.is_record:
            needed |= {"number", "owner"}
        for path in [*self.paths, *(key.path for key in self.keys)]:
            needed |= self._needed(path)
        for field_ in self.references:
            needed |= {f"{field_.name}__{name}" for name in _title_columns(field_.related_model)}
        related = [field_.name for field_ in self.references]
        return rows.select_related(*related).only(*needed) if related else rows.only(*needed)

    def _needed(self, path: Path) -> set[str]:
        """The columns a cell reads: its own, and what its kind reads beside it, such as the currency."""
        if path.computed:
            needs = self.module.computed[path.text].needs
            return {need.replace(".", "__") for need in needs} | ({*path.kind.beside} & {*self.module.fields})
        if path.through is None:
            return {path.text.partition(".")[0]} | ({*path.kind.beside} & {*self.module.fields})
        there = {field.name for field in path.through.related_model._meta.fields}
        beside = {f"{path.through.name}__{name}" for name in {*path.kind.beside} & there}
        return {path.through.name, path.orm, *beside}

    def count(self) -> int:
        return self.rows().count()

    def totals(self) -> dict[str, Any]:
        """{"count": n, column: sum} over the whole result, for the columns whose kind can be added up."""
        sums = {
            p.text: Sum(p.orm) for p in self.paths if p.kind.sums and p.through is None and not p.computed
        }
        found = self.rows().aggregate(records=Count("pk"), **{f"sum_{name}": s for name, s in sums.items()})
        return {"count": found["records"], **{name: found[f"sum_{name}"] for name in sums}}


def _title_columns(model: type[models.Model]) -> list[str]:
    if model is Owner:
        return ["kind", "name", "active"]
    if not registry.knows(model._meta.label):
        return []
    module = registry.of(model)
    names = ["id", *module.title_fields, *module.other_titles.split(), *module.tone.split()]
    return [*names, "number", "owner_id", "trashed_at"] if module.is_record else names


def hide_unseen(rows: list[Any], references: list[Any], user: Any) -> None:
    """Marks references to records the person may not see; their cells then show the number alone."""
    for field_ in references:
        if field_.related_model is Owner or not registry.knows(field_.related_model._meta.label):
            continue
        module = registry.of(field_.related_model)
        if not module.is_record:
            continue
        for row in rows:
            other = field_.get_cached_value(row, default=None)
            if other is not None and not may(user, "view", module, other):
                row.__dict__.setdefault("_hidden", set()).add(field_.name)
