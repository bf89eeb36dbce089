"""Yes or no."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from markupsafe import Markup

from relasi.engine.fields.declared import DeclaredField
from relasi.engine.fields.kind import EMPTY_CELL, Invalid, Kind, shows_as
from relasi.engine.fields.reader import Reader, current_reader, said

YES, NO = _("Yes"), _("No")

_WORDS: dict[Any, bool] = {
    **dict.fromkeys(("1", "true", "yes", "y", "on", "ya", "iya", "benar", "aktif", "✓", "✔"), True),
    **dict.fromkeys(("0", "false", "no", "n", "off", "tidak", "bukan", "salah", "nonaktif"), False),
}


class BooleanField(DeclaredField, models.BooleanField):
    """Never empty: no answer is no, or the default. With `default=None` it may stay unanswered."""

    def __init__(self, *args: Any, default: bool | None = False, **kwargs: Any) -> None:
        kwargs.setdefault("null", default is None)
        super().__init__(*args, default=default, **kwargs)


@shows_as(models.BooleanField)
class BooleanKind(Kind):
    """An unticked box sends nothing, so an empty answer is no, except where it may stay unanswered."""

    name = "boolean"
    input = "boolean"
    operators: tuple[str, ...] = ("is",)
    width = "6rem"

    def __init__(self, field: Any):
        super().__init__(field)
        self.unanswered = getattr(field, "null", False)
        self.nothing = None if self.unanswered else False
        if self.unanswered:
            self.operators = ("is", "empty", "not_empty")

    @property
    def required(self) -> bool:
        return False

    def given(self, data: Any, files: Any = None, name: str = "") -> Any:
        """The last of what was sent: a ticked box follows the hidden no."""
        name = name or self.key
        found = data.getlist(name) if hasattr(data, "getlist") else data.get(name)
        return (found[-1] if found else None) if isinstance(found, list) else found

    def parse(self, raw: Any, reader: Reader | None = None) -> bool | None:
        if raw is True or raw is False:
            return raw
        if raw is None:
            return self.nothing
        word = str(raw).strip().casefold()
        if not word:
            return self.nothing
        try:
            return _WORDS[word.removesuffix(".0")]
        except KeyError:
            raise Invalid(_("“%(value)s” is neither yes nor no.") % {"value": str(raw)[:40]})

    def show(self, value: Any, reader: Reader | None = None) -> str:
        return "" if value is None else said(YES if value else NO, reader)

    def cell(self, value: Any, record: Any = None, reader: Reader | None = None) -> Markup:
        if value is None:
            return EMPTY_CELL
        shown = self.show(value, reader or current_reader())
        return Markup("%s") % shown if value else Markup('<span class="muted">%s</span>') % shown

    def export(self, value: Any, reader: Reader | None = None) -> Any:
        return None if value is None else self.show(value, reader)

    def schema(self) -> dict[str, Any]:
        return {"type": ["boolean", "null"] if self.unanswered else "boolean"}

    def answers(self, reader: Reader) -> list[tuple[str, str]]:
        return [("1", said(YES, reader)), ("0", said(NO, reader))]

    def answer(self, value: Any) -> str:
        """ "1", "0" or "" for an input, from a stored value or what was sent."""
        try:
            found = self.parse(value)
        except Invalid:
            found = None
        return "" if found is None else str(int(found))

    def where(self, path: str, operator: str, operand: Any, reader: Reader | None = None) -> Q:
        if operator == "is":
            return Q(**{path: bool(operand)})
        return super().where(path, operator, operand, reader)

    def _is_value(self, value: Any) -> bool:
        return isinstance(value, bool)

    def search_sql(self) -> str:
        return "NULL::text"
