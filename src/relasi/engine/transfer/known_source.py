"""Known sources: other programs whose files are told by their headings, and what stands in them.

Only what a heading, an alias or a label does not tell by itself is written down, see `mapping.propose`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from relasi.engine.declare.module import Module
from relasi.engine.transfer.heading import plain


@dataclass(frozen=True)
class Sheet:
    """The files of one kind of record.

    signs: sets of headings, one of which must be there whole. columns: heading -> key of a target, the better one
    first where two mean the same. values: key of a target -> what is written there -> what it is called here.
    set_right: changes the cells of a row, by heading, where one says something about another. All headings in their
    plain form.
    """

    signs: Sequence[frozenset[str]]
    columns: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    set_right: Callable[[dict[str, Any]], None] | None = None

    def tells(self, headings: Collection[str]) -> bool:
        return any(sign <= set(headings) for sign in self.signs)


@dataclass(frozen=True)
class KnownSource:
    """key: kept with the ids. sheets: key of a module -> its sheet."""

    key: str
    label: str
    sheets: Mapping[str, Sheet]


_known: dict[str, KnownSource] = {}


def learn(source: KnownSource) -> None:
    _known[source.key] = source


def source_label(key: str) -> str:
    """The name of a program; "" where the file told nothing."""
    return _known[key].label if key in _known else ""


def sheet_of(key: str, module: Module) -> Sheet | None:
    return _known[key].sheets.get(module.key) if key in _known else None


def recognised(headings: Sequence[str], module: Module) -> KnownSource | None:
    """The program a file with these headings comes from."""
    written = {plain(heading) for heading in headings}
    for source in _known.values():
        sheet = source.sheets.get(module.key)
        if sheet is not None and sheet.tells(written):
            return source
    return None
