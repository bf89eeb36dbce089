"""Taking: lines of one document take from lines of another, and never more than is there. The database keeps the count.

A line class says what it takes from in `takes`: the name of its reference to a line of another document -> the field of
that line which counts what was taken. Triggers keep the count with every write, raw SQL, undo and the recycle bin
included; a check on the line taken from holds that it never passes the quantity. Two who take the last ones at
once wait for each other in the row of that line.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from relasi.engine.declare.module import Module
from relasi.engine.declare.registry import registry
from relasi.kits.trade.in_documents import line_modules


@dataclass(frozen=True)
class Taking:
    """As the triggers need it. by: column of the line taking. source: table of the lines taken from; counted: its column.
    amount: the column of the line taking that says how much. gives: it is counted down, by whole documents only."""

    by: str
    source: str
    counted: str
    amount: str = "quantity"
    gives: bool = False

    @property
    def signed(self) -> str:
        return f"-{self.amount}" if self.gives else self.amount


@dataclass(frozen=True)
class Way:
    """One way documents become others: lines of `lines` refer by `by` to lines that count in `counted`."""

    lines: Module
    by: str
    counted: str

    @property
    def document(self) -> Module:
        return registry.of(self.lines.whole.related_model)


def left_of(line: Any, way: Way) -> Decimal:
    """How much of a line is not taken yet; nothing of what does not count."""
    left = line.quantity - getattr(line, way.counted) if line.counts else Decimal(0)
    taker: Any = way.lines.model
    return min(left, taker.open_to(line, left))


def ways_from(document: Any) -> Iterator[Way]:
    """What this document, or class of documents, can become."""
    source = registry.of(document).lines_module
    for lines in line_modules():
        for by, counted in getattr(lines.model, "takes", {}).items():
            if source is not None and lines.fields[by].related_model is source.model:
                yield Way(lines, by, counted)


def ways_into(document: Any) -> Iterator[Way]:
    """What this document can have come from."""
    lines = registry.of(document).lines_module
    if lines is not None:
        for by, counted in getattr(lines.model, "takes", {}).items():
            yield Way(lines, by, counted)


def sources_of(documents: Iterable[Any]) -> dict[type[models.Model], set[int]]:
    """The class of documents -> ids of those that these documents, all of one class, take from or took from."""
    found: dict[type[models.Model], set[int]] = {}
    documents = list(documents)
    for way in ways_into(documents[0]) if documents else ():
        source = registry.of(way.lines.fields[way.by].related_model)
        rows = way.lines.model._base_manager.filter(
            **{f"{way.lines.whole.name}__in": [d.pk for d in documents]}
        )
        ids = rows.exclude(**{way.by: None}).values_list(f"{way.by}__{source.whole.attname}", flat=True)
        found.setdefault(source.whole.related_model, set()).update(ids)
    return found


def taken_by(document: Any, ids: list[int]) -> Iterable[Any]:
    """The lines of these documents of one class, where lines of that class take from others at all."""
    lines = registry.of(document).lines_module
    names = [f"{name}_id" for name in (*lines.model.takes, *lines.model.gives_back)]
    if not names or not ids:
        return ()
    return lines.model._base_manager.filter(**{f"{lines.whole.name}__in": ids}).only(*names)


def taken_from(lines: Module, rows: Iterable[Any]) -> Iterator[tuple[Module, Any]]:
    """(a class of documents, ids): those whose lines these lines of one class count in, for the engine to hold."""
    found: dict[Module, set[int]] = {}
    rows = list(rows)
    model: Any = lines.model
    for by in (*model.takes, *model.gives_back):
        source = registry.of(lines.fields[by].related_model)
        found.setdefault(source, set()).update(id for row in rows if (id := getattr(row, f"{by}_id")))
    for source, ids in found.items():
        if ids:
            whole = source.whole
            yield (
                registry.of(whole.related_model),
                source.model._base_manager.filter(pk__in=ids).values(whole.attname),
            )


def taking_triggers(
    header: str, column: str, idle: frozenset[str], takings: list[Taking]
) -> list[pgtrigger.Trigger]:
    """For a class of lines. header, column: the table of its documents and the reference to them. idle: their
    states in which they take nothing."""
    parts = "\n".join(
        f"""
    IF TG_OP = 'UPDATE' AND OLD.{one.by} IS NOT NULL AND OLD.trashed_at IS NULL THEN
        UPDATE {one.source} SET {one.counted} = {one.counted} - OLD.{one.amount} WHERE id = OLD.{one.by};
    END IF;
    IF NEW.{one.by} IS NOT NULL AND NEW.trashed_at IS NULL THEN
        UPDATE {one.source} SET {one.counted} = {one.counted} + NEW.{one.amount} WHERE id = NEW.{one.by};
    END IF;"""
        for one in takings
    )
    columns = dict.fromkeys(name for one in takings for name in (one.by, one.amount))
    same = " AND ".join(f"OLD.{name} IS NOT DISTINCT FROM NEW.{name}" for name in columns)
    amounts = sorted({one.amount for one in takings})
    same += "".join(f" AND OLD.{one} IS NOT DISTINCT FROM NEW.{one}" for one in amounts)
    body = f"""
    IF TG_OP = 'UPDATE' AND {same}
       AND (OLD.trashed_at IS NULL) = (NEW.trashed_at IS NULL) THEN
        RETURN NULL;
    END IF;
    IF NOT EXISTS (SELECT FROM {header} d WHERE d.id = NEW.{column} AND {_alive("d", idle)}) THEN
        RETURN NULL;
    END IF;{parts}
    RETURN NULL;
    """
    return [
        pgtrigger.Trigger(
            name="takes", level=pgtrigger.Row, when=pgtrigger.After,
            operation=pgtrigger.Insert | pgtrigger.Update, func=body,
        )
    ]  # fmt: skip


def giving_back_triggers(
    lines: str, column: str, idle: frozenset[str], takings: list[Taking], name: str = "takes"
) -> list[pgtrigger.Trigger]:
    """For a class of documents: cancelled or deleted it gives back what its lines took; revived it takes again.

    name: of the trigger, where a document counts twice."""
    parts = "\n".join(
        f"""
    UPDATE {one.source} s SET {one.counted} = s.{one.counted} + sign * t.quantity
    FROM (SELECT {one.by} AS id, sum({one.signed}) AS quantity FROM {lines}
          WHERE {column} = NEW.id AND trashed_at IS NULL AND {one.by} IS NOT NULL GROUP BY 1) t
    WHERE s.id = t.id;"""
        for one in takings
    )
    body = f"""
    IF ({_alive("OLD", idle)}) = ({_alive("NEW", idle)}) THEN
        RETURN NULL;
    END IF;
    sign := CASE WHEN {_alive("NEW", idle)} THEN 1 ELSE -1 END;{parts}
    RETURN NULL;
    """
    return [
        pgtrigger.Trigger(
            name=name, level=pgtrigger.Row, when=pgtrigger.After, operation=pgtrigger.Update,
            declare=[("sign", "integer")], func=body,
        )
    ]  # fmt: skip


def _alive(row: str, idle: frozenset[str]) -> str:
    states = ", ".join(f"'{one}'" for one in sorted(idle))
    return f"{row}.trashed_at IS NULL AND NOT {row}.status = ANY (ARRAY[{states}]::text[])"


def counted_checks(name: str, counted: str, beyond: str = "") -> list[models.CheckConstraint]:
    """Of a class of lines others take from. beyond: its column that says how many percent more may be taken."""
    most = F("quantity") * (F(beyond) + 100) / 100 if beyond else F("quantity")
    within = Q(quantity=None, **{counted: 0}) | Q(**{f"{counted}__gte": 0, f"{counted}__lte": most})
    return [
        models.CheckConstraint(condition=within, name=f"{name}_{counted}"),
        models.CheckConstraint(
            condition=Q(**{counted: 0}) | Q(trashed_at=None), name=f"{name}_{counted}_stays"
        ),
    ]


def over_taken(name: str, counted: str) -> dict[str, tuple[str, str, Any]]:
    """What the refusals of these checks mean to the document that takes."""
    sentence = _("More than is left on the document it comes from.")
    return {
        f"{name}_{counted}": ("lines", "QTY_EXCEEDED", sentence),
        f"{name}_{counted}_stays": ("lines", "QTY_EXCEEDED", sentence),
    }


def under_taken(name: str, counted: str) -> dict[str, tuple[str, str, Any]]:
    """What the refusals of these checks mean to the document taken from."""
    less = _("The quantity cannot be less than what other documents have taken already.")
    gone = _("A line that other documents have taken from cannot be removed.")
    return {
        f"{name}_{counted}": ("lines", "OUT_OF_RANGE", less),
        f"{name}_{counted}_stays": ("lines", "OUT_OF_RANGE", gone),
    }
