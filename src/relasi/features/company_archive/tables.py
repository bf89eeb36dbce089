"""Tables: the rows of a module as CSV that an import reads again, and as lines of JSON."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

from relasi.engine.access.acting import SYSTEM
from relasi.engine.declare.module import Module
from relasi.engine.fields.reader import Reader
from relasi.engine.fields.safe_text import guarded
from relasi.engine.query.path import Path as FieldPath
from relasi.engine.transfer.export import Shape
from relasi.engine.transfer.export_rows import (
    ExportColumn,
    add_lines,
    columns_of,
    has_lines,
    listing_of,
    plain,
    rows_of,
    to_import,
)
from relasi.features.company_archive.kept import kinds_of, told_kinds


@dataclass
class Asked:
    """What the rows of an export need to know, here of a whole module."""

    home: Module
    reader: Reader
    user: Any = SYSTEM
    shape: Any = Shape.IMPORT
    asked: dict[str, Any] = field(default_factory=dict)


class Tables:
    """Two files in a folder, written as the rows come."""

    def __init__(self, folder: Path, module: Module, reader: Reader):
        self.asked = Asked(module, reader)
        self.csv, self.jsonl = folder / f"{module.slug}.csv", folder / f"{module.slug}.jsonl"
        self._table = self.csv.open("w", encoding="utf-8-sig", newline="")
        self._lines = self.jsonl.open("w", encoding="utf-8", newline="\n")
        delimiter = ";" if reader.decimal == "," else ","
        self._writer = csv.writer(self._table, delimiter=delimiter, lineterminator="\r\n")
        self._columns = self._columns_of(module)
        self._kinds = [kind for kind in kinds_of(module) if not kind.field.primary_key]
        self._writer.writerow([guarded(column.heading) for column in self._columns])

    def _columns_of(self, module: Module) -> list[ExportColumn]:
        """Of records the columns an import knows; of all else every field."""
        if module.is_record:
            return columns_of(self.asked, listing_of(self.asked))
        found = [ExportColumn("id", "id", lambda record: record.pk)]
        for kind in told_kinds(module):
            path = FieldPath(kind.key, module, kind, kind.key)
            found.append(ExportColumn(kind.key, kind.key, to_import(path, SYSTEM, self.asked.reader)))
        return found

    def write(self, records: list[Any]) -> None:
        if self.asked.home.is_record and has_lines(self.asked):
            add_lines(self.asked, records)
        for record in records:
            rows = (
                rows_of(self.asked, self._columns, record)
                if self.asked.home.is_record
                else [[column.value(record) for column in self._columns]]
            )
            for row in rows:
                self._writer.writerow([guarded(plain(value, self.asked.reader)) for value in row])
            found = {"id": record.pk} | {
                kind.key: kind.to_json(kind.value_of(record)) for kind in self._kinds
            }
            self._lines.write(as_json(found) + "\n")

    def close(self) -> None:
        self._table.close()
        self._lines.close()


class _Encoder(DjangoJSONEncoder):
    """What JSON has no form for is written as text: a duration, bytes."""

    def default(self, o: Any) -> Any:
        try:
            return super().default(o)
        except TypeError:
            return str(o)


def as_json(value: Any) -> str:
    return json.dumps(value, cls=_Encoder, ensure_ascii=False, separators=(",", ":"))
