"""Proposing: what each column of a file seems to mean, by names, units, the values below them, and the program it is from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from relasi.engine.declare.module import Module
from relasi.engine.fields.kind import Invalid
from relasi.engine.fields.reader import Reader
from relasi.engine.transfer.heading import Heading, plain, read_heading
from relasi.engine.transfer.known_source import recognised
from relasi.engine.transfer.mapping import EXTRA, LEFT_OUT, Column
from relasi.engine.transfer.source_columns import lay_over
from relasi.engine.transfer.table import Cell, Table
from relasi.engine.transfer.target import EXACT, LOOSE, Target, in_all_languages, targets_of

# So many rows are tried before a field is proposed for a column.
TRIED_ROWS = 100

# The reason column of our own error files, so that they can be imported again as they are.
REASON_HEADINGS = frozenset(("kesalahan", "error"))


def propose(table: Table, module: Module, user: Any, reader: Reader) -> list[Column]:
    """One Column for each heading, none of them dropped."""
    targets = targets_of(module, user)
    columns = _by_headings(table, module, targets, reader)
    source = recognised(table.headings, module)
    if source is not None:
        lay_over(source, module, columns, targets)
    return columns


def _by_headings(table: Table, module: Module, targets: dict[str, Target], reader: Reader) -> list[Column]:
    headings = [read_heading(heading) for heading in table.headings]
    columns = [Column(heading) for heading in table.headings]
    for column, heading in zip(columns, headings, strict=True):
        if heading.full in REASON_HEADINGS:
            column.to, column.sure = LEFT_OUT, EXACT
    order = {key: place for place, key in enumerate(targets)}
    wishes = sorted(
        (-sure, place, order[key], key)
        for place, heading in enumerate(headings)
        if columns[place].to == EXTRA
        for key, sure in _meant(heading, targets, module)
    )
    sample = table.sample(TRIED_ROWS)
    taken: set[str] = set()
    for sure, place, _order, key in wishes:
        column, target = columns[place], targets[key]
        if column.to == EXTRA and key not in taken:
            column.doubt = _doubt(target, headings[place], [row.cells[place] for row in sample], reader)
            if not column.doubt:
                column.to, column.sure = key, -sure
                column.factor = str(headings[place].factor) if target.is_number else "1"
                taken.add(key)
    return columns


def _meant(heading: Heading, targets: dict[str, Target], module: Module) -> list[tuple[str, int]]:
    """The targets the heading may mean, and how surely."""
    exact, loose = _readings(heading, module)
    found = []
    for key, target in targets.items():
        sure = max((target.names.get(reading, 0) for reading in exact), default=0)
        sure = sure or min(LOOSE, max((target.names.get(reading, 0) for reading in loose), default=0))
        if sure:
            found.append((key, sure))
    return found


def _readings(heading: Heading, module: Module) -> tuple[set[str], set[str]]:
    """What the heading says, and what it may mean besides: without a hint, without the module's own name."""
    exact = {heading.full, heading.full.removeprefix("no ")}
    if not heading.hint:
        exact.add(heading.bare)
        loose = set()
    else:
        loose = set() if heading.hint.isdigit() else {heading.bare}
    for name in _names_of(module):
        for reading in (heading.full, heading.bare):
            if reading.startswith(f"{name} ") and not heading.hint.isdigit():
                loose.add(reading.removeprefix(f"{name} "))
    return exact, loose


def _names_of(module: Module) -> set[str]:
    words = {module.slug, module.model._meta.model_name or ""}
    for text in (module.model._meta.verbose_name, module.model._meta.verbose_name_plural):
        words.update(in_all_languages(text))
    return {plain(word) for word in words}


def _doubt(target: Target, heading: Heading, cells: Sequence[Cell], reader: Reader) -> str:
    """Why the values below a heading do not fit the field after all; empty when they do."""
    if target.is_number and heading.hint:
        return _("What “%(unit)s” means for “%(field)s” is not clear. Choose the field if the numbers fit.") % {
            "unit": heading.hint, "field": target.label,
        }  # fmt: skip
    if target.kind is None or target.is_reference:
        return ""
    filled = [cell for cell in cells if cell is not None and str(cell).strip()]
    wrong = [cell for cell in filled if not _fits(target, cell, reader)]
    if len(wrong) * 2 <= len(filled):
        return ""
    return _("Values such as “%(value)s” do not fit “%(field)s”.") % {
        "value": str(wrong[0])[:40], "field": target.label,
    }  # fmt: skip


def _fits(target: Target, cell: Cell, reader: Reader) -> bool:
    assert target.kind is not None
    kind = target.kind.part(target.part) if target.part else target.kind
    try:
        kind.parse(cell, reader)
    except Invalid:
        return False
    return True
