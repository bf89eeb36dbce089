"""Record files: records as contact cards or as the entries of a calendar, of what the person may see, one after another."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, cast

from django.utils import timezone
from django.utils.module_loading import import_string

from relasi.engine.access.door import fields_for
from relasi.engine.declare.module import Module
from relasi.engine.declare.words import CardWriter
from relasi.engine.fields.choice import ChoiceKind
from relasi.engine.fields.reader import Reader
from relasi.engine.fields.reference import ReferenceKind, unseen
from relasi.engine.query.calendar import Mark, span_of
from relasi.engine.query.icalendar import calendar_text, event_text
from relasi.engine.query.path import Path
from relasi.engine.records.record import title_of
from relasi.engine.transfer.export import CARDS, Shape
from relasi.engine.transfer.export_rows import PAGE, Asking, listing_of, records_of

Counted = Callable[[Iterable[Any]], Iterable[Any]]


@dataclass
class _Asked:
    """The same records with the columns such a file needs."""

    home: Module
    user: Any
    reader: Reader
    asked: dict[str, Any]
    shape: Any = Shape.VIEW


def _with_columns(job: Asking, columns: Iterable[str]) -> _Asked:
    return _Asked(job.home, job.user, job.reader, {**job.asked, "columns": list(columns)})


def write_cards(job: Asking, place: str, counted: Counted) -> int:
    """A card for each record, in the order of the list. Returns how many."""
    writer: CardWriter = import_string(job.home.writers[CARDS])
    asked = _with_columns(job, writer.fields)
    listing, count = listing_of(asked), 0
    with open(place, "w", encoding="utf-8", newline="") as file:
        for record in counted(records_of(asked, listing)):
            file.write(writer.write(record.pk, dict(_values(listing.paths, record, job.reader))))
            count += 1
    return count


def _values(paths: list[Path], record: Any, reader: Reader) -> Iterator[tuple[str, Any]]:
    """Field -> its value as it is stored; what refers to something or is chosen of a list in words."""
    hidden = unseen(record)
    for path in paths:
        kind = path.kind
        if isinstance(kind, ReferenceKind):
            other = None if kind.key in hidden else getattr(record, kind.key)
            yield path.text, str(other) if other is not None else None
        elif isinstance(kind, ChoiceKind):
            yield path.text, kind.show(path.value_of(record), reader)
        else:
            yield path.text, path.value_of(record)


def write_calendar(job: Asking, place: str, counted: Counted) -> int:
    """An entry for each record that has a day. Returns how many."""
    module, reader, now = job.home, job.reader, timezone.now()
    words = cast(Any, module.calendar)
    seen = fields_for(job.user, "view", module)
    asked = _with_columns(job, [module.naming_field])
    begin, end_mark, end = calendar_text(str(module.plural), [], now).partition("END:VCALENDAR")
    count = 0
    with open(place, "w", encoding="utf-8", newline="") as file:
        file.write(begin)
        for record in _whole(module, counted(records_of(asked, listing_of(asked)))):
            if words.start not in seen or getattr(record, words.start) is None:
                continue
            start, until, whole = span_of(module, record, reader)
            where = (getattr(record, words.place) or "") if words.place and words.place in seen else ""
            mark = Mark(title_of(record), start, until, whole, record.owner_id, place=where, record=record)
            file.write(event_text(mark, now))
            count += 1
        file.write(end_mark + end)
    return count


def _whole(module: Module, records: Iterable[Any]) -> Iterator[Any]:
    """The same records with all their columns, in the same order."""
    left = iter(records)
    while some := list(islice(left, PAGE)):
        found = module.model._base_manager.in_bulk([record.pk for record in some])
        yield from (found[record.pk] for record in some if record.pk in found)
