"""Page data: what the page of the archive shows, in pieces it loads as scripts, because a page on a disk may fetch nothing.

For each module: index pieces (what a list and a search need), record pieces (all of some records), history pieces.
"""

from __future__ import annotations

import zipfile
from typing import Any

from django.utils.translation import gettext as _

from relasi.engine.access.acting import SYSTEM
from relasi.engine.declare.module import Module
from relasi.engine.fields.kind import Kind, kind_of
from relasi.engine.fields.reader import Reader
from relasi.engine.fields.reference import ReferenceKind
from relasi.engine.records.record import title_of
from relasi.features.company_archive.around import Around
from relasi.features.company_archive.history import History, faces, in_words
from relasi.features.company_archive.kept import told_kinds
from relasi.features.company_archive.tables import as_json

INDEXED = 2000  # records of an index piece
TOGETHER = 200  # records of a record piece
LONGEST_ABOUT = 200
HOME = "page/data"


class PageData:
    """The pieces of one module, written into the archive as the rows come. places: key of a module -> its place."""

    def __init__(self, archive: zipfile.ZipFile, module: Module, reader: Reader, places: dict[str, int]):
        self.module, self.reader, self.places = module, reader, places
        self._archive = archive
        self._kinds = told_kinds(module)
        self._sections = self._sections_of()
        self._searched = [kind_of(module.fields[name]) for name in self._about_names()]
        lines = module.lines_module
        self._line_kinds = _line_kinds(lines) if lines is not None else []
        self._what = {
            "created": _("created"),
            "changed": _("changed"),
            "trashed": _("deleted"),
            "restored": _("restored"),
        }
        self._index: list[Any] = []
        self._records: list[Any] = []
        self._acts: list[Any] = []
        self._firsts: dict[str, list[int]] = {"i": [], "d": []}
        self.count = 0
        self.pictures: set[str] = set()

    def _about_names(self) -> list[str]:
        names = [*self.module.subtitle.split(), *self.module.search]
        titles = {*self.module.title_fields, "number"}
        return [name for name in dict.fromkeys(names) if name in self.module.fields and name not in titles]

    def _sections_of(self) -> dict[str, int]:
        """Field -> the place of its heading; those no form shows come last."""
        found = {name: place for place, section in enumerate(self.module.sections) for name in section.fields}
        last = len(self.module.sections)
        return {kind.key: found.get(kind.key, last) for kind in self._kinds}

    def write(self, records: list[Any], around: Around, history: History) -> None:
        acts = history.of(records)
        in_words((entry for some in acts.values() for entry in some), SYSTEM)
        for record in records:
            self._add(record, around)
            self._acts.append([record.pk, faces(acts[record.pk], self._what)])
            if len(self._records) == TOGETHER:
                self._end_records()
            if len(self._index) == INDEXED:
                self._end_index()

    def _add(self, record: Any, around: Around) -> None:
        title = title_of(record)
        number = getattr(record, "number", None) or ""
        about = " · ".join(dict.fromkeys(filter(None, (self._text(kind, record) for kind in self._searched))))
        self._index.append([record.pk, number, title, about[:LONGEST_ABOUT]])
        found: dict[str, Any] = {"i": record.pk, "n": number, "t": title, "f": list(self._facts(record))}
        lines = getattr(record, "exported_lines", None)
        if lines:
            found["l"] = [[self._text(kind, line) for kind in self._line_kinds] for line in lines]
        self._records.append(found | around.of(record.pk))
        self.count += 1

    def _text(self, kind: Kind, record: Any) -> str:
        return kind.text_of(record, self.reader)

    def _facts(self, record: Any) -> Any:
        for place, kind in enumerate(self._kinds):
            value = kind.value_of(record)
            if kind.is_empty(value):
                continue
            text = self._text(kind, record)
            home = self._leads_to(kind)
            if text:
                yield [place, text] if home is None or kind.hides(record) else [place, text, home, value]  # type: ignore[attr-defined]
        custom = getattr(record, "custom", None) or {}
        for heading, text in (custom.get("imported") or {}).items():
            yield [-1, str(text), str(heading)]

    def _leads_to(self, kind: Kind) -> int | None:
        if not isinstance(kind, ReferenceKind):
            return None
        return self.places.get(kind.target._meta.label_lower)

    def _end_records(self) -> None:
        if self._records:
            self._piece("d", [one["i"] for one in self._records], self._records)
            self._write(f"h{len(self._firsts['d']) - 1}", self._acts)
            self._records, self._acts = [], []

    def _end_index(self) -> None:
        if self._index:
            self._piece("i", [one[0] for one in self._index], self._index)
            self._index = []

    def _piece(self, kind: str, ids: list[int], content: list[Any]) -> None:
        self._write(f"{kind}{len(self._firsts[kind])}", content)
        self._firsts[kind].append(ids[0])

    def _write(self, name: str, content: Any) -> None:
        place = f"{self.module.slug}/{name}"
        self._archive.writestr(f"{HOME}/{place}.js", script(place, content))

    def close(self) -> dict[str, Any]:
        """What the catalog says of the module."""
        self._end_records()
        self._end_index()
        return {
            "k": self.module.slug,
            "one": str(self.module.name),
            "many": str(self.module.plural),
            "n": self.count,
            "q": self.module.whole is None or bool(self.module.search),  # whether a search looks here
            "s": [*(str(section.title) for section in self.module.sections), _("More")],
            "f": [[kind.label_now, self._sections[kind.key]] for kind in self._kinds],
            "l": [kind.label_now for kind in self._line_kinds],
            **self._firsts,
        }


def _line_kinds(lines: Module) -> list[Kind]:
    whole = lines.whole.name
    stamps = {"created_at", "created_by", "changed_at", "changed_by"}
    return [kind for kind in told_kinds(lines) if kind.key not in {whole, "position", *stamps}]


def script(name: str, content: Any) -> str:
    """A piece as a script. Nothing in it can end the script or begin another, wherever it is put."""
    safe = as_json(content).replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    return f'relasi("{name}",{safe});\n'
