"""History of the archive: each change as a line of JSON, and in words for the page of its record."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from relasi.engine.declare.module import Module
from relasi.engine.records.change_set import ChangeRow
from relasi.engine.records.history import Entry, acts_of, name_references
from relasi.engine.screens.faces import moment, via_label
from relasi.features.company_archive.kept import kinds_of
from relasi.features.company_archive.reading import Beside
from relasi.features.company_archive.tables import as_json

_KINDS = {"c": "created", "u": "changed", "d": "deleted"}


class History:
    """The changes of the rows of one module, read beside them."""

    def __init__(self, folder: Path, module: Module):
        self.module = module
        self.file = folder / f"{module.slug}.history.jsonl"
        self._out = self.file.open("w", encoding="utf-8", newline="\n")
        self._columns = {kind.column for kind in kinds_of(module)} | {"custom"}
        self._names = {kind.key for kind in kinds_of(module)}
        self._rows = Beside(
            ChangeRow.objects.filter(origin=module.table).select_related("change_set__user"),
            "record_id",
            "id",
        )

    def of(self, records: list[Any]) -> dict[int, list[Entry]]:
        """What happened to each, newest first. Written down on the way."""
        found: dict[int, list[Entry]] = {}
        for record in records:
            rows = self._rows.of(record.pk)
            for row in rows:
                self._out.write(as_json(self._told(row)) + "\n")
            found[record.pk] = acts_of(self.module, rows[::-1], self._names)
        return found

    def _told(self, row: ChangeRow) -> dict[str, Any]:
        """Without columns that are no field of ours, or a secret."""
        act = row.change_set
        return {
            "record": row.record_id,
            "at": row.at,
            "what": _KINDS.get(row.kind, row.kind),
            "by": act.user_id,
            "who": act.who,
            "via": act.via,
            "reason": act.reason,
            "change_set": act.pk,
            "before": self._open(row.before),
            "after": self._open(row.after),
        }

    def _open(self, values: Any) -> Any:
        return values and {name: value for name, value in values.items() if name in self._columns}

    def close(self) -> None:
        self._out.close()


def in_words(entries: Iterable[Entry], user: Any) -> None:
    """Ids of references become titles."""
    name_references(list(entries), user)


def faces(entries: list[Entry], what: dict[str, str]) -> list[Any]:
    """[when, who, through what, what, [[field, before, after]]] of each, as the page shows it."""
    return [
        [
            moment(entry.at),
            entry.change_set.who,
            via_label(entry.change_set.via),
            what[entry.what],
            [
                [one.kind.label_now, one.kind.show(one.before), one.kind.show(one.after)]
                for one in entry.fields
            ],
        ]
        for entry in entries
    ]
