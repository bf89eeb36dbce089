"""Listing: the rows of a module one person sees for a condition, a search, columns and a sort, in a fixed number
of queries."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db import models
from django.db.models import Count, QuerySet, Sum

from relasi.engine.access.door import sight_of, viewer, visible_to
from relasi.engine.access.owner import Owner
from relasi.engine.access.prepared import Given, prepared
from relasi.engine.declare.module import Module
from relasi.engine.declare.registry import registry
from relasi.engine.fields.custom import HOME, PREFIX
from relasi.engine.fields.loose_reference import LooseReferenceField, load_referred
from relasi.engine.fields.number_text import rounded_to
from relasi.engine.fields.numbers import NumberKind
from relasi.engine.fields.reader import current_reader
from relasi.engine.fields.reference import mark_sight
from relasi.engine.query.condition import Group, read
from relasi.engine.query.paging import (
    MOST_KEYS,
    Page,
    Place,
    SortKey,
    cursor_of,
    order_of,
    page_of,
    rows_at,
    with_keys,
)
from relasi.engine.query.path import Path, UnknownField, resolve
from relasi.engine.query.search import matching_ids
from relasi.engine.query.viewed import NAME

ALWAYS = ("id", "version", "trashed_at")


@dataclass
class ColumnTotal:
    """The sum of one numeric column over all rows, and of how many values. currency: "" for what is no money."""

    path: Path
    currency: str
    sum: Any
    values: int

    @property
    def mean(self) -> Decimal:
        """To two decimals, half away from zero."""
        return rounded_to(Decimal(self.sum) / self.values, 2)


@dataclass
class Totals:
    """count: of records. columns: in their order; one of each currency."""

    count: int = 0
    columns: list[ColumnTotal] = field(default_factory=list)

    def add(self, path: Path, currency: str, sum: Any, values: int) -> None:
        if not values:
            return
        for one in self.columns:
            if one.path is path and one.currency == currency:
                one.sum, one.values = one.sum + sum, one.values + values
                return
        self.columns.append(ColumnTotal(path, currency, sum, values))


@dataclass
class Listing:
    """What is asked for. columns, sort: field paths ("-" for descending). fixed: values of a menu entry.
    also: paths of fields that rows must hold though no column shows them."""

    module: Module
    user: Any
    condition: Any = None
    columns: list[str] = field(default_factory=list)
    sort: list[str] = field(default_factory=list)
    words: str = ""
    fixed: dict[str, Any] = field(default_factory=dict)
    also: list[str] = field(default_factory=list)

    @cached_property
    def group(self) -> Group:
        return read(self.condition, self.module, self.user)

    @cached_property
    def paths(self) -> list[Path]:
        return [resolve(self.module, name, self.user) for name in self.columns]

    @cached_property
    def _loaded_paths(self) -> list[Path]:
        also = [resolve(self.module, name, self.user) for name in self.also]
        return [*self.paths, *also, *(key.path for key in self.keys)]

    @cached_property
    def keys(self) -> list[SortKey]:
        """What was asked for raises Invalid where it may not be seen; the module's own sort does without it."""
        found = []
        for text in (self.sort or self.module.sort)[:MOST_KEYS]:
            try:
                path = resolve(self.module, text.lstrip("-"), self.user)
            except UnknownField:
                if self.sort:
                    raise
                continue
            if path.sortable:
                found.append(SortKey(path, text.startswith("-"), path.sort_guard(self.user)))
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
            found = found.filter(pk__in=matching_ids(self.user, self.words, self.module))
        return found

    def page(self, size: int = 25, *, after: str = "", before: str = "") -> Page:
        """Raises Invalid for a cursor that is not one of ours."""
        place = Place.read(self.keys, after, before)
        if self._is_plain(place):
            return self._page(self._prepared(place, size), place, size)
        return self.page_of(self.rows(), size, after=after, before=before)

    def page_of(self, rows: QuerySet, size: int, *, after: str = "", before: str = "") -> Page:
        """A page of some of its rows."""
        place = Place.read(self.keys, after, before)
        return self._page(list(self._rows_at(rows, place, size)), place, size)

    def _rows_at(self, rows: QuerySet, place: Place, size: int) -> QuerySet:
        """The rows of a page with all they show. The usual order has an index and gives them at once; for any other the
        ids come first, because a million bare rows are sorted many times faster than with all that belongs to them."""
        if [key.text for key in self.keys] == [*self.module.sort]:
            return rows_at(self.loaded(rows), self.keys, place, size)
        first = rows_at(rows, self.keys, place, size).values("pk")
        shown = with_keys(self.loaded(self.module.model._base_manager.filter(pk__in=first)), self.keys)
        return shown.order_by(*order_of(self.keys, place.backwards))

    def _page(self, found: list[Any], place: Place, size: int) -> Page:
        page = page_of(found, self.keys, place, size)
        self.complete(page.rows)
        return page

    def complete(self, rows: list[Any]) -> None:
        """Reads for loaded rows what stands in no column of theirs, and marks what the person may not see."""
        hide_unseen(rows, self.references, self.user)
        for path in self.paths if rows else ():
            load = path.kind.load if path.beside else None  # type: ignore[attr-defined]
            if path.computed:
                load = self.module.computed[path.text].load
            if load is not None:
                load(rows)

    def page_of_ids(self, ids: list[int]) -> list[Any]:
        """These records as rows of the list, as far as the person may see them."""
        rows = list(self.loaded(self.rows().filter(pk__in=ids)))
        self.complete(rows)
        return rows

    def neighbours(self, id: int) -> tuple[int | None, int | None]:
        """Ids of the rows before and after this record, which need not fit the filter any more."""
        record = with_keys(visible_to(self.user, self.module.model).filter(pk=id), self.keys).first()
        if record is None:
            return None, None
        here = cursor_of(record, self.keys)
        rows = self.rows().exclude(pk=id).only("pk")
        sides = (Place.read(self.keys, "", here), Place.read(self.keys, here, ""))
        before, after = (next(iter(rows_at(rows, self.keys, place, 1)), None) for place in sides)
        return (before.pk if before else None, after.pk if after else None)

    def _is_plain(self, place: Place) -> bool:
        """Whether nothing but the person, fixed values and the place in the list decides what the rows are.

        What is worked out may depend on who asks, today or the company's zone, and so is worded anew each time."""
        if self.words.strip() or self.group.items:
            return False
        stored = self.module.fields
        return all(
            key.path.text.partition(".")[0] in stored and (key.is_column or place.cursor is None)
            for key in self.keys
        )

    def _prepared(self, place: Place, size: int) -> list[Any]:
        sight = sight_of(self.user, self.module)
        if sight.shape == "none":
            return []
        sort = tuple(key.text for key in self.keys)
        shape = (
            self.module.key,
            sight.shape,
            (*self.columns, *self.also),
            sort,
            (*self.fixed,),
            place.shape,
            size,
        )

        def build() -> QuerySet:
            rows = sight.rows(self.module).filter(**{name: Given(f"fixed_{name}") for name in self.fixed})
            return self._rows_at(rows, place.prepared(), size)

        fixed = {f"fixed_{name}": value for name, value in self.fixed.items()}
        return prepared(shape, build).run({**sight.values, **place.values, **fixed})

    @cached_property
    def references(self) -> list[Any]:
        found: dict[str, Any] = {}
        for path in self._loaded_paths:
            target = path.through or path.kind.field
            if isinstance(target, models.ForeignKey | LooseReferenceField):
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
        for path in self._loaded_paths:
            needed |= self._needed(path)
        references = [one for one in self.references if isinstance(one, models.ForeignKey)]
        for field_ in references:
            needed |= {f"{field_.name}__{name}" for name in title_columns(field_.related_model)}
        related = [field_.name for field_ in references]
        needed = {self._stored(name) for name in needed}
        return rows.select_related(*related).only(*needed) if related else rows.only(*needed)

    def _stored(self, name: str) -> str:
        """The column that holds the value: of a custom field the JSON beside the others."""
        *through, last = name.split("__")
        return "__".join([*through, HOME]) if last.startswith(PREFIX) else name

    def _needed(self, path: Path) -> set[str]:
        """The columns a cell reads: its own, and what its kind reads beside it, such as the currency."""
        if path.text == NAME or path.beside:
            return set()
        if path.computed:
            needs = self.module.computed[path.text].needs
            return {need.replace(".", "__") for need in needs} | ({*path.kind.beside} & {*self.module.fields})
        if path.through is None:
            return {path.text.partition(".")[0]} | ({*path.kind.beside} & {*self.module.fields})
        there = {*registry.of(path.through.related_model).fields}
        beside = {f"{path.through.name}__{name}" for name in {*path.kind.beside} & there}
        column = path.orm.removesuffix(f"__{path.part}") if path.part else path.orm
        return {path.through.name, column, *beside}

    def count(self, most: int | None = None) -> int:
        """How many there are; most: what is beyond is not counted, so the answer may be most + 1."""
        rows = self.rows()
        return rows.count() if most is None else rows.order_by()[: most + 1].count()

    def totals(self) -> Totals:
        """Over the whole result, for the columns of numbers, each currency by itself."""
        return self.totals_by(None).get(None, Totals())

    def totals_by(self, group: Any) -> dict[Any, Totals]:
        """The same for each value of an expression; None: of everything, under None."""
        paths = [
            p
            for p in self.paths
            if isinstance(p.kind, NumberKind) and p.kind.foot and p.through is None and not p.computed
        ]
        names = sorted({getattr(p.kind, "currency_field", "") for p in paths} - {""})
        own = current_reader().currency
        asked: dict[str, Any] = {"records": Count("pk")}
        for place, path in enumerate(paths):
            asked[f"sum_{place}"], asked[f"n_{place}"] = Sum(path.orm), Count(path.orm)
        living = self.rows().order_by()
        if group is not None:
            living, names = living.annotate(of_group=group), [*names, "of_group"]
        rows = living.values(*names).annotate(**asked) if names else [living.aggregate(**asked)]
        found: dict[Any, Totals] = {}
        for row in rows:
            totals = found.setdefault(row.get("of_group"), Totals())
            totals.count += row["records"]
            for place, path in enumerate(paths):
                named = getattr(path.kind, "currency_field", None)
                currency = "" if named is None else row.get(named) or own
                totals.add(path, currency, row[f"sum_{place}"], row[f"n_{place}"])
        return found


def title_columns(model: type[models.Model]) -> list[str]:
    """What must be loaded of a record referred to, so that it can be named to those who may see it."""
    if model is Owner:
        return ["kind", "name", "active"]
    if not registry.knows(model._meta.label):
        return []
    module = registry.of(model)
    names = ["id", *module.title_fields, *module.other_titles.split(), *module.tone.split()]
    if module.is_record:
        names += ["number", "owner_id"]
    return [*names, *({"trashed_at"} & module.fields.keys())]


def hide_unseen(rows: list[Any], references: list[Any], user: Any) -> None:
    """Looks at what the rows refer to: of records the person may not see, cells then show the number alone."""
    load_referred(rows, references)
    for field_ in references:
        if field_.related_model is Owner or not registry.knows(field_.related_model._meta.label):
            continue
        module = registry.of(field_.related_model)
        if not module.is_record:
            continue
        sees, name = viewer(user, module), field_.name
        for row in rows:
            other = row._state.fields_cache.get(name)
            if other is not None:
                mark_sight(row, name, sees(other))
