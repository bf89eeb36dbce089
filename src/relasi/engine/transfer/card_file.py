"""Foreign files: those a module reads by a reader it declares, such as contact cards."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from relasi.engine.transfer.bad_file import BadFile
from relasi.engine.transfer.table import Row, Table

LARGEST = 100 << 20

TOO_LARGE = _("The file is larger than %(most)s MB. Divide it and import the parts one after the other.")


class CardTable(Table):
    """The headings are the field names the reader gives; what it found no field for stands beside each row."""

    def __init__(self, path: Path, reader: str):
        if path.stat().st_size > LARGEST:
            raise BadFile(TOO_LARGE, most=LARGEST >> 20)
        self.path, self.reader = path, import_string(reader)
        headings: dict[str, None] = {}
        for found in self._found():
            headings.update(dict.fromkeys(name for name in found if name not in _ABOUT))
        super().__init__(list(headings), {"format": path.suffix.lstrip(".").upper()})

    def rows(self) -> Iterator[Row]:
        for number, found in enumerate(self._found(), 1):
            if "error" in found:
                yield Row(number, [""] * len(self.headings), ("%(error)s", {"error": found["error"]}))
            else:
                yield Row(
                    number, [found.get(name, "") for name in self.headings], beside=found.get("extra") or None
                )
        self.read = 1.0

    def _found(self) -> Iterator[dict[str, Any]]:
        yield from self.reader(self.path.read_bytes())


_ABOUT = frozenset(("line", "code", "error", "extra"))
