"""Codes: a short list of codes of the product's own rows, such as those of the taxes on a line."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from relasi.engine.fields.json import HiddenField, HiddenKind
from relasi.engine.fields.kind import Invalid, shows_as
from relasi.engine.fields.reader import Reader

# What a cell of a file says where no code is meant; a blank one says nothing and leaves the usual ones.
NONE = "-"
MOST = 20


class CodesField(HiddenField):
    """A JSON list of codes. No screen shows it by itself; programs and files read and write it."""


@shows_as(CodesField)
class CodesKind(HiddenKind):
    name = "codes"
    imported = True

    def parse(self, raw: Any, reader: Reader | None = None) -> Any:
        """["PPN"] or "PPN; PPH23"; an empty list, or "-", is none of them. Raises Invalid."""
        if raw is None or raw == "":
            return None
        if isinstance(raw, str):
            text = raw.strip().strip("[]")
            raw = [] if text == NONE else text.replace(",", ";").replace('"', "").split(";")
        if (
            not isinstance(raw, list | tuple)
            or not all(isinstance(one, str) for one in raw)
            or len(raw) > MOST
        ):
            raise Invalid(_("Write codes with semicolons between."))
        return list(dict.fromkeys(one.strip() for one in raw if one.strip()))

    def show(self, value: Any, reader: Reader | None = None) -> str:
        return "; ".join(value or ())

    def typed(self, value: Any, reader: Reader | None = None) -> str:
        return self.show(value) or NONE

    def to_json(self, value: Any) -> Any:
        return list(value or ())

    def schema(self) -> dict[str, Any]:
        return {"type": ["array", "null"], "items": {"type": "string"}, "maxItems": MOST}
